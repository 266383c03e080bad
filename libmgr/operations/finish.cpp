#include "libmgr/operations/finish.hpp"

#include "libmgr/base/planted.hpp"
#include "libmgr/library/library.hpp"
#include "libmgr/operations/dismount.hpp"

namespace rsm::operations {
namespace {

// What was loaded for a request that has ended otherwise is taken out of use.
void release(Library& library, RequestRecord const& request, std::string const& reason) {
  auto const* drive = library.world().drive(request.drive);
  if (drive != nullptr && drive->hot.state == DriveState::loaded && drive->hot.request == request.id) dismount::secure(library, request.drive, reason);
}

void end_one(Library& library, RequestRecord const& request, Outcome const& outcome) {
  if (auto const at = library.drives().work_for(request.id)) library.drives().stop(at.drive, outcome.reason, machine::StopHow::abandon);
  library.book().finish(request.id, outcome);
  library.arm().request_ended(request.id);
  if (request.operation == Operation::mount && outcome.state != RequestState::passed) release(library, request, outcome.reason);
}

}  // namespace

void finish(Library& library, RequestId id, Outcome outcome) {
  auto const* found = library.book().request(id);
  if (found == nullptr) return;
  RequestRecord const request = *found;
  std::vector<RequestRecord> members;
  if (request.operation == Operation::mount && request.group_size > 1 && outcome.state != RequestState::passed)
    for (auto const& other : library.mounts_of_call(request))
      if (auto const* r = library.book().request(other); r != nullptr && other != id) members.push_back(*r);
  end_one(library, request, outcome);
  Outcome const shared{outcome.state, outcome.error, "another medium of its call could not be mounted: " + outcome.reason};
  for (auto const& member : members)
    if (library.book().request(member.id) != nullptr) end_one(library, member, shared);
  library.evaluate_soon();
}

bool stop(Library& library, RequestId id, Outcome const& outcome, machine::StopHow how) {
  auto const* found = library.book().request(id);
  if (found == nullptr) return false;
  RequestRecord const request = *found;
  if (auto const at = library.drives().work_for(id)) {
    if (!library.drives().stop(at.drive, outcome.reason, how)) return false;
  } else if (library.port().works_for(id)) {
    if (!library.port().stop(outcome.reason)) return false;
  } else if (library.door().works_for(id)) {
    if (!library.door().stop()) return false;
  } else if (request.operation == Operation::transfer && library.arm().works_for(id)) {
    if (!library.arm().take_back(id)) return false;
  } else if (request.operation == Operation::inventory && request.state == RequestState::inprocess) {
    return false;
  } else if (request.operation == Operation::mount && request.state == RequestState::inprocess && how == machine::StopHow::if_waiting) {
    return false;  // loaded, and waits for the other media of its call
  }
  if (planted(PlantedBug::cancelled_request_runs) && request.operation == Operation::mount && outcome.error != Errc::timeout) {
    library.book().log(LogLevel::info, "planted: " + id.text() + " stays in the queue");
    return true;
  }
  finish(library, id, outcome);
  return true;
}

}  // namespace rsm::operations
