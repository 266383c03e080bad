// The ledger: what was decided becomes durable before anybody hears of it.
//
// What for: changes and events made while one event is handled form one change set; it is submitted to the commit lane when
// the loop comes round. An effect (an answer, a robot command) is released when everything that was recorded before it is
// durable; when the commit fails, it is told so instead and nothing leaves. Thread rule: the loop only.
// Source: architecture decisions 2, 21, 22.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>

#include "db/commit_lane.hpp"
#include "libmgr/base/loop.hpp"
#include "libmgr/record/figures.hpp"

namespace rsm {

class Ledger {
 public:
  // failed: a commit failed; no effect will be released until reset(). All references must outlive the ledger.
  Ledger(Loop& loop, db::CommitLane& lane, Figures& figures, std::move_only_function<void(db::CommitOutcome const&)> failed);

  void record(db::Change change);
  // In a transaction of its own, behind all that was recorded so far. Not while an event is being handled: its changes would be torn apart.
  void record_alone(db::Change change);
  // Numbers the event; it joins the change set under way.
  void record(Event event);

  using Effect = std::move_only_function<void(Result<>)>;
  // Runs the effect on the loop, never from inside this call: success when all that was recorded so far is durable.
  void when_durable(Effect effect);

  // Ticket of the newest change set (the open one included), and the newest durable one: a row changed at `newest_ticket`
  // is in the catalog once durable_ticket has reached it.
  std::uint64_t newest_ticket() const { return open_.empty() ? submitted_ : submitted_ + 1; }
  std::uint64_t durable_ticket() const { return durable_; }
  bool failed() const { return failed_; }
  // Of a failure: nothing of what was not durable is in the catalog. False: nobody knows before it was read again.
  bool taken_back() const { return taken_back_; }
  bool quiet() const { return open_.empty() && submitted_ == durable_; }

  // After a failure, when the lane has recovered and memory was rebuilt: starts again behind `last_event`.
  void reset(std::uint64_t last_event);
  std::uint64_t last_event() const { return last_event_; }
  // The newest event that is durable: what a cursor may point at. Its time; nothing before the first commit with events.
  std::uint64_t durable_event() const { return durable_event_; }
  MaybeTime last_change() const { return last_change_; }
  // Called after each durable commit that brought events, with the newest one's number.
  void on_events(std::move_only_function<void(std::uint64_t)> callback) { events_callback_ = std::move(callback); }

  std::uint64_t commits() const { return commits_; }
  std::uint64_t changes() const { return changes_; }
  // Changes that memory shows and no commit has brought to disk yet.
  std::uint64_t uncommitted() const { return changes_ - durable_changes_; }
  // Since when the oldest change set that was handed to the lane waits for its outcome; nothing: none does.
  MaybeTime commit_since() const { return marks_.empty() ? MaybeTime{} : marks_.front().submitted; }

 private:
  struct Pending {
    std::uint64_t ticket;
    Effect effect;
  };
  // A change set on its way: what becomes true with its commit.
  struct Mark {
    std::uint64_t ticket = 0;
    TimePoint submitted{};
    std::uint64_t changes = 0;       // recorded with it and before it
    std::uint64_t newest_event = 0;  // 0: it brings none
    TimePoint event_time{};
  };
  void schedule_flush();
  void flush();
  void submit();
  void release(std::uint64_t ticket);
  void fail_all(db::CommitOutcome const& outcome);
  void outcome(db::CommitOutcome const& outcome);

  Loop& loop_;
  db::CommitLane& lane_;
  Figures& figures_;
  std::move_only_function<void(db::CommitOutcome const&)> failed_callback_;
  std::move_only_function<void(std::uint64_t)> events_callback_;
  db::ChangeSet open_;
  bool flush_posted_ = false;
  bool failed_ = false;
  bool taken_back_ = false;
  Error failure_;  // what an effect is told until reset()
  std::uint64_t submitted_ = 0;
  std::uint64_t durable_ = 0;
  std::uint64_t last_event_ = 0;
  std::uint64_t commits_ = 0;
  std::uint64_t changes_ = 0;
  std::uint64_t durable_changes_ = 0;
  std::uint64_t durable_event_ = 0;
  MaybeTime last_change_;
  std::deque<Pending> effects_;
  std::deque<Mark> marks_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace rsm
