// Enable and disable. Enabling a drive that needs service is the one command after its repair: it is asked at once, and the request
// ends with the answer.
#include <algorithm>

#include "libmgr/worker.hpp"

namespace rsm {

void LibraryWorker::evaluate_switches() {
  for (auto operation : {Operation::disable_library, Operation::enable_library, Operation::disable_drive, Operation::enable_drive,
                         Operation::disable_media, Operation::enable_media}) {
    bool const enable = operation == Operation::enable_library || operation == Operation::enable_drive || operation == Operation::enable_media;
    for (auto const* request : open(operation)) {
      RequestRecord const r = *request;
      std::string const reason = std::string(enable ? "enabled" : "disabled") + " by " + (r.user.empty() ? "the service" : r.user);
      if (r.drive)
        switch_drive(r, enable, reason);
      else if (r.medium)
        switch_medium(r, enable, reason);
      else
        switch_library(r, enable, reason);
    }
  }
}

void LibraryWorker::switch_library(RequestRecord const& r, bool enable, std::string const& reason) {
  LibraryRecord record = entry().record;
  record.enabled = enable;
  book_.put(record, reason);
  if (enable) recheck_later();
  book_.finish(r.id, {RequestState::passed, Errc::success, reason});
}

void LibraryWorker::switch_medium(RequestRecord const& r, bool enable, std::string const& reason) {
  auto const* m = medium(r.medium);
  if (m == nullptr) {
    book_.finish(r.id, {RequestState::invalid, Errc::invalid_media, "the medium is gone"});
    return;
  }
  if (!enable && medium_busy(r.medium)) return book_.set_state(r.id, RequestState::waiting, name_of(*m) + " is in use; it is disabled when that ends");
  MediumRecord record = *m;
  record.enabled = enable;
  book_.put(record, reason, r.id);
  book_.finish(r.id, {RequestState::passed, Errc::success, reason});
}

void LibraryWorker::switch_drive(RequestRecord const& r, bool enable, std::string const& reason) {
  DriveWork const* work = work_of(r.drive);
  if (work != nullptr && work->request == r.id) return;  // it is being asked
  if (!enable && (work != nullptr || drive(r.drive).hot.state == DriveState::loaded))
    return book_.set_state(r.id, RequestState::waiting, drive_name(r.drive) + " is in use; it is disabled when that ends");
  bool const sick = drive(r.drive).record.condition.state == OperationalState::needs_service;
  if (enable && sick && work != nullptr) return book_.set_state(r.id, RequestState::waiting, drive_name(r.drive) + " is still at work: " + work->step);
  DriveRecord record = drive(r.drive).record;
  record.enabled = enable;
  book_.put(record, reason);
  if (enable) {
    DriveHot hot = drive(r.drive).hot;
    hot.errors_in_a_row = 0;  // whoever enables it answers for it
    book_.put(hot);
    if (sick) {
      book_.set_state(r.id, RequestState::inprocess, "asking " + drive_name(r.drive) + " whether it answers again");
      return examine(r.drive, r.id);
    }
    if (work == nullptr) examine(r.drive);
  }
  book_.finish(r.id, {RequestState::passed, Errc::success, reason});
}

// The drive was asked for this request: its answer ends it.
void LibraryWorker::finish_enable(DriveId id, RequestId request, Errc trouble) {
  if (!request || book_.request(request) == nullptr) return;
  auto const& record = drive(id).record;
  if (record.condition.state == OperationalState::ready) {
    book_.finish(request, {RequestState::passed, Errc::success, drive_name(id) + " answers again"});
    return;
  }
  book_.finish(request, {RequestState::failed, trouble, drive_name(id) + " still needs service: " + record.condition.reason});
}

}  // namespace rsm
