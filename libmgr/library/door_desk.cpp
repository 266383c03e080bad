#include "libmgr/library/door_desk.hpp"

#include <utility>
#include <vector>

#include "libmgr/base/planted.hpp"
#include "libmgr/library/library.hpp"
#include "libmgr/machines/limits.hpp"
#include "libmgr/operations/cleaner_cartridge.hpp"
#include "libmgr/operations/door.hpp"
#include "libmgr/operations/finish.hpp"

namespace rsm {

void DoorDesk::want(RequestId request) {
  if (phase_ != Phase::idle) return;
  phase_ = Phase::wanted;
  request_ = request;
  library_.evaluate_soon();
}

bool DoorDesk::bars() const {
  if (planted(PlantedBug::move_with_open_door)) return false;
  return phase_ != Phase::idle;
}

std::string DoorDesk::text() const {
  std::string const door = "the door of " + library_.belief().name();
  switch (phase_) {
    case Phase::idle: return {};
    case Phase::wanted: return door + " is opened when nothing moves any more";
    case Phase::unlocking: return door + " is being unlocked";
    case Phase::shut: return door + " is unlocked: open it, do what is to be done, and close it";
    case Phase::open: return door + " is open: close it when you are done";
    case Phase::locking: return door + " is being locked";
  }
  return {};
}

Millis DoorDesk::max_open() const {
  auto const& doors = library_.belief().entry().doors;
  return doors.empty() ? Millis{0} : doors.begin()->second.max_open;
}

void DoorDesk::lock_first() {
  auto& l = library_;
  if (locked_once_ || lock_pauses_ || l.by_hand() || !l.accepting() || !l.arm().idle() || l.belief().entry().doors.empty()) return;
  phase_ = Phase::locking;
  l.devices().changer().unlock_door(false, lifeline_.guard([this, turn = ++turns_](Result<> outcome) {
    if (turn != turns_) return;
    phase_ = Phase::idle;
    locked_once_ = library_.heard(outcome) || outcome.error().code == Errc::not_supported;
    if (!outcome) library_.book().log(LogLevel::warning, library_.belief().name() + ": its door could not be locked: " + outcome.error().sentence());
    if (!locked_once_) lock_later();
    library_.evaluate_soon();
    library_.arm().go_on_soon();
  }));
}

// A changer that scans, or has no lock to be had now. Tried again by the clock, and not by what goes on meanwhile.
void DoorDesk::lock_later() {
  lock_pauses_ = true;
  library_.loop().after(limits::door_poll_pause, lifeline_.guard([this] {
    lock_pauses_ = false;
    library_.evaluate_soon();
  }));
}

void DoorDesk::begin_if_still() {
  if (phase_ == Phase::idle) return lock_first();
  if (phase_ != Phase::wanted) return;
  auto& l = library_;
  if (l.book().request(request_) == nullptr) {
    phase_ = Phase::idle;
    return l.evaluate_soon();
  }
  bool const port_moves = l.port().work() != nullptr && l.port().work()->commanded();
  if (!l.arm().idle() || port_moves) return l.book().set_state(request_, RequestState::waiting, l.arm().idle() ? "the door is unlocked when the port is still" : "the door is unlocked when the arm has brought " + l.arm().text());
  l.book().set_state(request_, RequestState::inprocess, "the door is being unlocked");
  phase_ = Phase::unlocking;
  l.book().ledger().when_durable(lifeline_.guard([this, turn = ++turns_](Result<> durable) {
    if (!durable || turn != turns_) return;
    library_.devices().changer().unlock_door(true, lifeline_.guard([this, turn](Result<> outcome) {
      if (turn == turns_) unlocked(library_.heard(std::move(outcome)));
    }));
  }));
}

// A door without a lock is opened without being unlocked.
void DoorDesk::unlocked(Result<> const& outcome) {
  auto& l = library_;
  if (!outcome && outcome.error().code != Errc::not_supported && outcome.error().code != Errc::not_ready) {
    RequestId const failed = std::exchange(request_, {});
    phase_ = Phase::idle;
    return operations::finish(l, failed, {RequestState::failed, outcome.error().code, outcome.error().sentence()});
  }
  phase_ = Phase::shut;
  since_ = l.now();
  l.book().set_state(request_, RequestState::inprocess, text());
  look();
}

void DoorDesk::look() {
  auto const& slots = library_.belief().entry().slots;
  port::ElementRange const one = slots.empty() ? port::ElementRange{ElementKind::arm, 0, 1} : port::ElementRange{ElementKind::slot, slots.begin()->first, 1};
  library_.devices().changer().elements({one}, lifeline_.guard([this, turn = ++turns_](Result<port::ElementReport> report) {
    if (turn != turns_) return;
    if (library_.heard(report)) return seen(report->door_open);
    if (report.error().code == Errc::not_ready) return seen(true);
    phase_ == Phase::shut ? seen(false) : look_again();
  }));
}

void DoorDesk::look_again() {
  library_.loop().after(limits::door_poll_pause, lifeline_.guard([this, turn = ++turns_] {
    if (turn == turns_) look();
  }));
}

void DoorDesk::seen(bool open) {
  auto& l = library_;
  if (l.stopping()) return;
  if (phase_ == Phase::shut && open) {
    phase_ = Phase::open;
    since_ = l.now();
    l.belief().set_door(true);
    l.book().set_state(request_, RequestState::inprocess, text());
  }
  bool const over_time = l.now() - since_ >= max_open();
  if (phase_ == Phase::open && !open) return close();
  if (phase_ == Phase::shut && over_time) return close();
  auto const& doors = l.belief().entry().doors;
  if (phase_ == Phase::open && over_time && !doors.empty()) l.people().raise({OperatorKind::door_open, doors.begin()->second.id.guid, {}, {}, "the door of " + l.belief().name() + " is open: close it"});
  look_again();
}

// Whoever was in there may have exchanged everything.
void DoorDesk::close() {
  auto& l = library_;
  l.belief().set_door(false);
  l.doubt_all_labels();
  std::vector<SlotRecord> slots;
  for (auto const& [number, slot] : l.belief().entry().slots)
    if (slot.state != SlotState::not_present) slots.push_back(slot);
  for (auto& slot : slots) {
    slot.state = SlotState::needs_inventory;
    l.book().put(slot, "the door was open");
  }
  phase_ = Phase::locking;
  l.devices().changer().unlock_door(false, lifeline_.guard([this, turn = ++turns_](Result<> outcome) {
    if (turn == turns_) locked(library_.heard(std::move(outcome)));
  }));
}

void DoorDesk::locked(Result<> const& outcome) {
  auto& l = library_;
  locked_once_ = outcome || outcome.error().code == Errc::not_supported;
  if (!outcome) l.book().log(LogLevel::warning, l.belief().name() + ": its door could not be locked: " + outcome.error().sentence());
  l.stocktaking().begin(lifeline_.guard([this, turn = ++turns_](Result<std::string> const&) {
    if (turn == turns_) end();
  }));
}

void DoorDesk::end() {
  auto& l = library_;
  phase_ = Phase::idle;
  auto const* found = l.book().request(std::exchange(request_, {}));
  l.evaluate_soon();
  l.arm().go_on_soon();
  if (found == nullptr) return;
  RequestRecord const request = *found;
  request.operation == Operation::door_access ? operations::door::closed(l, request) : operations::cleaner_cartridge::door_closed(l, request);
}

bool DoorDesk::stop() {
  if (phase_ == Phase::wanted) {
    phase_ = Phase::idle;
    return true;
  }
  if (phase_ != Phase::shut) return false;
  close();
  return true;
}

}  // namespace rsm
