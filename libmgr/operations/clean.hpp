// CLEANDRIVE: the cleaning cartridge is brought into a drive, which cleans itself, and back to its slot.
//
// What for: a use counts when the cartridge is known to be in a drive, in the same commit as that (library/belief), so no restart counts it twice. Without a
// cartridge that has a use left a person is asked for one, and the request waits. A drive that asks to be cleaned gets its request by itself.
// Errors: those of CleanNtmsDrive. Thread rule: the loop only. Source: rsm-model.md section 14; readings 29 and 31 of it.
#pragma once

#include <string>

#include "libmgr/operations/call.hpp"

namespace rsm {

struct CleanDriveCall {
  std::string key;
  DriveId drive;
};

constexpr Operation operation_of(CleanDriveCall const&) { return Operation::clean_drive; }

namespace operations {
Result<Records> check(Desk const& desk, Who const& who, CleanDriveCall const& call);
inline std::vector<KeyedObject> objects_of(Desk const&, CleanDriveCall const& call) { return {{.drive = call.drive}}; }
}  // namespace operations

namespace operations::clean {

void evaluate(Library& library);

// The drive has said that it wants to be cleaned. False: nothing can clean it by itself; a person is to be asked.
bool ask(Library& library, DriveId drive, std::string const& reason);
// The cleaning cartridge was in it and is back in its slot. `dirty`: it wants to be cleaned all the same.
void cleaned(Library& library, DriveId drive, RequestId request, bool dirty);
// The drive has said that the cleaning cartridge in it is used up.
void cartridge_expired(Library& library, DriveId drive);

}  // namespace operations::clean
}  // namespace rsm
