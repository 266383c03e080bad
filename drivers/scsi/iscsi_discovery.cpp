#include "drivers/scsi/iscsi_discovery.hpp"

#include <algorithm>
#include <chrono>
#include <random>

#include "drivers/scsi/commands.hpp"
#include "drivers/scsi/iscsi_connection.hpp"
#include "drivers/scsi/session.hpp"

namespace rsm::scsi {
namespace {

using std::chrono::steady_clock;

IscsiLogin login_of(IscsiAddress address, IscsiOptions const& options) {
  std::random_device chance;
  return {.address = std::move(address),
          .initiator = options.initiator,
          .chap = options.chap,
          .isid_random = chance() & 0xFF'FFFF,
          .isid_qualifier = chance() & 0xFFFF};
}

// LUN 0, which need not be there: nothing is asked before the command.
class UnitZero final : public Transport {
 public:
  UnitZero(std::unique_ptr<IscsiConnection> connection, std::string name) : connection_(std::move(connection)), name_(std::move(name)) {}
  Result<Answer> send(Request const& request) override { return connection_->send(request, steady_clock::now() + request.limit); }
  std::string const& name() const override { return name_; }

 private:
  std::unique_ptr<IscsiConnection> connection_;
  std::string name_;
};

// "192.0.2.7:3260,1": the number of the portal group does not matter.
std::vector<IscsiAddress> portals_of(IscsiTarget const& target) {
  std::vector<IscsiAddress> portals;
  for (auto const& text : target.portals)
    if (auto portal = parse_portal(std::string_view(text).substr(0, text.rfind(',')))) portals.push_back(*std::move(portal));
  return portals;
}

}  // namespace

Result<DiscoveredTargets> discover_targets(IscsiAddress const& portal, IscsiOptions const& options) {
  IscsiAddress asked = portal;
  asked.target.clear();
  RSM_TRY(auto const connection, IscsiConnection::open(login_of(asked, options), steady_clock::now() + options.connect_limit));
  RSM_TRY(auto const told, connection->targets(steady_clock::now() + limits::iscsi_discovery_limit));
  DiscoveredTargets found;
  for (auto const& target : told) {
    auto const portals = portals_of(target);
    if (portals.empty() || !is_iscsi_name(target.name)) {
      ++found.unusable;
      continue;
    }
    auto const same = std::ranges::find(portals, asked.portal(), &IscsiAddress::portal);
    IscsiAddress address = same != portals.end() ? *same : portals.front();
    address.target = target.name;
    found.targets.push_back(std::move(address));
  }
  return found;
}

Result<LunList> list_units(IscsiAddress const& target, IscsiOptions const& options) {
  IscsiAddress zero = target;
  zero.lun = 0;
  RSM_TRY(auto connection, IscsiConnection::open(login_of(zero, options), steady_clock::now() + options.connect_limit));
  UnitZero transport(std::move(connection), zero.text());
  Session session(transport, real_clock(), zero.text(), DeviceKind::changer);
  session.set_patience(limits::iscsi_discovery_limit);
  constexpr std::uint32_t most = static_cast<std::uint32_t>(8 + 8 * limits::iscsi_luns_max);
  auto const bytes = session.read(ReportLuns{.allocation = most}, most);
  if (!bytes) return std::unexpected(bytes.error().error);
  return decode_lun_list(*bytes);
}

}  // namespace rsm::scsi
