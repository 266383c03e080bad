#include "libmgr/worker.hpp"

#include <algorithm>

#include "libmgr/base/planted.hpp"

namespace rsm {

LibraryWorker::LibraryWorker(Context context, LibraryId library, LibrarySettings settings, port::Devices& devices)
    : book_(context.book),
      loop_(context.loop),
      settings_(context.settings),
      operator_requests_(context.operator_requests),
      library_(library),
      library_settings_(std::move(settings)),
      devices_(devices) {
  devices_.on_lost([this, alive = std::weak_ptr(alive_)](Element element, std::string why) {
    if (alive.expired() || element.kind != ElementKind::drive) return;
    auto it = entry().drives.find(element.number);
    if (it == entry().drives.end()) return;
    book_.log(LogLevel::warning, drive_name(it->second) + ": " + why);
    if (work_of(it->second) == nullptr && drive(it->second).hot.medium) examine(it->second);
  });
}

void LibraryWorker::start() {
  set_library_condition(OperationalState::initializing, "asking the hardware where everything is");
  ask_hardware([this](Result<> answered) {
    if (!answered) return hardware_silent(answered.error());
    evaluate_soon();
  });
}

// No device has a command of ours. Work that only waits (for the arm, for a busy volume) starts again with the daemon.
bool LibraryWorker::idle() const {
  auto const waits = [this](auto const& entry) {
    auto const* request = book_.request(entry.second.request);
    return entry.second.arm_ticket != 0 || (entry.second.kind == WorkKind::dismount && request != nullptr && request->state == RequestState::waiting);
  };
  return !moving_ && !asking_ && (!port_work_ || !port_work_->commanded) && std::ranges::all_of(work_, waits);
}

void LibraryWorker::evaluate_soon() {
  if (evaluate_posted_) return;
  evaluate_posted_ = true;
  loop_.post(later([this] {
    evaluate_posted_ = false;
    evaluate();
  }));
}

// Lower operation codes first (rsm-model.md section 15).
void LibraryWorker::evaluate() {
  if (book_.ledger().failed()) return;
  book_.trim();
  if (!stopping_ && started_) {
    evaluate_switches();
    evaluate_inventory();
    if (accepting()) {
      evaluate_port();
      evaluate_dismounts();
      evaluate_leftovers();
      evaluate_mounts();
      evaluate_identifications();
    }
  }
  expire_waiting();
}

bool LibraryWorker::accepting() const { return !asking_ && entry().record.condition.state == OperationalState::ready; }

std::vector<RequestRecord const*> LibraryWorker::open(Operation operation) const {
  std::vector<RequestRecord const*> found;
  for (auto const& [sequence, id] : book_.requests_of(library_, operation)) found.push_back(book_.request(id));
  return found;
}

MediumRecord const* LibraryWorker::medium(MediumId id) {
  auto found = book_.medium(id);
  if (found) return *found;
  book_.log(LogLevel::error, "medium " + id.text() + ": " + found.error().text());
  return nullptr;
}

void LibraryWorker::evaluate_inventory() {
  auto requests = open(Operation::inventory);
  if (requests.empty()) return;
  RequestId const id = requests.front()->id;
  if (asking_ || moving_ || !work_.empty() || port_work_) {
    if (!asking_) book_.set_state(id, RequestState::waiting, "starts when the work under way is done");
    return;
  }
  book_.set_state(id, RequestState::inprocess, "asking the hardware where everything is");
  asking_ = true;
  for (auto const& [number, drive_id] : entry().drives) {  // somebody looks after the library: every drive has its chance again
    DriveHot hot = drive(drive_id).hot;
    hot.errors_in_a_row = 0;
    book_.put(hot);
  }
  when_durable([this, id] {
    ask_hardware([this, id](Result<> result) { finish_inventory(id, std::move(result)); });
  });
}

// ---- dismounts: what to do is read from the world, so it is the same after a restart ----

void LibraryWorker::evaluate_dismounts() {
  for (auto const* request : open(Operation::dismount)) {
    DriveId at;
    if (work_of(request->id, &at) == nullptr) evaluate_dismount(*request);
  }
}

void LibraryWorker::evaluate_dismount(RequestRecord const& request) {
  RequestRecord const r = request;
  auto const* holder = world().drive_of(r.medium);
  bool const deferred = r.option == operation_option::deferred || r.option == operation_option::force_deferred;
  if (holder == nullptr) {
    auto const* m = medium(r.medium);
    book_.finish(r.id, {RequestState::passed, Errc::success, m == nullptr ? "the medium is gone" : name_of(*m) + " is out of the drive: " + place_text(m->place) + how_it_left(r.medium)});
    return;
  }
  DriveId const id = holder->record.id;
  if (work_of(id) != nullptr) {
    if (insists(r, *holder)) insist(id);
    return;
  }
  if (holder->record.condition.state != OperationalState::ready) {
    book_.set_state(r.id, RequestState::waiting, drive_name(id) + ": " + holder->record.condition.reason);
    return;
  }
  if (holder->hot.state == DriveState::loaded) return start_dismount(r.id, id);
  if (deferred && holder->hot.state == DriveState::dismountable) {
    if (!r.due) {
      RequestRecord with_due = r;
      with_due.due = book_.now() + defer_delay(*medium(r.medium));
      book_.update(with_due);
      book_.set_state(r.id, RequestState::deferred, "out of use; stays in " + drive_name(id) + " until the delay is over or the drive is wanted; " + holder->hot.reason);
      return wake_at(*with_due.due);
    }
    if (*r.due > book_.now()) {
      if (r.state != RequestState::deferred) book_.set_state(r.id, RequestState::deferred, "out of use; stays in " + drive_name(id));
      return wake_at(*r.due);
    }
  }
  start_put_away(id, r.id, deferred ? "its delay is over" : "immediate dismount");
}

// A cartridge that is neither mounted nor kept on purpose goes home.
void LibraryWorker::evaluate_leftovers() {
  if (!moving_ && arm_queue_.empty()) {
    for (auto const& [id, m] : world().media) {
      auto const* at = std::get_if<InElement>(&m.place);
      if (at == nullptr || at->library != library_ || at->element.kind != ElementKind::arm) continue;
      auto const home = home_for(m);
      if (!home) break;
      arm_move({}, id, *home, false, [this](Result<> moved) {
        if (!moved) book_.log(LogLevel::error, entry().record.name + ": clearing the arm: " + moved.error().text());
      });
      break;
    }
  }
  for (auto const& [number, id] : entry().drives) {
    auto const& d = drive(id);
    if (work_of(id) != nullptr || !d.hot.medium || d.record.condition.state != OperationalState::ready) continue;
    if (d.hot.state == DriveState::unloaded || d.hot.state == DriveState::mounted) start_put_away(id, {}, d.hot.reason);
    if (!d.record.enabled && d.hot.state == DriveState::dismountable) start_put_away(id, {}, "the drive is disabled");
  }
}

// ---- mounts ----

std::optional<std::string> LibraryWorker::medium_busy(MediumId id) const {
  for (auto const& [drive_id, work] : work_)
    if (work.medium == id && work.kind != WorkKind::examine) return work.step.empty() ? "at work in " + drive_name(drive_id) : work.step;
  if (moving_ && moving_->medium == id) return "being moved";
  if (port_work_) {
    auto const* request = book_.request(port_work_->request);
    if (request != nullptr && request->medium == id) return port_work_->step;
  }
  return std::nullopt;
}

Situation LibraryWorker::situation() const {
  Situation s{world(), library_, {}, {}, {}, book_.now(), settings_.policy, settings_.fairness_limit};
  for (auto const& [id, work] : work_) {
    s.working.insert(id);
    if (work.kind == WorkKind::put_away) s.emptying.insert(id);
    if (work.medium) s.busy_media[work.medium] = work.step;
  }
  // A dismount that waits for its busy volume still holds its medium; a medium in the port is with a person.
  if (moving_ && moving_->medium) s.busy_media.try_emplace(moving_->medium, "being moved");
  if (port_work_)
    if (auto const* request = book_.request(port_work_->request); request != nullptr && request->medium)
      s.busy_media.try_emplace(request->medium, port_work_->step);
  for (auto const* request : open(Operation::eject)) s.busy_media.try_emplace(request->medium, "it is to be ejected");
  return s;
}

void LibraryWorker::evaluate_mounts() {
  std::vector<RequestRecord> stranded;  // loaded for a call of several media, and then lost its drive
  for (auto const* request : open(Operation::mount)) {
    DriveId at;
    if (request->state != RequestState::inprocess || work_of(request->id, &at) != nullptr) continue;
    auto const* d = world().drive(request->drive);
    if (d == nullptr || d->hot.state != DriveState::loaded || d->hot.request != request->id) stranded.push_back(*request);
  }
  for (auto const& request : stranded) fail_group(request, {RequestState::failed, Errc::device_not_available, "its drive lost it before the other media of its call were loaded"});
  std::vector<RequestRecord const*> waiting;
  for (auto const* request : open(Operation::mount)) {
    DriveId at;
    if (request->state == RequestState::inprocess || work_of(request->id, &at) != nullptr) continue;
    waiting.push_back(request);
  }
  std::vector<RequestRecord> lost;
  for (auto const* request : waiting)
    if (auto found = book_.medium(request->medium); found && (*found == nullptr || (*found)->offline())) lost.push_back(*request);
  for (auto const& request : lost) ask_for_offline(request);
  if (!lost.empty()) {  // some of them may have ended, with the others of their call
    waiting.clear();
    for (auto const* request : open(Operation::mount)) {
      DriveId at;
      if (request->state != RequestState::inprocess && work_of(request->id, &at) == nullptr) waiting.push_back(request);
    }
  }
  MountPlan plan = plan_mounts(situation(), waiting);
  why_ = std::move(plan.why);
  order_ = std::move(plan.order);
  room_coming_ = std::move(plan.room_coming);
  for (auto const& start : plan.starts) start_mount(start.request, start.drive);
  for (auto const& [id, request] : plan.to_empty) {
    auto const* m = medium(drive(id).hot.medium);
    start_put_away(id, {}, "the drive is wanted by request " + request.text() + (m == nullptr ? "" : "; " + name_of(*m) + " was idle"));
  }
}

// A medium that left the library while its mount waited: the operator is asked for it, unless the caller wanted an error.
void LibraryWorker::ask_for_offline(RequestRecord const& request) {
  auto const* m = medium(request.medium);
  if (book_.request(request.id) == nullptr) return;
  if (m == nullptr) return fail_group(request, {RequestState::invalid, Errc::invalid_media, "its medium was deleted"});
  if (request.error_if_offline) return fail_group(request, {RequestState::failed, Errc::media_offline, name_of(*m) + " left the library"});
  operator_requests_.ask_for_medium(*m, library_, request.id);
}

void LibraryWorker::evaluate_identifications() {
  for (auto operation : {Operation::process_omid, Operation::classify}) {
    for (auto const* request : open(operation)) {
      DriveId at;
      if (work_of(request->id, &at) != nullptr) continue;
      RequestRecord const r = *request;
      auto const* m = medium(r.medium);
      if (m == nullptr || m->offline()) {
        book_.finish(r.id, {RequestState::invalid, Errc::invalid_media, "the medium is not in the library any more"});
        continue;
      }
      if (auto busy = medium_busy(r.medium)) {
        why_[r.id] = name_of(*m) + " is in use: " + *busy;
        continue;
      }
      if (auto const* in = world().drive_of(r.medium); in != nullptr) {
        why_[r.id] = name_of(*m) + " is in " + drive_name(in->record.id);
        bool const ready = in->record.condition.state == OperationalState::ready;
        if (ready && in->hot.state == DriveState::dismountable && in->hot.session.is_zero()) start_put_away(in->record.id, {}, "it is to be identified");
        continue;
      }
      DriveId free;
      for (auto const& [number, id] : entry().drives)
        if (world().usable(drive(id)) && work_of(id) == nullptr && drive(id).hot.state == DriveState::dismounted && !drive(id).hot.medium &&
            (!free || drive(id).hot.mount_count < drive(free).hot.mount_count))
          free = id;
      if (!free) {
        empty_for_identification();
        why_[r.id] = "waits for an empty drive";
        continue;
      }
      start_identify(r.id, free);
    }
  }
}

// Cartridges that only stay in drives because nobody wanted the drive make room, one at a time; those of deferred dismounts go
// home when their delay is over.
void LibraryWorker::empty_for_identification() {
  DriveId idle;
  for (auto const& [number, id] : entry().drives) {
    if (auto const* work = work_of(id); work != nullptr && work->kind == WorkKind::put_away) return;
    if (work_of(id) != nullptr || !world().usable(drive(id)) || drive(id).hot.state != DriveState::dismountable) continue;
    auto const waiting = book_.open_requests_of(drive(id).hot.medium);
    bool const kept = std::ranges::any_of(waiting, [this](RequestId r) { return book_.request(r)->operation == Operation::dismount; });
    if (!kept && (!idle || drive(id).hot.since < drive(idle).hot.since)) idle = id;
  }
  if (idle) start_put_away(idle, {}, "the drive is wanted to identify a cartridge");
}

std::optional<std::string> LibraryWorker::would_wait(std::vector<RequestRecord> const& requests) {
  if (!accepting()) return "the library is not ready: " + entry().record.condition.reason;
  std::vector<RequestRecord const*> asked;
  for (auto const& request : requests) asked.push_back(&request);
  Situation s = situation();
  // A drive that holds an idle medium counts as free (readings.md 3), so a plan that empties one does not wait.
  MountPlan plan = plan_mounts(s, asked);
  for (auto const& [id, why] : plan.why) {
    if (!plan.room_coming.contains(id)) return why;
  }
  return std::nullopt;
}

// ---- limits of time ----

void LibraryWorker::expire_waiting() {
  TimePoint const now = book_.now();
  MaybeTime next;
  std::vector<RequestId> over;
  for (auto const& id : book_.requests_of(library_)) {
    auto const* request = book_.request(id);
    if (!request->deadline) continue;
    if (*request->deadline <= now)
      over.push_back(id);
    else if (!next || *request->deadline < *next)
      next = request->deadline;
  }
  for (auto const& id : over) {
    auto const* request = book_.request(id);
    if (request == nullptr || about_to_move(id)) continue;  // ended with its group; or it does not wait
    stop_request(id, {RequestState::cancelled, Errc::timeout, "its time limit was over" + (why(id).empty() ? "" : " while it waited: " + why(id))}, false);
  }
  if (next) wake_at(*next);
}

// A drive is being emptied for it, or the arm is free and takes it next: that is not waiting (readings.md 3).
bool LibraryWorker::about_to_move(RequestId id) {
  DriveId at;
  DriveWork const* work = work_of(id, &at);
  if (work == nullptr) return room_coming_.contains(id);
  return work->arm_ticket == 0 || (!moving_ && !asking_);
}

void LibraryWorker::wake_at(TimePoint when) {
  if (wake_timer_ != TimerId::none && wake_time_ <= when) return;
  if (wake_timer_ != TimerId::none) loop_.cancel(wake_timer_);
  wake_time_ = when;
  Millis const delay = std::max(when - book_.now(), Millis{0});
  wake_timer_ = loop_.after(delay, later([this] {
    wake_timer_ = TimerId::none;
    evaluate_soon();
  }));
}

bool LibraryWorker::stop_request(RequestId id, Outcome outcome, bool insist) {
  auto const* found = book_.request(id);
  if (found == nullptr) return false;
  RequestRecord const r = *found;
  DriveId at;
  if (DriveWork* work = work_of(id, &at); work != nullptr) {
    // Safe to stop: it waits for the arm, or it is a dismount between two tries of a busy volume.
    if (work->kind == WorkKind::mount || work->kind == WorkKind::identify) {
      if (work->arm_ticket == 0 || !arm_withdraw(work->arm_ticket)) {
        if (insist && work->kind == WorkKind::mount) work->stop = outcome;
        return false;
      }
      bool const empty = !drive(at).hot.medium;
      if (!planted(PlantedBug::leaked_drive)) end_work(at);
      if (!empty && drive(at).hot.state == DriveState::mounted) set_drive(at, DriveState::unloaded, outcome.reason);
    } else if (work->kind == WorkKind::dismount && r.state == RequestState::waiting) {
      end_work(at);
    } else if (work->kind == WorkKind::put_away && r.operation == Operation::eject) {
      work->request = {};  // the cartridge only goes home yet, and does so without it
    } else {
      return false;
    }
  } else if (port_work_ && port_work_->request == id) {
    if (port_work_->commanded || (moving_ && moving_->request == id)) return false;
    if (port_work_->eject) return false;  // the cartridge is in the port already
    // It ends now; the port is taken in behind it.
    port_work_->stop = outcome;
    book_.finish(id, outcome);
    inject_give_up();
    return true;
  } else if (asking_ && r.operation == Operation::inventory && r.state == RequestState::inprocess) {
    return false;
  } else if (r.operation == Operation::mount && r.state == RequestState::inprocess && !insist) {
    return false;  // loaded, and waits for the other media of its call
  }
  if (planted(PlantedBug::cancelled_request_runs) && r.operation == Operation::mount) {
    book_.log(LogLevel::info, "planted: " + id.text() + " stays in the queue");
    return true;
  }
  fail_group(r, outcome);
  evaluate_soon();
  return true;
}

// ---- small things the other files use ----

DriveWork* LibraryWorker::work_of(DriveId id) {
  auto it = work_.find(id);
  return it == work_.end() ? nullptr : &it->second;
}

DriveWork* LibraryWorker::work_of(RequestId request, DriveId* at) {
  for (auto& [id, work] : work_) {
    if (work.request != request) continue;
    *at = id;
    return &work;
  }
  return nullptr;
}

DriveWork& LibraryWorker::begin_work(DriveId id, DriveWork work) {
  work.begun = book_.now();
  return work_[id] = std::move(work);
}

void LibraryWorker::end_work(DriveId id) {
  work_.erase(id);
  evaluate_soon();
}

void LibraryWorker::set_library_condition(OperationalState state, std::string const& reason) {
  LibraryRecord record = entry().record;
  if (record.condition.state == state && record.condition.reason == reason) return;
  if (record.condition.state != state) record.condition.since = book_.now();
  record.condition.state = state;
  record.condition.reason = reason;
  book_.log(state == OperationalState::needs_service ? LogLevel::error : LogLevel::info, record.name + ": " + word(state) + ": " + reason);
  book_.put(record, reason);
}

void LibraryWorker::set_drive_condition(DriveId id, OperationalState state, std::string const& reason) {
  DriveRecord record = drive(id).record;
  if (record.condition.state == state && record.condition.reason == reason) return;
  if (record.condition.state != state) record.condition.since = book_.now();
  record.condition.state = state;
  record.condition.reason = reason;
  book_.log(state == OperationalState::needs_service ? LogLevel::error : LogLevel::info, drive_name(id) + ": " + word(state) + ": " + reason);
  book_.put(record, reason);
}

void LibraryWorker::set_drive(DriveId id, DriveState state, std::string const& reason, std::function<void(DriveHot&)> change) {
  DriveHot hot = drive(id).hot;
  if (hot.state != state) hot.since = book_.now();
  hot.state = state;
  hot.reason = reason;
  if (change) change(hot);
  DriveWork const* work = work_of(id);
  book_.put(hot, work == nullptr ? RequestId{} : work->request);
}

// A command to a drive failed: after a time-out or a dead handler the drive is asked again; too many failures in a row, and a
// person has to look at it.
void LibraryWorker::drive_failed(DriveId id, Error const& error, std::string const& what) {
  book_.figures().device_failed(library_, {ElementKind::drive, drive(id).record.number}, error.code);
  DriveHot hot = drive(id).hot;
  ++hot.errors_in_a_row;
  book_.put(hot);
  bool const silent = error.code == Errc::timeout || error.code == Errc::device_not_available;
  std::string const reason = what + ": " + error.text();
  if (silent || hot.errors_in_a_row >= limits::drive_errors_in_a_row_max) {
    set_drive_condition(id, OperationalState::needs_service, reason);
    if (hot.errors_in_a_row >= limits::drive_errors_in_a_row_max)
      operator_requests_.raise({OperatorKind::drive_service, id.guid, {}, {}, drive_name(id) + " failed " + std::to_string(hot.errors_in_a_row) + " times in a row: " + reason});
  }
  recheck_later();
}

void LibraryWorker::drive_succeeded(DriveId id) {
  DriveHot hot = drive(id).hot;
  if (hot.errors_in_a_row == 0) return;
  hot.errors_in_a_row = 0;
  book_.put(hot);
}

std::string LibraryWorker::why(RequestId id) const {
  auto const* request = book_.request(id);
  if (request == nullptr) return {};
  for (auto const& [drive_id, work] : work_)
    if (work.request == id) return work.step + " (" + drive_name(drive_id) + ")";
  if (port_work_ && port_work_->request == id) return port_work_->step;
  if (request->state == RequestState::deferred) return request->reason;
  if (!started_ || entry().record.condition.state != OperationalState::ready)
    return "library " + entry().record.name + " is " + word(entry().record.condition.state) + ": " + entry().record.condition.reason;
  if (auto it = why_.find(id); it != why_.end()) return it->second;
  return request->reason;
}

std::optional<std::string> LibraryWorker::work_text(DriveId id) const {
  auto it = work_.find(id);
  if (it == work_.end()) return std::nullopt;
  return it->second.step;
}

std::vector<std::string> LibraryWorker::attention() const {
  std::vector<std::string> all;
  if (!entry().record.enabled) all.push_back("library " + entry().record.name + " is disabled (rsm library enable)");
  if (entry().record.condition.state == OperationalState::needs_service)
    all.push_back("library " + entry().record.name + " needs service: " + entry().record.condition.reason);
  if (!door_text_.empty()) all.push_back(door_text_);
  for (auto const& [number, id] : entry().drives) {
    auto const& d = drive(id);
    if (!d.record.enabled) all.push_back(drive_name(id) + " is disabled (rsm drive enable)");
    if (auto it = work_.find(id); it != work_.end() && it->second.handles_live) all.push_back(drive_name(id) + ": " + it->second.step);
    if (d.record.condition.state == OperationalState::needs_service)
      all.push_back(drive_name(id) + " needs service: " + d.record.condition.reason + " (" + service_hint(d.record) + ")");
  }
  if (port_work_) all.push_back(port_work_->step);
  return all;
}

}  // namespace rsm
