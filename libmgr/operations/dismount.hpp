// DISMOUNT: the safe order on the volume at once; the move home at once too, or when the delay is over or the drive is wanted.
//
// What for: a dismount names the mount that it ends (RequestRecord::work_item). When that mount has ended otherwise, the dismount is done and
// touches nothing newer. Force comes from a person only, for a mount of his own, or from an administrator.
// Errors: those of DismountNtmsMedia and DismountNtmsDrive. Thread rule: the loop only. Source: rsm-model.md section 9; readings.md 4, 5, 37.
#pragma once

#include <string>
#include <vector>

#include "libmgr/operations/call.hpp"

namespace rsm {

struct DismountCall {
  std::string key;
  std::vector<Guid> media;
  bool deferred = false;
  bool force = false;
};

struct DriveDismountCall {
  std::string key;
  DriveId drive;
};

constexpr Operation operation_of(DismountCall const&) { return Operation::dismount; }
constexpr Operation operation_of(DriveDismountCall const&) { return Operation::dismount; }

namespace operations {
Result<Records> check(Desk const& desk, Who const& who, DismountCall const& call);
inline std::vector<KeyedObject> objects_of(Desk const& desk, DismountCall const& call) { return keyed_media(desk, call.media); }
Result<Records> check(Desk const& desk, Who const& who, DriveDismountCall const& call);
inline std::vector<KeyedObject> objects_of(Desk const&, DriveDismountCall const& call) { return {{.drive = call.drive}}; }
}

namespace operations::dismount {

void evaluate(Library& library);
// A cartridge that is neither mounted nor kept on purpose goes home.
void leftovers(Library& library);
// So does one that was brought for a request which does not go on where it is: it is not ready, or waits for something else. Looked at last.
void not_gone_on_with(Library& library);

// Sends the cartridge of a free drive out of it, as the work of `request`: to `destination`, or into a slot. `for_whom`: whom the drive is emptied
// for, where the work is the service's own; nobody is asked to make room any more when that has ended.
void put_away(Library& library, DriveId drive, RequestId request, std::string const& reason, std::optional<Element> destination = {}, RequestId for_whom = {});
// Takes a cartridge that nobody was given out of use; it stays in the drive.
void secure(Library& library, DriveId drive, std::string const& reason);
// Force for a volume that has been dismounted already means the unload: a second, explicit word (volume-control.md, last sentence).
bool insists(RequestRecord const& request, DriveEntry const& in);

}  // namespace operations::dismount
}  // namespace rsm
