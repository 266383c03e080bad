// A mount: cartridge into the drive, the right side up, label read and compared, LOADED, the session told.
#include <algorithm>

#include "libmgr/base/planted.hpp"
#include "libmgr/worker.hpp"

namespace rsm {

void LibraryWorker::start_mount(RequestId request_id, DriveId id) {
  auto const* found = book_.request(request_id);
  if (found == nullptr) return;
  RequestRecord r = *found;
  for (auto const& other : book_.open_requests_of(r.medium)) {
    auto const* o = book_.request(other);
    if (o->operation == Operation::dismount && o->due) book_.finish(other, {RequestState::cancelled, Errc::cancelled, "the medium was mounted again before its delay was over"});
  }
  r.drive = id;
  book_.update(r);
  book_.set_state(request_id, RequestState::inprocess, "given " + drive_name(id));
  DriveWork work;
  work.kind = WorkKind::mount;
  work.request = request_id;
  work.medium = r.medium;
  work.side = r.side;
  work.step = "about to start";
  begin_work(id, std::move(work));
  when_durable([this, id] { mount_position(id); });
}

// True when it was asked to stop, and it was stopped here.
bool LibraryWorker::stop_asked(DriveId id) {
  DriveWork* work = work_of(id);
  if (work == nullptr) return true;
  if (!work->stop) return false;
  Outcome const outcome = *work->stop;
  RequestId const request = work->request;
  bool const in_drive = drive(id).hot.medium == work->medium;
  end_work(id);
  if (auto const* r = book_.request(request)) fail_group(*r, outcome);
  if (in_drive) secure(id, outcome.reason);
  return true;
}

void LibraryWorker::mount_position(DriveId id) {
  if (stop_asked(id)) return;
  DriveWork& work = *work_of(id);
  auto const* m = medium(work.medium);
  auto const* at = m == nullptr ? nullptr : std::get_if<InElement>(&m->place);
  auto const* side = m == nullptr ? nullptr : m->side(work.side);
  if (at == nullptr || side == nullptr) return mount_back_to_queue(id, "its medium left the library");
  Element const here{ElementKind::drive, drive(id).record.number};
  if (at->element == here) {
    if (drive(id).hot.side == work.side) return mount_load(id);
    work.step = "taking " + name_of(*m) + " out to turn it";
    device(id).unload(false, then<port::UnloadReport>([this, id](Result<port::UnloadReport> unloaded) {
      if (stop_asked(id)) return;
      if (!unloaded) {
        drive_failed(id, unloaded.error(), "unloading to turn the cartridge");
        return mount_back_to_queue(id, drive_name(id) + " could not unload: " + unloaded.error().text());
      }
      set_drive(id, DriveState::unloaded, "to be turned");
      mount_move(id, true);
    }));
    return;
  }
  if (at->element.kind != ElementKind::slot) return mount_back_to_queue(id, name_of(*m) + " is in " + at->element.text());
  mount_move(id, side->number == 1);
}

void LibraryWorker::mount_move(DriveId id, bool turn) {
  DriveWork& work = *work_of(id);
  Element const here{ElementKind::drive, drive(id).record.number};
  work.step = "waiting for the arm to " + std::string(turn ? "turn it and " : "") + "bring it to drive " + std::to_string(here.number);
  work.arm_ticket = arm_move(work.request, work.medium, here, turn, [this, id](Result<> moved) {
    if (work_of(id) == nullptr) return;
    work_of(id)->arm_ticket = 0;
    if (moved) return mount_load(id);
    RequestId const request = work_of(id)->request;
    if (++failures_[request] < limits::request_attempts_max) return mount_back_to_queue(id, moved.error().text());
    mount_failed(id, {RequestState::failed, moved.error().code, moved.error().detail}, drive(id).hot.state);
  });
}

void LibraryWorker::mount_load(DriveId id) {
  if (stop_asked(id)) return;
  DriveWork& work = *work_of(id);
  work.step = "loading and reading its label";
  when_durable([this, id] {
    if (work_of(id) == nullptr) return;
    load_and_read(id, [this, id](Result<DriveLook> look) { mount_loaded(id, std::move(look)); });
  });
}

void LibraryWorker::mount_loaded(DriveId id, Result<DriveLook> look) {
  DriveWork* work = work_of(id);
  if (work == nullptr) return;
  RequestId const request = work->request;
  if (!look) {
    Error const error = look.error();
    drive_failed(id, error, "loading");
    bool const silent = error.code == Errc::timeout || error.code == Errc::device_not_available;
    if (!silent) set_drive(id, DriveState::unloaded, "could not load: " + error.text());
    if (silent || ++failures_[request] < limits::request_attempts_max) return mount_back_to_queue(id, drive_name(id) + ": " + error.text());
    return mount_failed(id, {RequestState::failed, Errc::unable_to_load_medium, drive_name(id) + ": " + error.text()}, DriveState::unloaded);
  }
  auto const* m = medium(work->medium);
  auto const* wanted = m == nullptr ? nullptr : m->side(work->side);
  if (wanted == nullptr) return mount_failed(id, {RequestState::failed, Errc::invalid_media, "its medium is gone"}, DriveState::unloaded);
  auto const same = [&](Side const& side) { return side.omid && look->omid && side.omid->same_medium(*look->omid); };
  if (!wanted->omid || same(*wanted) || planted(PlantedBug::wrong_side_served)) return mount_done(id, look->status);
  auto const other = std::ranges::find_if(m->sides, same);
  if (other != m->sides.end() && ++work->attempts < limits::move_attempts_max) {
    book_.log(LogLevel::warning, name_of(*m) + ": side " + std::to_string(other->number) + " is up; it is turned");
    set_drive(id, DriveState::mounted, "the other side is up", [side = other->id](DriveHot& hot) { hot.side = side; });
    device(id).dismount(false, then<port::DismountReport>([this, id](Result<port::DismountReport> report) {
      if (work_of(id) == nullptr) return;
      if (report) return mount_position(id);
      drive_failed(id, report.error(), "taking the wrong side out of use");
      mount_back_to_queue(id, report.error().text());
    }));
    return;
  }
  std::string const got = look->omid ? look->omid->type + " volume \"" + look->omid->info + "\"" : "no label that is understood";
  std::string const reason = "the label in " + drive_name(id) + " is not that of " + name_of(*m, work->side) + ": " + got;
  MediumId const medium_id = work->medium;
  mount_failed(id, {RequestState::failed, Errc::unexpected_omid, reason}, DriveState::unloaded);
  if (library_settings_.auto_recovery) classify(medium_id, Operation::process_omid, "its label was not the expected one");
}

void LibraryWorker::mount_done(DriveId id, port::DriveStatus const& status) {
  if (stop_asked(id)) return;
  DriveWork const work = *work_of(id);
  auto const* found = book_.request(work.request);
  if (found == nullptr) {
    end_work(id);
    return secure(id, "its request has ended");
  }
  RequestRecord const r = *found;
  MediumRecord m = *medium(work.medium);
  ++m.side(work.side)->mount_count;
  m.trouble.clear();
  book_.put(m, "mounted", r.id);
  drive_succeeded(id);
  SessionId const session = world().sessions.contains(r.session) ? r.session : SessionId{};
  set_drive(id, DriveState::loaded, "mounted for " + r.application + (r.user.empty() ? "" : " (" + r.user + ")"), [&](DriveHot& hot) {
    hot.side = work.side;
    hot.session = session;
    hot.request = r.id;
    hot.volume = status.volume_path;
    ++hot.mount_count;
  });
  book_.figures().mounted(library_, book_.now() - work.begun);
  failures_.erase(r.id);
  left_how_.erase(work.medium);
  end_work(id);
  mount_complete_group(r.id);
}

// One fate: a call of several media passes when all are loaded.
void LibraryWorker::mount_complete_group(RequestId request) {
  auto const* r = book_.request(request);
  if (r == nullptr) return;
  std::vector<RequestId> members{request};
  if (r->group_size > 1) {
    members.clear();
    for (auto const& id : book_.requests_of(library_))
      if (book_.request(id)->group == r->group) members.push_back(id);
  }
  bool const all = std::ranges::all_of(members, [this](RequestId id) {
    auto const* member = book_.request(id);
    auto const* d = world().drive(member->drive);
    return d != nullptr && d->hot.state == DriveState::loaded && d->hot.request == id;
  });
  if (!all) return book_.set_state(request, RequestState::inprocess, "loaded; waits for the other media of its call");
  for (auto const& id : members) book_.finish(id, {RequestState::passed, Errc::success, "loaded in " + drive_name(book_.request(id)->drive)});
}

void LibraryWorker::mount_failed(DriveId id, Outcome outcome, DriveState state) {
  RequestId const request = work_of(id)->request;
  if (drive(id).hot.medium && state != drive(id).hot.state) set_drive(id, state, outcome.reason);
  failures_.erase(request);
  end_work(id);
  if (auto const* r = book_.request(request)) fail_group(RequestRecord(*r), outcome);
}

// It could not go on with this drive: the request stands in the queue again, where it stood.
void LibraryWorker::mount_back_to_queue(DriveId id, std::string const& reason) {
  DriveWork const work = *work_of(id);
  end_work(id);
  auto const* found = book_.request(work.request);
  if (found == nullptr) return;
  RequestRecord r = *found;
  if (work.stop) return fail_group(r, *work.stop);
  if (r.group_size > 1) return fail_group(r, {RequestState::failed, Errc::device_not_available, reason});
  if (!r.specific_drive) r.drive = {};
  book_.update(r);
  book_.set_state(r.id, RequestState::waiting, reason);
}

// Ends a request, and with it the others of its call: what is loaded of them is dismounted again.
void LibraryWorker::fail_group(RequestRecord const& request, Outcome const& outcome) {
  RequestRecord const r = request;
  book_.finish(r.id, outcome);
  if (r.group_size < 2 || !r.group || r.operation != Operation::mount) return;
  std::vector<RequestId> members;
  for (auto const& id : book_.requests_of(library_))
    if (book_.request(id)->group == r.group) members.push_back(id);
  Outcome const shared{outcome.state, outcome.error, "another medium of its call could not be mounted: " + outcome.reason};
  for (auto const& id : members) {
    DriveId at;
    if (DriveWork* work = work_of(id, &at); work != nullptr) {
      work->stop = shared;
      if (work->arm_ticket != 0 && arm_withdraw(work->arm_ticket)) stop_asked(at);
      continue;
    }
    auto const* member = book_.request(id);
    if (member == nullptr) continue;  // ended with one that was stopped just now
    DriveId const loaded = member->drive;
    book_.finish(id, shared);
    auto const* d = world().drive(loaded);
    if (d != nullptr && d->hot.state == DriveState::loaded && d->hot.request == id) secure(loaded, shared.reason);
  }
}

// Takes a cartridge that nobody was given out of use; it stays in the drive.
void LibraryWorker::secure(DriveId id, std::string const& reason) {
  if (work_of(id) != nullptr) return;
  if (drive(id).hot.state == DriveState::dismountable || drive(id).hot.state == DriveState::dismounted) return;
  if (drive(id).hot.state == DriveState::unloaded || !drive(id).hot.medium) return evaluate_soon();
  DriveWork work;
  work.kind = WorkKind::examine;
  work.medium = drive(id).hot.medium;
  work.step = "being taken out of use";
  begin_work(id, std::move(work));
  device(id).dismount(false, then<port::DismountReport>([this, id, reason](Result<port::DismountReport> report) {
    if (report)
      set_drive(id, DriveState::dismountable, reason, [](DriveHot& hot) { hot.session = {}, hot.request = {}, hot.volume.clear(); });
    else if (report.error().code == Errc::no_media_in_drive || report.error().code == Errc::not_ready)
      set_drive(id, DriveState::unloaded, reason);
    else
      drive_failed(id, report.error(), "taking the cartridge out of use");
    end_work(id);
    if (!report && report.error().code == Errc::busy)
      set_drive(id, DriveState::loaded, "in use: " + report.error().detail, [](DriveHot& hot) { hot.session = {}, hot.request = {}; });
  }));
}

}  // namespace rsm
