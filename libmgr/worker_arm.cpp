// The arm of a library: one move at a time, its intent recorded first, the hardware asked after it.
#include <algorithm>

#include "libmgr/base/planted.hpp"
#include "libmgr/worker.hpp"

namespace rsm {

std::uint64_t LibraryWorker::arm_move(RequestId request, MediumId id, Element to, bool turn, std::move_only_function<void(Result<>)> done) {
  ArmTask task;
  task.ticket = ++arm_tickets_;
  task.request = request;
  task.medium = id;
  task.to = to;
  task.turn = turn;
  task.done = std::move(done);
  arm_queue_.push_back(std::move(task));
  loop_.post(later([this] { arm_next(); }));
  return arm_tickets_;
}

bool LibraryWorker::arm_withdraw(std::uint64_t ticket) {
  auto it = std::ranges::find(arm_queue_, ticket, &ArmTask::ticket);
  if (it == arm_queue_.end()) return false;
  arm_queue_.erase(it);
  return true;
}

void LibraryWorker::arm_next() {
  if (moving_ || asking_ || stopping_ || arm_queue_.empty() || book_.ledger().failed()) return;
  moving_ = std::move(arm_queue_.front());
  arm_queue_.pop_front();
  auto const* m = medium(moving_->medium);
  auto const* at = m == nullptr ? nullptr : std::get_if<InElement>(&m->place);
  if (at == nullptr || at->library != library_)
    return arm_finish(fail(Errc::medium_not_accessible, m == nullptr ? "medium" : name_of(*m), "it is not in the library any more"));
  moving_->from = at->element;
  if (moving_->from == moving_->to && !moving_->turn) return arm_finish({});
  arm_send();
}

void LibraryWorker::arm_send() {
  ++moving_->attempts;
  IntentRecord intent{library_, moving_->request, moving_->medium, moving_->from, moving_->to, moving_->turn, book_.now()};
  if (!planted(PlantedBug::lost_intent)) book_.put(intent);
  when_durable([this] {
    port::Move const what{moving_->from, moving_->to, moving_->turn};
    devices_.changer().move(what, then<void>([this](Result<> answer) { arm_sent(std::move(answer)); }));
  });
}

// Return codes alone are wrong too often: whatever the answer was, the hardware says where the cartridge is.
void LibraryWorker::arm_sent(Result<> answer) {
  Error doubt;
  if (!answer) {
    doubt = answer.error();
    book_.figures().device_failed(library_, {ElementKind::arm, 0}, doubt.code);
    book_.log(LogLevel::warning, "move from " + moving_->from.text() + " to " + moving_->to.text() + ": " + doubt.text());
    if (planted(PlantedBug::guess_after_jam)) {
      set_place(moving_->medium, InElement{library_, moving_->to}, "guessed", moving_->request);
      return arm_finish({});
    }
  }
  devices_.changer().status(then<port::ChangerStatus>([this, doubt](Result<port::ChangerStatus> status) {
    if (status) return arm_check(doubt, *status);
    book_.log(LogLevel::error, entry().record.name + ": after a move: " + status.error().text());
    arm_recheck(status.error());
  }));
}

bool LibraryWorker::is_full(port::ChangerStatus const& status, Element element) const {
  auto it = std::ranges::find(status.elements, element, &port::ElementStatus::element);
  return it != status.elements.end() && it->full;
}

void LibraryWorker::arm_check(Error doubt, port::ChangerStatus const& status) {
  silent_ = 0;
  absorb_door(status.door_open);
  if (status.door_open) return arm_recheck(Error{Errc::not_ready, entry().record.name, "its door is open; close it"});
  if (entry().record.condition.state == OperationalState::needs_service) set_library_condition(OperationalState::ready, "the changer answers again");
  // Side before the move, as believed; absorb() forgets what left a drive.
  std::uint32_t side_before = 0;
  auto const* m = medium(moving_->medium);
  if (moving_->from.kind == ElementKind::drive && m != nullptr) {
    auto const& hot = drive(entry().drives.at(moving_->from.number)).hot;
    if (auto const* side = m->side(hot.side)) side_before = side->number;
  }
  IntentRecord const hint{library_, moving_->request, moving_->medium, moving_->from, moving_->to, moving_->turn, book_.now()};
  absorb(status, hint);
  m = medium(moving_->medium);
  auto const* at = m == nullptr ? nullptr : std::get_if<InElement>(&m->place);
  bool const turned_in_place = moving_->from == moving_->to && doubt.code != Errc::success;
  if (at != nullptr && at->element == moving_->to && !turned_in_place) {
    if (moving_->to.kind == ElementKind::drive) {
      std::uint32_t const up = moving_->turn ? 1 - side_before : side_before;
      SideId const side = up < m->sides.size() ? m->sides[up].id : SideId{};
      set_drive(entry().drives.at(moving_->to.number), DriveState::mounted, "cartridge put in from " + moving_->from.text(),
                [&](DriveHot& hot) { hot.side = side; });
    }
    return arm_finish({});
  }
  bool const hopeless = doubt.code == Errc::resource_not_present || doubt.code == Errc::not_supported;
  if (at != nullptr && at->element == moving_->from && moving_->attempts < limits::move_attempts_max && !hopeless) {
    book_.log(LogLevel::warning, name_of(*m) + " is still in " + moving_->from.text() + "; the move is tried again");
    loop_.after(limits::device_retry_pause, later([this] { arm_send(); }));
    return;
  }
  if (doubt.code == Errc::success) doubt = Error{Errc::medium_not_accessible, {}, "the move was answered as done"};
  std::string const where = m == nullptr ? "unknown" : place_text(m->place);
  arm_finish(fail(doubt.code == Errc::timeout ? Errc::medium_not_accessible : doubt.code, m == nullptr ? std::string("medium") : name_of(*m),
                  "move from " + moving_->from.text() + " to " + moving_->to.text() + " failed (" + doubt.detail + "); the cartridge is " + where));
}

// The changer does not answer, or its door is open: the move stays undecided until it does.
void LibraryWorker::arm_recheck(Error doubt) {
  bool const door = doubt.code == Errc::not_ready;
  if (!door && ++silent_ == limits::device_retries_max + 1) {
    set_library_condition(OperationalState::needs_service, "the changer does not answer: " + doubt.text());
    operator_requests_.raise({OperatorKind::library_service, library_.guid, {}, {}, "library " + entry().record.name + " does not answer: " + doubt.text()});
  }
  Millis const pause = silent_ > limits::device_retries_max ? limits::service_recheck_pause : limits::device_retry_pause;
  loop_.after(pause, later([this, doubt] {
    devices_.changer().status(then<port::ChangerStatus>([this, doubt](Result<port::ChangerStatus> status) {
      if (status) return arm_check(doubt, *status);
      arm_recheck(status.error());
    }));
  }));
}

void LibraryWorker::arm_finish(Result<> result) {
  book_.erase_intent(library_);
  ArmTask task = std::move(*moving_);
  moving_.reset();
  if (task.attempts != 0) book_.figures().moved(library_, result.has_value(), task.attempts);
  task.done(std::move(result));
  loop_.post(later([this] { arm_next(); }));
  evaluate_soon();
}

// Its home slot; when that is taken or gone, an empty slot that is nobody's home (rsm-model.md section 8).
std::optional<Element> LibraryWorker::home_for(MediumRecord const& m) {
  auto const& slots = entry().slots;
  auto const free = [](SlotRecord const& slot) { return slot.state == SlotState::empty && !slot.medium; };
  if (m.home_slot && m.library == library_)
    if (auto it = slots.find(*m.home_slot); it != slots.end() && free(it->second)) return Element{ElementKind::slot, *m.home_slot};
  std::set<std::uint32_t> homes;  // of cartridges that are in drives, in the port or on the way
  for (auto const& [number, id] : entry().drives)
    if (auto const* in = medium(drive(id).hot.medium); in != nullptr && in->home_slot && in->id != m.id) homes.insert(*in->home_slot);
  for (auto const& [number, port] : entry().ports)
    if (auto const* in = medium(port.medium); in != nullptr && in->home_slot && in->id != m.id) homes.insert(*in->home_slot);
  std::set<std::uint32_t> targets;
  if (moving_ && moving_->to.kind == ElementKind::slot) targets.insert(moving_->to.number);
  for (auto const& task : arm_queue_)
    if (task.to.kind == ElementKind::slot) targets.insert(task.to.number);
  for (auto const& [number, slot] : slots)
    if (free(slot) && !homes.contains(number) && !targets.contains(number)) return Element{ElementKind::slot, number};
  return std::nullopt;
}

std::string LibraryWorker::arm_text() const {
  if (!moving_) return {};
  auto const it = world().media.find(moving_->medium);
  std::string const name = it == world().media.end() ? moving_->medium.text() : name_of(it->second);
  return name + " from " + moving_->from.text() + " to " + moving_->to.text() + (moving_->turn ? ", turned" : "");
}

}  // namespace rsm
