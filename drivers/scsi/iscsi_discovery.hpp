// What an iSCSI portal has: its targets, and the units of a target.
//
// What for: an administrator names a computer; which targets and units it has, it says itself. A discovery session lists the targets (SendTargets=All); of
// each, a session of its own lists the units (REPORT LUNS to LUN 0, which a target answers also where it has no unit of that number). Nothing is changed.
// Of the addresses that a portal tells for a target the portal that was asked is taken where it is among them, else the first one. Limits:
// drivers/scsi/limits.hpp; what goes beyond them is left out and counted. Units, errors of both: iscsi_transport.hpp; bad_format, the answer makes no sense.
// Object: the portal, or the address. Thread rule: one thread; blocks up to the limits. Source: RFC 7143 appendix C (SendTargets), SPC-4 6.33.
#pragma once

#include <string>
#include <vector>

#include "drivers/scsi/iscsi_transport.hpp"
#include "drivers/scsi/lun_list.hpp"

namespace rsm::scsi {

struct DiscoveredTargets {
  std::vector<IscsiAddress> targets;  // in the order told; LUN 0
  std::size_t unusable = 0;           // with a name or an address that iSCSI does not know
};
// `portal`: an address without target (device_address.hpp).
Result<DiscoveredTargets> discover_targets(IscsiAddress const& portal, IscsiOptions const& options = {});
// `target`: its LUN does not count.
Result<LunList> list_units(IscsiAddress const& target, IscsiOptions const& options = {});

}  // namespace rsm::scsi
