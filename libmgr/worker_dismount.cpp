// A dismount: the safe order on the volume at once; the move home at once too, or when the delay is over or the drive is wanted.
#include <algorithm>
#include <utility>

#include "libmgr/worker.hpp"

namespace rsm {

void LibraryWorker::start_dismount(RequestId request_id, DriveId id) {
  auto const* found = book_.request(request_id);
  RequestRecord r = *found;
  r.drive = id;
  book_.update(r);
  // One that was waiting for a busy volume keeps that state until the volume is free.
  if (!busy_since_.contains(request_id)) book_.set_state(request_id, RequestState::inprocess, "flush, lock, dismount, offline in " + drive_name(id));
  DriveWork work;
  work.kind = WorkKind::dismount;
  work.request = request_id;
  work.medium = r.medium;
  work.side = r.side;
  work.step = "flushing, locking and dismounting the volume";
  begin_work(id, std::move(work));
  when_durable([this, id] { try_dismount(id); });
}

void LibraryWorker::try_dismount(DriveId id) {
  DriveWork* work = work_of(id);
  if (work == nullptr) return;
  auto const* r = book_.request(work->request);
  if (r == nullptr) return end_work(id);
  device(id).dismount(r->force, then<port::DismountReport>([this, id](Result<port::DismountReport> report) { dismounted(id, std::move(report)); }));
}

void LibraryWorker::dismounted(DriveId id, Result<port::DismountReport> report) {
  DriveWork* work = work_of(id);
  if (work == nullptr) {  // the request was cancelled while the volume was being dismounted
    if (report) set_drive(id, DriveState::dismountable, "dismounted", [](DriveHot& hot) { hot.session = {}, hot.request = {}, hot.volume.clear(); });
    return evaluate_soon();
  }
  RequestId const request = work->request;
  if (report) {
    busy_since_.erase(request);
    std::string const reason = "dismounted" + (report->note.empty() ? std::string{} : ": " + report->note);
    set_drive(id, DriveState::dismountable, reason, [&](DriveHot& hot) {
      hot.session = {};
      hot.request = request;
      hot.volume.clear();
    });
    drive_succeeded(id);
    book_.set_state(request, RequestState::inprocess, reason);
    return end_work(id);
  }
  Error const error = report.error();
  if (error.code == Errc::busy) {
    TimePoint const since = busy_since_.try_emplace(request, book_.now()).first->second;
    if (book_.now() - since >= settings_.busy_wait) {
      busy_since_.erase(request);
      end_work(id);
      book_.finish(request, {RequestState::failed, Errc::busy, "still in use after " + duration_text(settings_.busy_wait) + ": " + error.detail});
      return;
    }
    work->step = "waiting until the volume is free: " + error.detail;
    book_.set_state(request, RequestState::waiting, "the volume is in use: " + error.detail);
    loop_.after(settings_.busy_retry_pause, later([this, id, request] {
                  if (auto* again = work_of(id); again != nullptr && again->request == request) try_dismount(id);
                }));
    return;
  }
  busy_since_.erase(request);
  if (error.code == Errc::timeout || error.code == Errc::device_not_available) return drive_silent(id, error, "dismounting the volume");
  if (error.code == Errc::no_media_in_drive || error.code == Errc::media_changed) return cartridge_gone(id, error);
  end_work(id);
  book_.finish(request, {RequestState::failed, error.code, error.detail});
}

// Somebody pulled the cartridge out by hand. That is not the drive's fault: everything is looked at anew, and says where it is.
void LibraryWorker::cartridge_gone(DriveId id, Error const& error) {
  DriveWork const work = *work_of(id);
  doubted_.insert(id);
  end_work(id);
  book_.log(LogLevel::warning, drive_name(id) + ": " + error.text());
  recheck_later();
  if (work.kind != WorkKind::dismount || book_.request(work.request) == nullptr) return;
  book_.finish(work.request, {RequestState::failed, error.code, drive_name(id) + ": " + error.detail + "; the library is asked where it is"});
}

// Work of a dismount or an eject ends with a drive that does not answer. Past its time limit a request ends with that (volume-control.md
// "Asynchronous form"): what the drive made of the command is not known. One whose handler died goes on when the drive answers again.
void LibraryWorker::drive_silent(DriveId id, Error const& error, std::string const& what) {
  RequestId const request = work_of(id)->request;
  drive_failed(id, error, what);
  end_work(id);
  if (book_.request(request) == nullptr) return;
  if (error.code != Errc::timeout) return book_.set_state(request, RequestState::waiting, drive_name(id) + ": " + error.text());
  book_.finish(request, {RequestState::failed, Errc::timeout, drive_name(id) + ": " + error.detail + "; " + service_hint(drive(id).record)});
}

Millis LibraryWorker::defer_delay(MediumRecord const& m) const {
  auto pool = world().pools.find(m.pool);
  if (pool != world().pools.end())
    for (auto const& [path, delay] : settings_.pool_defer_delays)
      if (path == pool->second.path) return delay;
  return library_settings_.defer_dismount_delay;
}

// ---- the way home ----

void LibraryWorker::start_put_away(DriveId id, RequestId request, std::string const& reason) {
  auto const* m = medium(drive(id).hot.medium);
  if (m == nullptr || work_of(id) != nullptr || doubted_.contains(id)) return;
  if (!home_for(*m)) {
    std::string const full = "no free slot for " + name_of(*m) + ": take a cartridge out of the library";
    operator_requests_.raise({OperatorKind::slot_wanted, id.guid, m->id.guid, request, drive_name(id) + ": " + full});
    if (request) book_.set_state(request, RequestState::waiting, full);
    return;
  }
  if (request) book_.set_state(request, RequestState::inprocess, "going home: " + reason);
  DriveWork work;
  work.kind = WorkKind::put_away;
  work.request = request;
  work.medium = m->id;
  work.step = "going home: " + reason;
  work.report = drive(id).hot.reason;
  auto const* r = book_.request(request);
  work.insist = r != nullptr && insists(*r, drive(id));
  begin_work(id, std::move(work));
  when_durable([this, id] { put_away_offline(id); });
}

void LibraryWorker::put_away_offline(DriveId id) {
  if (drive(id).hot.state == DriveState::dismountable) return put_away_unload(id);
  // Nobody was given this volume, so what still has it open after the usual wait is not a user of it.
  bool const force = ++work_of(id)->attempts > 10;
  device(id).dismount(force, then<port::DismountReport>([this, id](Result<port::DismountReport> report) {
    if (work_of(id) == nullptr) return;
    if (report || report.error().code == Errc::no_media_in_drive || report.error().code == Errc::not_ready) return put_away_unload(id);
    if (report.error().code == Errc::busy) {
      work_of(id)->step = "waiting until the volume is free: " + report.error().detail;
      loop_.after(settings_.busy_retry_pause, later([this, id] {
                    if (work_of(id) != nullptr) put_away_offline(id);
                  }));
      return;
    }
    drive_silent(id, report.error(), "taking the cartridge out of use");
  }));
}

void LibraryWorker::put_away_unload(DriveId id) {
  work_of(id)->step = "unloading";
  work_of(id)->handles_live = false;
  device(id).unload(work_of(id)->insist, then<port::UnloadReport>([this, id](Result<port::UnloadReport> unloaded) {
    DriveWork* work = work_of(id);
    if (work == nullptr) return;
    if (unloaded) {
      if (!unloaded->note.empty()) work->report += "; " + unloaded->note;
      left_how_[work->medium] = work->report;
      return put_away_move(id);
    }
    Error const error = unloaded.error();
    if (error.code == Errc::busy) return put_away_wait(id, error);
    if (error.code == Errc::no_media_in_drive || error.code == Errc::media_changed) return cartridge_gone(id, error);
    drive_silent(id, error, "unloading");
  }));
}

// After a forced dismount handles may live that keep the device. The cartridge leaves when they are closed, however long that takes, or
// when the caller insists.
void LibraryWorker::put_away_wait(DriveId id, Error const& busy) {
  DriveWork* work = work_of(id);
  if (work->insist && !std::exchange(work->insisted, true)) return put_away_unload(id);  // the word came while the drive was asked
  unsigned const attempt = ++work->attempts;
  auto const* m = medium(work->medium);
  work->handles_live = true;
  work->step = "waiting until the old handles are closed: " + busy.detail + " (to take the medium away from them: rsm media dismount '" +
               (m == nullptr ? std::string{} : name_of(*m)) + "' --force again)";
  if (work->request) book_.set_state(work->request, RequestState::waiting, work->step + "; " + work->report);
  Millis const pause = attempt * limits::device_retry_pause < limits::volume_limit ? limits::device_retry_pause : limits::service_recheck_pause;
  loop_.after(pause, later([this, id, attempt] {
                DriveWork const* waits = work_of(id);
                if (waits != nullptr && waits->handles_live && waits->attempts == attempt) put_away_unload(id);
              }));
}

// Force for a volume that has been dismounted already means the unload: a second, explicit word (volume-control.md, last sentence).
bool LibraryWorker::insists(RequestRecord const& request, DriveEntry const& in) const {
  return request.force && in.hot.state == DriveState::dismountable && request.queued > in.hot.since;
}

void LibraryWorker::insist(DriveId id) {
  DriveWork* work = work_of(id);
  if (work->kind != WorkKind::put_away || work->insist) return;
  work->insist = true;
  if (work->handles_live) put_away_unload(id);
}

// "; dismounted: forced although in use ...": for the end of a request.
std::string LibraryWorker::how_it_left(MediumId id) const {
  auto const it = left_how_.find(id);
  return it == left_how_.end() || it->second.empty() ? std::string{} : "; " + it->second;
}

void LibraryWorker::put_away_move(DriveId id) {
  DriveWork& work = *work_of(id);
  set_drive(id, DriveState::unloaded, work.step, [](DriveHot& hot) { hot.session = {}, hot.volume.clear(); });
  auto const* m = medium(work.medium);
  auto const home = m == nullptr ? std::nullopt : home_for(*m);
  if (!home) return end_work(id);
  work.step = "waiting for the arm to bring it to " + home->text();
  work.arm_ticket = arm_move(work.request, work.medium, *home, false, [this, id](Result<> moved) {
    DriveWork* going = work_of(id);
    if (going == nullptr) return;
    if (!moved) {
      if (going->request) book_.set_state(going->request, RequestState::waiting, moved.error().text());
      book_.log(LogLevel::warning, drive_name(id) + ": " + moved.error().text());
      recheck_later();
    }
    end_work(id);
  });
}

}  // namespace rsm
