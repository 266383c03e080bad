#include "cli/rsm/setup/machine_checks.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cli/rsm/commands/descriptor.hpp"
#include "cli/rsm/setup/disk_trial.hpp"
#include "cli/rsm/setup/limits.hpp"
#include "cli/rsm/setup/machine.hpp"
#include "cli/rsm/text/plural.hpp"
#include "cli/rsm/text/when.hpp"
#include "drivers/block/volume.hpp"
#include "drivers/scsi/device_address.hpp"

namespace rsm::cli {
namespace {

constexpr mode_t others_write = S_IWOTH, others_at_all = S_IRWXG | S_IRWXO;

Finding fault(std::string name, std::string text, std::string command) {
  return {std::move(name), FindingState::fault, std::move(text), std::move(command)};
}

std::string account_of(daemon::Config const& config) {
  return config.user.empty() ? std::string(daemon::account_default) : config.user;
}

// ---- devices

void check_directory(daemon::LibraryConfig const& library, daemon::Config const& config, std::vector<Finding>& found) {
  auto const& folder = library.place.directory;
  auto const& name = library.settings.name;
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0)
    return found.push_back(fault("devices", name + ": the emulated hardware " + folder + " cannot be looked at: " + std::strerror(errno),
                                 errno == EACCES ? with_rights("rsm setup --check") : with_rights("rsm-emu make " + folder)));
  if (::geteuid() != 0) {
    if (::access(folder.c_str(), R_OK | W_OK | X_OK) != 0)
      found.push_back({"devices", FindingState::note, name + ": you may not use " + folder + "; whether the service may, root can see",
                       with_rights("rsm setup --check")});
    return;
  }
  auto const account = account_of(config);
  passwd const* entry = ::getpwnam(account.c_str());
  if (entry != nullptr && status.st_uid != entry->pw_uid)
    found.push_back(fault("devices", name + ": " + folder + " is not " + account + "'s, as whom the service runs",
                          "chown -R " + account + ": " + folder));
}

void check_node(std::string const& library, std::string const& node, std::vector<Finding>& found) {
  struct stat status {};
  if (::stat(node.c_str(), &status) != 0)
    return found.push_back(fault("devices",
                                 library + ": " + node + " is not there: " + std::strerror(errno) + "; is it switched on and connected?",
                                 "rsm library discover"));
  if (!S_ISCHR(status.st_mode) && !S_ISBLK(status.st_mode))
    return found.push_back(fault("devices", library + ": " + node + " is no device", "rsm library discover"));
  if ((status.st_mode & others_write) != 0)
    found.push_back(
        fault("devices", library + ": everybody may write to " + node + ", past the service", with_rights("chmod o-rw " + node)));
}

// Whether somebody listens there, within limits::setup_socket_limit for each of its addresses.
bool answers(scsi::IscsiAddress const& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &list) != 0) return false;
  bool there = false;
  for (auto* each = list; each != nullptr && !there; each = each->ai_next) {
    Descriptor const link(::socket(each->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!link) continue;
    int problem = ::connect(link.get(), each->ai_addr, each->ai_addrlen) == 0 ? 0 : errno;
    pollfd look{link.get(), POLLOUT, 0};
    socklen_t size = sizeof problem;
    if (problem == EINPROGRESS)
      problem = ::poll(&look, 1, static_cast<int>(limits::setup_socket_limit.count())) == 1 &&
                        ::getsockopt(link.get(), SOL_SOCKET, SO_ERROR, &problem, &size) == 0
                    ? problem
                    : ETIMEDOUT;
    there = problem == 0;
  }
  ::freeaddrinfo(list);
  return there;
}

void check_address(std::string const& library, std::string const& text, std::vector<std::string>& portals, std::vector<Finding>& found) {
  auto const address = scsi::DeviceAddress::parse(text);
  if (!address) return;  // the configuration says it
  if (auto const* node = address->node()) return check_node(library, node->path, found);
  auto const portal = address->iscsi()->portal();
  if (std::ranges::find(portals, portal) != portals.end()) return;
  portals.push_back(portal);
  if (!answers(*address->iscsi()))
    found.push_back(fault("devices", library + ": nobody answers at the iSCSI portal " + portal, "rsm library discover --iscsi " + portal));
}

void check_secret(std::string const& library, std::string const& file, std::vector<Finding>& found) {
  struct stat status {};
  if (file.empty()) return;
  if (::stat(file.c_str(), &status) != 0)
    return found.push_back(fault("devices", library + ": " + file + " cannot be read: " + std::strerror(errno),
                                 with_rights("install -m 0600 /dev/null " + file)));
  if ((status.st_mode & others_at_all) != 0)
    found.push_back(fault("devices", library + ": others may read the secret in " + file, with_rights("chmod 600 " + file)));
}

// ---- loop and mount

bool is_emulated(daemon::LibraryConfig const& library) {
  return library.driver == "emulated";
}

}  // namespace

std::vector<Finding> check_devices(daemon::Config const& config) {
  std::vector<Finding> found;
  std::vector<std::string> portals;
  for (auto const& library : config.libraries) {
    auto const& name = library.settings.name;
    auto const before = found.size();
    if (is_emulated(library)) check_directory(library, config, found);
    if (!library.place.changer.empty()) check_address(name, library.place.changer, portals, found);
    for (auto const& drive : library.place.drives) check_address(name, drive, portals, found);
    check_secret(name, library.place.chap_file, found);
    if (found.size() == before)
      found.push_back({"devices", FindingState::ok, name + ": " + library.place.of_library() + " is there, and its rights are right", ""});
  }
  return found;
}

Finding check_volumes(daemon::Config const& config) {
  bool const emulated = std::ranges::any_of(config.libraries, is_emulated);
  bool const wanted =
      std::ranges::any_of(config.libraries, [](auto const& l) { return is_emulated(l) && l.volumes == daemon::VolumeKind::block; });
  bool const automatic =
      std::ranges::any_of(config.libraries, [](auto const& l) { return is_emulated(l) && l.volumes == daemon::VolumeKind::automatic; });
  if (!emulated) return {"loop and mount", FindingState::ok, "no emulated library needs loop devices", ""};
  if (!wanted && !automatic)
    return {"loop and mount", FindingState::ok, "the emulated libraries have volumes in user space, and need neither", ""};
  if (::geteuid() != 0) return {"loop and mount", FindingState::note, "only root can try them", with_rights("rsm setup --check")};
  auto const possible = block::block_volumes_possible();
  if (possible) return {"loop and mount", FindingState::ok, "loop devices can be bound and file systems mounted", ""};
  std::string const command =
      ::access("/dev/loop-control", F_OK) == 0 ? "set volumes = \"user\" in the [[library]] section" : "modprobe loop";
  if (wanted) return fault("loop and mount", possible.error().sentence(), command);
  return {"loop and mount", FindingState::note, possible.error().sentence() + "; volumes are in user space meanwhile", command};
}

Finding disk_finding(std::string const& folder, std::vector<std::int64_t> trials_us) {
  std::string const move = "put [catalog] path on a disk that keeps what it promises faster, or look what keeps this one busy: iostat -x 1";
  if (static_cast<int>(trials_us.size()) < limits::setup_sync_trials && (trials_us.empty() || trials_us.size() < 3))
    return fault("disk", "what is written to " + folder + " is not on the disk within " + span_text(limits::setup_sync_limit.count()),
                 move);
  std::ranges::sort(trials_us);
  auto const median = trials_us[trials_us.size() / 2], worst = trials_us.back();
  char text[128];
  std::snprintf(text, sizeof text, "%.1f ms, the slowest %.1f ms", static_cast<double>(median) / 1000, static_cast<double>(worst) / 1000);
  if (Millis{median / 1000} > limits::setup_sync_slow)
    return fault("disk", "what is written to " + folder + " is on the disk within " + text + ": every request waits for that", move);
  return {"disk", FindingState::ok, "what is written to " + folder + " is on the disk within " + text, ""};
}

Finding check_disk(daemon::Config const& config) {
  auto const folder = std::filesystem::path(config.catalog_path).parent_path().string();
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0 && errno != EACCES)
    return fault("disk", "the folder of the catalog, " + folder + ", is not there: " + std::strerror(errno),
                 program_path("systemd-tmpfiles") ? with_rights("systemd-tmpfiles --create")
                                                  : with_rights("install -d -o openrsm -g openrsm -m 0750 " + folder));
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    return {"disk", FindingState::note, "only root can try how fast the disk of " + folder + " is", with_rights("rsm setup --check")};
  return disk_finding(folder, try_disk(folder));
}

Finding clock_finding(std::optional<bool> synchronized, std::optional<std::int64_t> newest, std::int64_t now) {
  if (newest && *newest > now + limits::setup_clock_ahead.count())
    return fault("clock", "the newest event is from " + clock_text(*newest) + ", which is still to come: the clock was set back",
                 with_rights("timedatectl set-ntp true"));
  if (!synchronized) return {"clock", FindingState::note, "nobody here can tell whether the clock is right", "date"};
  if (!*synchronized)
    return fault("clock", "nobody keeps the clock right: times in the history will be wrong", with_rights("timedatectl set-ntp true"));
  return {"clock", FindingState::ok, "it is kept right by a time service", ""};
}

Finding check_clock(std::optional<std::int64_t> newest, std::int64_t now) {
  std::optional<bool> synchronized;
  if (program_path("timedatectl"))
    if (auto const end = run_program({.words = {"timedatectl", "show", "--property=NTPSynchronized", "--value"},
                                      .input = {},
                                      .limit = limits::setup_program_limit,
                                      .environment = {}});
        end && end->status == 0)
      synchronized = end->out.starts_with("yes");
  timex clock{};
  // The kernel knows whether somebody steers it; that nobody does may also mean that this is a container.
  if (!synchronized && ::adjtimex(&clock) >= 0 && (clock.status & STA_UNSYNC) == 0) synchronized = true;
  return clock_finding(synchronized, newest, now);
}

Finding check_mail() {
  auto const file = system_path("/etc/default/openrsm-notify");
  auto const to = setting_in(file, "MAIL_TO").value_or("");
  bool const mailer = program_path("sendmail").has_value();
  if (to.empty())
    return {"mail", FindingState::note, "nobody is told when the library waits for a person: MAIL_TO is not set in " + file,
            with_rights("editor " + file) + ", then " + with_rights("systemctl enable --now rsm-notify")};
  if (!mailer)
    return fault("mail", "mail for " + to + " cannot be sent: there is no program sendmail", with_rights("apt install msmtp-mta"));
  return {"mail", FindingState::ok, "mail goes to " + to, "rsm notify --test"};
}

}  // namespace rsm::cli
