// MOUNT: a side is loaded in a drive for a session, its label read and compared first.
//
// What for: a call names 1 to limits::mount_media_max media of one library, all or nothing; each is a request of its own, with one fate.
// Which request starts on which drive says queue/scheduler; what the drive does, machines/drive.
// Errors: those of MountNtmsMedia (ntms-functions.md section 5). Thread rule: the loop only. Source: rsm-model.md section 9.
#pragma once

#include <optional>

#include "libmgr/machines/drive.hpp"
#include "libmgr/operations/call.hpp"

namespace rsm {

struct MountCall {
  std::string key;
  std::vector<Guid> media;      // logical media or sides
  std::vector<DriveId> drives;  // empty: any; else one for each medium
  bool write = false;
  bool error_if_offline = false;
  bool error_if_unavailable = false;
  bool nowait = false;
  int priority = 0;
  std::optional<Millis> timeout;
};

constexpr Operation operation_of(MountCall const&) { return Operation::mount; }

namespace operations {
Result<Records> check(Desk const& desk, Who const& who, MountCall const& call);
inline std::vector<KeyedObject> objects_of(Desk const& desk, MountCall const& call) { return keyed_media(desk, call.media, call.drives); }
// Its requests are in the book: an operator is asked for what is offline.
void recorded(Desk const& desk, MountCall const& call, Records const& requests, OperatorRequests& people);
}

namespace operations::mount {

// Where the mounts of this call can go on, now that their library is not connected: one that takes them all. resource_not_available: nowhere, or
// a drive of the old library was asked for, or the caller wanted an error for an offline medium.
Result<LibraryId> other_library(Desk const& desk, Records const& call);

void evaluate(Library& library);

// The drive has loaded the right side.
void loaded(Library& library, DriveId drive, machine::Drive const& work, std::string const& volume);
// The drive could not: the request stands in the queue again.
void back_to_queue(Library& library, DriveId drive, RequestId request, machine::BackToQueue const& back);
// No drive could load it: the medium is marked until one does.
void cannot_be_loaded(Library& library, MediumId medium, std::string const& reason, RequestId request);
// LOADED, and the mount that made it so has passed, or waits only for the others of its call.
bool stands(Library const& library, DriveHot const& hot);

}  // namespace operations::mount
}  // namespace rsm
