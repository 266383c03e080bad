// The operations of RSM: one file for each. What a file has: the call and its checks, how its requests start, and how they end.
//
// What for: the list of the calls that make requests, and the order in which a library looks at open ones (rsm-model.md section 15: lower
// operation codes first). A new request type is a file beside these, a line in each of the two, and its call on the wire.
// Thread rule: the loop only.
#pragma once

#include <span>
#include <variant>

#include "libmgr/operations/clean.hpp"
#include "libmgr/operations/cleaner_cartridge.hpp"
#include "libmgr/operations/cleaner_slot.hpp"
#include "libmgr/operations/dismount.hpp"
#include "libmgr/operations/door.hpp"
#include "libmgr/operations/eject.hpp"
#include "libmgr/operations/identify.hpp"
#include "libmgr/operations/inject.hpp"
#include "libmgr/operations/inventory.hpp"
#include "libmgr/operations/mount.hpp"
#include "libmgr/operations/switching.hpp"
#include "libmgr/operations/transfer.hpp"
#include "libmgr/operations/write_scratch.hpp"

namespace rsm {

using RequestCall = std::variant<MountCall, DismountCall, DriveDismountCall, InventoryCall, InjectCall, EjectCall, EjectBatchCall, TransferCall, SwitchCall, IdentifyCall,
                                 ReserveCleanerCall, ReleaseCleanerCall, InjectCleanerCall, EjectCleanerCall, CleanDriveCall, DoorCall>;

namespace operations {

struct Look {
  void (*evaluate)(Library&);
  bool needs_ready_library;
};
inline std::span<Look const> in_order() {
  static constexpr Look all[] = {
      {&switching::evaluate, false}, {&inventory::evaluate, false}, {&door::evaluate, false}, {&eject::evaluate, true}, {&cleaner_cartridge::evaluate_eject, true}, {&inject::evaluate, true},
      {&cleaner_cartridge::evaluate_inject, true}, {&clean::evaluate, true},
      {&transfer::evaluate, true},   {&dismount::evaluate, true},   {&dismount::leftovers, true}, {&mount::evaluate, true}, {&write_scratch::evaluate, true}, {&identify::evaluate, true},
      {&dismount::not_gone_on_with, true}, {&cleaner_slot::evaluate, true},
  };
  return all;
}

}  // namespace operations
}  // namespace rsm
