#include "libmgr/machines/arm.hpp"

#include <algorithm>
#include <utility>

#include "libmgr/machines/limits.hpp"

namespace rsm::machine {

bool Arm::withdraw(WorkId work) { return std::erase_if(queue_, [work](ArmTask const& task) { return task.work == work; }) != 0; }

void Arm::forget_request(WorkId work) {
  for (auto& task : queue_)
    if (task.work == work) task.request = {};
  if (phase_ == ArmPhase::idle || task_.work != work) return;
  task_.request = {};
  given_up_ = true;
}

void Arm::request_ended(RequestId request) {
  for (auto& task : queue_)
    if (task.request == request) task.request = {};
  if (phase_ != ArmPhase::idle && task_.request == request) task_.request = {};
}

ArmActions Arm::enter(ArmView const& v, ArmPhase phase, ArmActions actions) {
  phase_ = phase;
  step_since_ = v.now;
  return actions;
}

ArmActions Arm::begin(ArmView const& v) {
  task_ = std::move(queue_.front());
  queue_.pop_front();
  commands_ = 0;
  given_up_ = false;
  doubt_.reset();
  trouble_.clear();
  phase_ = ArmPhase::recording;
  step_since_ = v.now;
  if (!v.at) return done(fail(Errc::medium_not_accessible, v.medium_name, "it is not in the library any more"));
  from_ = *v.at;
  side_before_ = from_.kind == ElementKind::drive ? v.side_up : 0;
  if (task_.partner && (v.partner_at != task_.to || from_ == task_.to)) return done(fail(Errc::medium_not_accessible, v.medium_name, "it cannot change places with " + v.partner_name + ", which is in " + v.partner_where));
  if (from_ == task_.to && !task_.turn) return done({});
  if (from_ != task_.to && !v.destination_holds.empty()) {
    doubt_ = taken(v);
    return failed(v);
  }
  return record(v);
}

// Another cartridge is where the move leads: it is not sent.
Error Arm::taken(ArmView const& v) const { return {Errc::not_empty, task_.to.text(), v.destination_holds + " is in it"}; }

ArmActions Arm::record(ArmView const& v) { return enter(v, ArmPhase::recording, {RecordIntent{task_, from_}, AwaitDurable{}}); }

ArmActions Arm::durable(ArmView const& v) {
  if (phase_ != ArmPhase::recording) return {};
  if (given_up_) return done(fail(Errc::cancelled, v.medium_name, "nobody wants it moved any more"));
  ++commands_;
  return enter(v, ArmPhase::moving, {SendMove{{from_, task_.to, task_.turn, !task_.partner.is_zero()}}});
}

ArmActions Arm::moved(ArmView const& v, Result<> answer) {
  doubt_.reset();
  looked_everywhere_ = false;
  ArmActions actions;
  if (!answer) {
    doubt_ = answer.error();
    actions.push_back(MoveFailed{*doubt_, move_text()});
  }
  actions.push_back(Look{});
  return enter(v, ArmPhase::looking, std::move(actions));
}

ArmActions Arm::looked(ArmView const& v) {
  ArmActions actions;
  if (std::exchange(silent_, 0) > limits::device_retries_max) actions.push_back(ChangerAnswers{});
  auto const then = [&actions](ArmActions more) {
    actions.insert(actions.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    return std::move(actions);
  };
  if (v.door_open) return then(undecided(v, {Errc::not_ready, {}, "the door is open; close it"}, true));
  trouble_.clear();
  if (arrived(v)) return then(done({}));
  bool const hopeless = given_up_ || (doubt_ && (doubt_->code == Errc::resource_not_present || doubt_->code == Errc::not_supported));
  if (v.at == from_ && from_ != task_.to && !v.destination_holds.empty()) {
    doubt_ = taken(v);
    return then(failed(v));
  }
  if (untouched(v) && commands_ < (v.one_command ? 1 : limits::move_attempts_max) && !hopeless) {
    trouble_ = v.medium_name + " is still in " + from_.text() + "; the move is tried again" + (doubt_ ? ": " + doubt_->sentence() : "");
    return then(enter(v, ArmPhase::before_retry, {Pause{limits::device_retry_pause}}));
  }
  if (!untouched(v) && !std::exchange(looked_everywhere_, true)) return then(enter(v, ArmPhase::looking, {Look{true}}));
  return then(failed(v));
}

bool Arm::arrived(ArmView const& v) const {
  bool const turned_in_place = from_ == task_.to && doubt_;
  bool const partner_too = task_.partner.is_zero() || v.partner_at == from_;
  return v.at == task_.to && !turned_in_place && partner_too;
}

// Of two that change places, a second command would undo the first: both must have been recognized.
bool Arm::untouched(ArmView const& v) const {
  bool const partner_too = task_.partner.is_zero() || (v.partner_at == task_.to && v.both_recognized);
  return v.at == from_ && partner_too;
}

std::string Arm::move_text() const {
  return (task_.partner ? "exchange of " + from_.text() + " and " : "move from " + from_.text() + " to ") + task_.to.text();
}

ArmActions Arm::not_looked(ArmView const& v, Error const& error) { return undecided(v, error, false); }

// The changer does not answer, or its door is open: the move stays undecided until it does.
ArmActions Arm::undecided(ArmView const& v, Error const& error, bool door) {
  if (!door) ++silent_;
  trouble_ = error.sentence();
  bool const long_silent = silent_ > limits::device_retries_max;
  ArmActions actions;
  if (!door) actions.push_back(ChangerSilent{error, silent_ == limits::device_retries_max + 1});
  actions.push_back(Pause{long_silent ? limits::service_recheck_pause : limits::device_retry_pause});
  return enter(v, ArmPhase::before_look, std::move(actions));
}

ArmActions Arm::pause_over(ArmView const& v) {
  if (phase_ == ArmPhase::before_look) return enter(v, ArmPhase::looking, {Look{looked_everywhere_}});
  if (phase_ != ArmPhase::before_retry) return {};
  if (given_up_) return failed(v);
  return record(v);
}

ArmActions Arm::failed(ArmView const& v) {
  Error doubt = doubt_.value_or(Error{Errc::medium_not_accessible, {}, "the move was answered as done"});
  if (doubt.code == Errc::timeout) doubt.code = Errc::medium_not_accessible;
  std::string const partner = task_.partner ? ", and " + v.partner_name + " is in " + v.partner_where : "";
  return done(fail(doubt.code, v.medium_name, move_text() + " failed (" + doubt.sentence() + "); the cartridge is " + (v.where == "offline" ? "" : "in ") + v.where + partner));
}

ArmActions Arm::done(Result<> outcome) {
  std::uint32_t const up = task_.turn ? 1 - std::min(side_before_, 1U) : side_before_;
  phase_ = ArmPhase::idle;
  trouble_.clear();
  return {ArmDone{task_, from_, std::move(outcome), commands_, up}};
}

}  // namespace rsm::machine
