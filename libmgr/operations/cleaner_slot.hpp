// RESERVECLEANER, RELEASECLEANER: the slot that the cleaning cartridge of a library has to itself.
//
// What for: nothing else is brought to a reserved slot, whatever is in it. The checks are made at the call and again when the request runs.
// Errors: those of ReserveNtmsCleanerSlot and ReleaseNtmsCleanerSlot. Thread rule: the loop only. Source: rsm-model.md section 14.
#pragma once

#include <string>

#include "libmgr/operations/call.hpp"

namespace rsm {

struct ReserveCleanerCall {
  std::string key;
  LibraryId library;
  SlotId slot;
};
struct ReleaseCleanerCall {
  std::string key;
  LibraryId library;
};

constexpr Operation operation_of(ReserveCleanerCall const&) { return Operation::reserve_cleaner; }
constexpr Operation operation_of(ReleaseCleanerCall const&) { return Operation::release_cleaner; }

namespace operations {
Result<Records> check(Desk const& desk, Who const& who, ReserveCleanerCall const& call);
Result<Records> check(Desk const& desk, Who const& who, ReleaseCleanerCall const& call);
std::vector<KeyedObject> objects_of(Desk const& desk, ReserveCleanerCall const& call);
inline std::vector<KeyedObject> objects_of(Desk const&, ReleaseCleanerCall const& call) { return {{.library = call.library}}; }
}  // namespace operations

namespace operations::cleaner_slot {

void evaluate(Library& library);

}  // namespace operations::cleaner_slot
}  // namespace rsm
