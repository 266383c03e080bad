#include "libmgr/operations/operations.hpp"

#include "libmgr/operations/dismount.hpp"
#include "libmgr/operations/eject.hpp"
#include "libmgr/operations/identify.hpp"
#include "libmgr/operations/inject.hpp"
#include "libmgr/operations/inventory.hpp"
#include "libmgr/operations/mount.hpp"
#include "libmgr/operations/switching.hpp"

namespace rsm::operations {

std::span<Look const> in_order() {
  static constexpr Look all[] = {
      {&switching::evaluate, false}, {&inventory::evaluate, false}, {&eject::evaluate, true},    {&inject::evaluate, true},
      {&dismount::evaluate, true},   {&dismount::leftovers, true},  {&mount::evaluate, true},    {&identify::evaluate, true},
  };
  return all;
}

}  // namespace rsm::operations
