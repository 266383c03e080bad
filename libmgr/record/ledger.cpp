#include "libmgr/record/ledger.hpp"

#include "libmgr/base/planted.hpp"

namespace rsm {

Ledger::Ledger(Loop& loop, db::CommitLane& lane, Figures& figures, std::move_only_function<void(db::CommitOutcome const&)> failed)
    : loop_(loop), lane_(lane), figures_(figures), failed_callback_(std::move(failed)) {
  lane_.on_outcome([this, alive = std::weak_ptr(alive_)](db::CommitOutcome o) {
    if (!alive.expired()) outcome(o);
  });
}

void Ledger::record(db::Change change) {
  open_.changes.push_back(std::move(change));
  ++changes_;
  schedule_flush();
}

void Ledger::record_alone(db::Change change) {
  if (failed_) return;
  if (!open_.empty()) submit();
  open_.changes.push_back(std::move(change));
  open_.alone = true;
  ++changes_;
  submit();
}

void Ledger::record(Event event) {
  if (planted(PlantedBug::notification_gap) && changes_ % 7 == 0) return;
  event.number = ++last_event_;
  open_.events.push_back(std::move(event));
  schedule_flush();
}

void Ledger::when_durable(Effect effect) {
  if (failed_) {
    loop_.post([effect = std::move(effect), failure = failure_]() mutable { effect(std::unexpected(std::move(failure))); });
    return;
  }
  effects_.push_back({planted(PlantedBug::answer_before_fsync) ? durable_ : newest_ticket(), std::move(effect)});
  if (effects_.size() == 1 && effects_.front().ticket <= durable_)
    loop_.post([this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) release(durable_);
    });
}

void Ledger::schedule_flush() {
  if (flush_posted_) return;
  flush_posted_ = true;
  // After what is posted now: what follows from a change (who begins, what is asked for) is most often made then, and goes into the same commit.
  auto then = [this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) flush();
  };
  loop_.post([this, alive = std::weak_ptr(alive_), then = std::move(then)]() mutable {
    if (!alive.expired()) loop_.post(std::move(then));
  });
}

void Ledger::flush() {
  flush_posted_ = false;
  if (!open_.empty() && !failed_) submit();
}

void Ledger::submit() {
  ++submitted_;
  Mark mark{.ticket = submitted_, .submitted = loop_.now(), .changes = changes_};
  if (!open_.events.empty()) {
    mark.newest_event = open_.events.back().number;
    mark.event_time = open_.events.back().time;
  }
  marks_.push_back(mark);
  db::ChangeSet set = std::move(open_);
  open_ = {};
  lane_.submit(submitted_, std::move(set));
}

void Ledger::release(std::uint64_t ticket) {
  while (!effects_.empty() && effects_.front().ticket <= ticket) {
    auto effect = std::move(effects_.front().effect);
    effects_.pop_front();
    effect({});
  }
}

void Ledger::outcome(db::CommitOutcome const& outcome) {
  if (failed_) return;  // the rest of the failed tickets
  if (outcome.result != db::CommitResult::durable) return fail_all(outcome);
  durable_ = outcome.ticket;
  ++commits_;
  std::uint64_t newest = 0;
  while (!marks_.empty() && marks_.front().ticket <= durable_) {
    Mark const mark = marks_.front();
    marks_.pop_front();
    durable_changes_ = mark.changes;
    figures_.committed(loop_.now() - mark.submitted);
    if (mark.newest_event == 0) continue;
    newest = durable_event_ = mark.newest_event;
    last_change_ = mark.event_time;
  }
  release(durable_);
  if (newest != 0 && events_callback_) events_callback_(newest);
}

void Ledger::fail_all(db::CommitOutcome const& outcome) {
  failed_ = true;
  taken_back_ = outcome.result == db::CommitResult::rolled_back;
  failure_ = outcome.error.code == Errc::disk_full ? outcome.error : Error{Errc::not_ready, "catalog", "it is being reopened after a write error; try again"};
  open_ = {};
  marks_.clear();
  figures_.commit_failed(outcome.result == db::CommitResult::rolled_back);
  auto effects = std::move(effects_);
  effects_.clear();
  failed_callback_(outcome);
  for (auto& pending : effects) pending.effect(std::unexpected(outcome.error));
}

void Ledger::reset(std::uint64_t last_event) {
  failed_ = false;
  open_ = {};
  durable_ = submitted_;
  durable_changes_ = changes_;
  last_event_ = durable_event_ = last_event;
}

}  // namespace rsm
