// DOORACCESS: a person opens the door, changes what is to be changed, and closes it; then the library is asked where everything is.
// Errors: those of AccessNtmsLibraryDoor. Thread rule: the loop only. Source: rsm-model.md sections 3 and 13.
#pragma once

#include <string>

#include "libmgr/operations/call.hpp"

namespace rsm {

enum class DoorAction { none, fast, omid, default_method };

struct DoorCall {
  std::string key;
  LibraryId library;
  DoorAction action = DoorAction::default_method;  // the inventory that follows
};

constexpr Operation operation_of(DoorCall const&) { return Operation::door_access; }

namespace operations {
Result<Records> check(Desk const& desk, Who const& who, DoorCall const& call);
inline std::vector<KeyedObject> objects_of(Desk const&, DoorCall const& call) { return {{.library = call.library}}; }
}  // namespace operations

namespace operations::door {

void evaluate(Library& library);
// The door was opened and closed for this request, or nobody has opened it in time, and everything was looked at.
void closed(Library& library, RequestRecord const& request);

}  // namespace operations::door
}  // namespace rsm
