// INJECTCLEANER, EJECTCLEANER: the cleaning cartridge of a library comes into its slot and leaves it, through the port or, in a library without one, by the door.
//
// What for: a cleaning cartridge has a record while it is in the library, since it is moved like any other, and none outside (decision record 30). The library's record
// says which cartridge it is, and how many uses it has left.
// Errors: those of InjectNtmsCleaner and EjectNtmsCleaner. Thread rule: the loop only. Source: rsm-model.md section 14.
#pragma once

#include <string>

#include "libmgr/operations/call.hpp"

namespace rsm {

struct InjectCleanerCall {
  std::string key;
  LibraryId library;
  std::uint32_t uses = cleaner_uses_uncounted;
};
struct EjectCleanerCall {
  std::string key;
  LibraryId library;
};

constexpr Operation operation_of(InjectCleanerCall const&) { return Operation::inject_cleaner; }
constexpr Operation operation_of(EjectCleanerCall const&) { return Operation::eject_cleaner; }

namespace operations {
Result<Records> check(Desk const& desk, Who const& who, InjectCleanerCall const& call);
Result<Records> check(Desk const& desk, Who const& who, EjectCleanerCall const& call);
inline std::vector<KeyedObject> objects_of(Desk const&, InjectCleanerCall const& call) { return {{.library = call.library}}; }
inline std::vector<KeyedObject> objects_of(Desk const&, EjectCleanerCall const& call) { return {{.library = call.library}}; }
}  // namespace operations

namespace operations::cleaner_cartridge {

void evaluate_inject(Library& library);
void evaluate_eject(Library& library);

// The cartridge that was put in for this request is the cleaning cartridge from now on. False: it is somebody's medium.
bool taken_in(Library& library, RequestRecord const& request, MediumId medium);
// It has left the library.
void has_left(Library& library, MediumId medium);
// The door was closed again for this request, and everything was looked at.
void door_closed(Library& library, RequestRecord const& request);

}  // namespace operations::cleaner_cartridge
}  // namespace rsm
