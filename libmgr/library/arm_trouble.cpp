#include "libmgr/library/arm_trouble.hpp"

#include <algorithm>

#include "libmgr/library/library.hpp"
#include "libmgr/machines/limits.hpp"

namespace rsm {

bool ArmTrouble::to_blame_for(machine::ArmDone const& done) {
  auto const& error = done.outcome.error();
  bool const says_so = error.code == Errc::gen_failure, says_nothing_else = error.code == Errc::medium_not_accessible;
  if (done.commands == 0 || (!says_so && !says_nothing_else)) return false;
  if (DriveId const drive = drive_at(done.task.to)) not_reached_.insert(drive);
  auto const first = failed_at_.try_emplace(done.task.medium, moves_).first;
  if (first->second != moves_) return false;
  if (!says_so) in_a_row_.push_back({done.from, done.task.to});
  if (in_a_row_.size() > limits::arm_places_to_prove) in_a_row_.erase(in_a_row_.begin());
  bool const several = in_several_places();
  if (!says_so && !several && !suspected()) return false;
  if (tries_++ == 0) since_ = library_.now();
  if (several && !named()) tries_ = limits::arm_tries_before_named;
  auto const* medium = library_.belief().medium(done.task.medium);
  what_ = (medium == nullptr ? "a cartridge" : name_of(*medium)) + " cannot be brought from " + done.from.text() + " to " + done.task.to.text();
  if (tries_ <= limits::arm_tries_before_named) library_.book().log(LogLevel::error, library_.belief().name() + ": " + error.sentence());
  if (several) nobody_else_is_to_blame();
  if (named()) tell();
  pause();
  return true;
}

bool ArmTrouble::named() const { return tries_ >= limits::arm_tries_before_named; }

// No drive has part in all of them: one that the arm cannot reach is no reason to think ill of the arm.
bool ArmTrouble::in_several_places() const {
  if (in_a_row_.size() < limits::arm_places_to_prove) return false;
  auto const has_part = [](Element drive) { return [drive](Ends const& ends) { return ends.from == drive || ends.to == drive; }; };
  auto const& [from, to] = in_a_row_.front();
  bool const of_one_drive = (from.kind == ElementKind::drive && std::ranges::all_of(in_a_row_, has_part(from))) || (to.kind == ElementKind::drive && std::ranges::all_of(in_a_row_, has_part(to)));
  bool const of_one_way = std::ranges::all_of(in_a_row_, [&](Ends const& ends) { return ends.from == from && ends.to == to; });
  return !of_one_drive && !of_one_way;
}

DriveId ArmTrouble::drive_at(Element end) const { return end.kind == ElementKind::drive ? library_.belief().drive_at(end.number) : DriveId{}; }

// What was held against the drives that it could not reach.
void ArmTrouble::nobody_else_is_to_blame() {
  for (auto const& ends : in_a_row_)
    for (auto const& end : {ends.from, ends.to})
      if (DriveId const drive = drive_at(end)) library_.conditions().arm_was_to_blame(drive);
  in_a_row_.clear();
  not_reached_.clear();
}

void ArmTrouble::is_not(Element end) {
  std::erase_if(in_a_row_, [end](Ends const& ends) { return ends.from == end || ends.to == end; });
}

void ArmTrouble::tell() {
  library_.belief().set_library_condition(OperationalState::needs_service, text());
  library_.people().raise({OperatorKind::library_service, library_.id().guid, library_.id().guid, {}, "library " + library_.belief().name() + ": " + text()});
}

std::string ArmTrouble::text() const { return "its arm does not move since " + time_text(since_) + ": " + what_ + "; look at the arm and at both ends of this move, which is tried again by itself"; }

// The library goes on for a try, so that another move than the one that has failed can be tried as well.
void ArmTrouble::pause() {
  pausing_ = true;
  unsigned const doublings = std::min(tries_ - std::min(tries_, limits::arm_tries_before_named), limits::arm_pause_doublings_max);
  Millis const time = named() ? std::min(limits::service_recheck_pause * (1 << doublings), limits::arm_retry_pause_max) : limits::device_retry_pause;
  library_.loop().after(time, lifeline_.guard([this, of = tries_] {
    if (of != tries_) return;
    pausing_ = false;
    if (named() && library_.belief().entry().record.condition.state == OperationalState::needs_service) library_.belief().set_library_condition(OperationalState::ready, "its arm is tried again");
    library_.evaluate_soon();
    library_.arm().go_on_soon();
  }));
}

void ArmTrouble::moved(machine::ArmTask const& task) {
  ++moves_;
  failed_at_.erase(task.medium);
  not_reached_.erase(drive_at(task.to));
  in_a_row_.clear();
  bool const was_named = named();
  tries_ = 0;
  pausing_ = false;
  library_.people().arm_moves(library_.id());
  if (was_named) library_.book().log(LogLevel::info, library_.belief().name() + ": its arm moves again");
}

}  // namespace rsm
