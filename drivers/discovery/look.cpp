#include "drivers/discovery/look.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <set>

#include "drivers/changer/configuration.hpp"
#include "drivers/changer/port_values.hpp"
#include "drivers/discovery/kernel_devices.hpp"
#include "drivers/discovery/limits.hpp"
#include "drivers/discovery/node_users.hpp"
#include "drivers/discovery/plan.hpp"
#include "drivers/scsi/commands.hpp"
#include "drivers/scsi/device_identity.hpp"
#include "drivers/scsi/iscsi_discovery.hpp"
#include "drivers/scsi/limits.hpp"
#include "drivers/scsi/open_transport.hpp"

namespace rsm::discovery {
namespace {

std::string kind_of(std::uint8_t type) {
  switch (type) {
    case scsi::device_type_changer:
      return "changer";
    case scsi::device_type_tape:
      return "tape";
    case scsi::device_type_disk:
      return "disk";
    default:
      return "optical";
  }
}

std::string remark_of(Durability durability) {
  switch (durability) {
    case Durability::by_id:
      return {};
    case Durability::by_path:
      return "by its place on the bus: another device that is put there is taken for it";
    case Durability::node:
      return "the kernel may give this name to another device at the next start: let udev make links (/dev/tape/by-id)";
  }
  return {};
}

class Look {
 public:
  explicit Look(LookOrder const& order) : order_(order) {}

  Result<Report> run() {
    std::vector<scsi::IscsiAddress> portals;
    for (auto const& text : order_.portals) {
      auto portal = scsi::parse_portal(text);
      if (!portal) return fail(Errc::invalid_parameter, "--iscsi", portal.error().detail);
      if (std::ranges::find(portals, *portal) == portals.end()) portals.push_back(*std::move(portal));
    }
    if (portals.size() > limits::discovery_portals_max)
      return fail(Errc::invalid_parameter, "--iscsi", fmt::format("at most {} portals at once", limits::discovery_portals_max));
    if (!order_.chap_file.empty()) {
      RSM_TRY(iscsi_.chap, scsi::read_chap_file(order_.chap_file));
      if (iscsi_.chap->is_weak())
        report_.notes.push_back(fmt::format("a secret in {} is shorter than {} bytes: who listens on the network can guess it; give the target a longer one",
                                            order_.chap_file, limits::chap_secret_bytes_wanted));
    }
    if (order_.kernel) look_at_kernel();
    for (auto const& portal : portals) look_at_portal(portal);
    auto plan = make_plan(changers_, drives_);
    report_.libraries = std::move(plan.libraries);
    report_.loose = std::move(plan.loose);
    return std::move(report_);
  }

 private:
  Millis now() const { return scsi::real_clock().now(); }
  bool has_time() const { return now() - begun_ < limits::discovery_limit; }
  bool has_room() const { return drives_.size() + changers_.size() < limits::discovery_devices_max; }

  // ---- The kernel's devices

  void look_at_kernel() {
    auto const devices = kernel_devices();
    std::set<NodeNumber> nodes;
    for (auto const& device : devices)
      for (auto const& node : device.nodes) nodes.insert(node.number);
    auto const users = find_node_users(nodes);
    if (users.not_seen > 0)
      report_.notes.push_back(
          fmt::format("{} {} could not be looked at: root sees everybody who uses a device", users.not_seen, users.not_seen == 1 ? "process" : "processes"));
    for (auto const& device : devices) look_at(device, users);
  }

  std::string manager_of(KernelDevice const& device) const {
    for (auto const& managed : order_.managed) {
      struct stat status {};
      if (!managed.address.starts_with('/') || ::stat(managed.address.c_str(), &status) != 0) continue;
      NodeNumber const number{status.st_rdev, S_ISBLK(status.st_mode)};
      if (std::ranges::find(device.nodes, number, &KernelNode::number) != device.nodes.end()) return managed.library;
    }
    return {};
  }

  void look_at(KernelDevice const& device, NodeUsers const& users) {
    Seen seen{.place = fmt::format("host {}", device.host),
              .order = std::uint64_t{device.channel} << 48 | std::uint64_t{device.target} << 32 | (device.unit & 0xFFFF'FFFF)};
    auto& shown = seen.shown;
    shown.kind = kind_of(device.type);
    shown.address = device.address;
    if (!device.address.empty()) shown.remark = remark_of(device.durability);
    shown.managed_by = manager_of(device);
    for (auto const& node : device.nodes) {
      shown.nodes.push_back("/dev/" + node.name);
      auto const sentences = users.sentences.find(node.number);
      if (sentences != users.sentences.end()) shown.users.insert(shown.users.end(), sentences->second.begin(), sentences->second.end());
    }
    if (device.driver == "ch")
      shown.users.emplace_back("the kernel's driver ch is bound to it: programs that use /dev/sch0 and the like move cartridges behind the service's back");
    bool const held = std::ranges::any_of(shown.users, [](std::string const& user) { return user.starts_with("process "); });
    auto transport = open_node(device.commands);
    if (!transport) {
      shown.problem = transport.error().sentence();
      if (transport.error().code == Errc::access_denied) shown.problem += "; root may ask it";
      return keep(std::move(seen), device.type);
    }
    ask(**transport, std::move(seen), shown.managed_by.empty() && !held);
  }

  static Result<std::unique_ptr<scsi::Transport>> open_node(std::string const& node) {
    if (node.empty()) return fail(Errc::device_not_available, "", "the kernel has no generic node of it: load its module sg ('modprobe sg')");
    RSM_TRY(auto const address, scsi::DeviceAddress::parse(node));
    return scsi::open_transport(address);
  }

  // A device that could not be asked.
  void keep(Seen seen, std::uint8_t type) {
    if (type == scsi::device_type_changer)
      changers_.push_back({std::move(seen)});
    else
      drives_.push_back({std::move(seen), {}});
  }

  // ---- iSCSI

  void look_at_portal(scsi::IscsiAddress const& portal) {
    LookedAtPortal looked{.portal = portal.portal()};
    if (!has_time()) {
      looked.problems.emplace_back("no time was left to ask it");
    } else if (auto const found = scsi::discover_targets(portal, iscsi_); !found) {
      note(looked, found.error());
    } else {
      if (found->unusable > 0) looked.problems.push_back(fmt::format("{} of its targets have names or addresses that are none of iSCSI", found->unusable));
      for (auto const& target : found->targets) look_at_target(target, looked);
    }
    report_.portals.push_back(std::move(looked));
  }

  static void note(LookedAtPortal& looked, Error const& error) {
    looked.refused = looked.refused || error.code == Errc::access_denied;
    looked.problems.push_back(error.sentence());
  }

  void look_at_target(scsi::IscsiAddress const& target, LookedAtPortal& looked) {
    ++looked.targets;
    scsi::IscsiAddress const zero = with_lun(target, 0);
    if (std::ranges::any_of(targets_, [&](auto const& other) { return other == zero; })) return;
    targets_.push_back(zero);
    auto const units = scsi::list_units(target, iscsi_);
    if (!units) return note(looked, units.error());
    if (units->other > 0)
      looked.problems.push_back(fmt::format("{}: {} of its units are addressed in a way that no configuration can name", target.target, units->other));
    for (auto const lun : units->luns) look_at_unit(with_lun(target, lun), looked);
  }

  static scsi::IscsiAddress with_lun(scsi::IscsiAddress address, std::uint16_t lun) {
    address.lun = lun;
    return address;
  }

  // A target's name is its own in the whole world: another host in the address is another way to it.
  std::string manager_of(scsi::IscsiAddress const& address) const {
    for (auto const& managed : order_.managed)
      if (auto const parsed = scsi::DeviceAddress::parse(managed.address); parsed && parsed->iscsi() != nullptr) {
        scsi::IscsiAddress same_host = *parsed->iscsi();
        same_host.host = address.host;
        same_host.port = address.port;
        if (same_host == address) return managed.library;
      }
    return {};
  }

  void look_at_unit(scsi::IscsiAddress const& address, LookedAtPortal& looked) {
    if (!has_time() || !has_room()) {
      looked.problems.push_back(address.text() + ": no time was left to ask it, or there are too many devices");
      return;
    }
    ++looked.units;
    auto transport = scsi::IscsiTransport::open(address, iscsi_);
    if (!transport) return note(looked, transport.error());
    Seen seen{.place = with_lun(address, 0).text(), .order = address.lun};
    seen.shown.address = address.text();
    seen.shown.managed_by = manager_of(address);
    bool const all = seen.shown.managed_by.empty();
    ask(**transport, std::move(seen), all);
  }

  // ---- One device

  // `all`: a changer also for what it has.
  void ask(scsi::Transport& transport, Seen seen, bool all) {
    scsi::Session session(transport, scsi::real_clock(), transport.name(), scsi::DeviceKind::changer);
    session.set_patience(limits::discovery_device_patience);
    auto const inquiry = changer::told(scsi::read_inquiry(session));
    if (!inquiry) {
      if (seen.shown.kind.empty()) return;  // nothing of ours, as far as anybody can tell
      seen.shown.problem = inquiry.error().sentence();
      return keep(std::move(seen), seen.shown.kind == "changer" ? scsi::device_type_changer : scsi::device_type_tape);
    }
    if (inquiry->qualifier != 0) return;
    if (inquiry->type == scsi::device_type_changer)
      ask_changer(session, *inquiry, std::move(seen), all);
    else if (scsi_library::may_be_a_drive(inquiry->type) && (inquiry->type != scsi::device_type_disk || inquiry->removable))
      ask_drive(session, inquiry->type, std::move(seen));
  }

  void ask_drive(scsi::Session& session, std::uint8_t type, Seen seen) {
    SeenDrive drive{std::move(seen), {}};
    drive.shown.kind = kind_of(type);
    if (auto said = scsi_library::look_at_drive(session); said) {
      take(said->identity, drive.shown);
      drive.own = std::move(said->own);
    } else {
      drive.shown.problem = said.error().sentence();
    }
    drives_.push_back(std::move(drive));
  }

  void ask_changer(scsi::Session& session, scsi::Inquiry const& inquiry, Seen seen, bool all) {
    SeenChanger changer{std::move(seen)};
    changer.shown.kind = "changer";
    if (auto identity = changer::told(scsi::read_identity(session, inquiry)); identity)
      take(*identity, changer.shown);
    else
      changer.shown.problem = identity.error().sentence();
    if (all && changer.shown.problem.empty()) {
      if (auto const asked = ask_elements(session, changer); !asked) changer.shown.problem = asked.error().sentence();
    } else if (!all && changer.shown.managed_by.empty()) {
      changer.shown.problem = "somebody uses it: it was asked for its name only; end that program and look again";
    }
    changers_.push_back(std::move(changer));
  }

  static Result<> ask_elements(scsi::Session& session, SeenChanger& changer) {
    (void)session.run(scsi::TestUnitReady{});  // takes the attention of a new session; a library that is not ready tells who it is all the same
    RSM_TRY(auto const configuration, changer::told(changer::read_configuration(session)));
    changer.drives = configuration.book.count(ElementKind::drive);
    changer.slots = configuration.book.count(ElementKind::slot);
    changer.ports = configuration.book.count(ElementKind::port);
    changer.transports = configuration.book.count(ElementKind::arm);
    changer.asked = true;
    auto claims = scsi_library::read_drive_claims(session, configuration);
    if (claims)
      changer.claims = *std::move(claims);
    else
      changer.shown.problem = "it was not told whose drives are in it: " + claims.error().sentence();
    return {};
  }

  static void take(DeviceIdentity const& identity, FoundDevice& shown) { static_cast<DeviceIdentity&>(shown) = identity; }

  LookOrder const& order_;
  Millis const begun_ = scsi::real_clock().now();
  scsi::IscsiOptions iscsi_;
  std::vector<scsi::IscsiAddress> targets_;  // looked at
  std::vector<SeenChanger> changers_;
  std::vector<SeenDrive> drives_;
  Report report_;
};

}  // namespace

Result<Report> look_for_libraries(LookOrder const& order) { return Look(order).run(); }

}  // namespace rsm::discovery
