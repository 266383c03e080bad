// What the ledger says of changes that are on their way to disk.
#include "libmgr/record/ledger.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace rsm {
namespace {

// Time that a test moves; what is posted runs in run().
class HandLoop final : public Loop {
 public:
  TimePoint now() const override { return from_ms(now_ms); }
  TimerId after(Millis, Callback callback) override {
    queue_.push_back(std::move(callback));
    return static_cast<TimerId>(1);
  }
  void cancel(TimerId) override {}
  void post(Callback callback) override { queue_.push_back(std::move(callback)); }
  void post_from_thread(Callback callback) override { post(std::move(callback)); }
  void run() {
    while (!queue_.empty()) {
      auto next = std::move(queue_.front());
      queue_.pop_front();
      next();
    }
  }
  std::int64_t now_ms = 1'000'000;

 private:
  std::deque<Callback> queue_;
};

// A lane whose disk answers when the test says so.
class HandLane final : public db::CommitLane {
 public:
  void on_outcome(std::move_only_function<void(db::CommitOutcome)> callback) override { outcome_ = std::move(callback); }
  void submit(std::uint64_t ticket, db::ChangeSet) override { newest = ticket; }
  void recover(std::move_only_function<void(Result<>)>) override {}
  void durable(std::uint64_t ticket) { outcome_({ticket, db::CommitResult::durable, {}}); }
  void fails(std::uint64_t ticket) { outcome_({ticket, db::CommitResult::rolled_back, {Errc::disk_full, "catalog", ""}}); }
  std::uint64_t newest = 0;

 private:
  std::move_only_function<void(db::CommitOutcome)> outcome_;
};

struct LedgerTest : ::testing::Test {
  HandLoop loop;
  HandLane lane;
  int failures = 0;
  Figures figures;
  Ledger ledger{loop, lane, figures, [this](db::CommitOutcome const&) { ++failures; }};

  void record(unsigned changes, unsigned events = 0) {
    for (; changes > 0; --changes) ledger.record(db::Change{db::EraseIntent{}});
    for (; events > 0; --events) ledger.record(Event{.time = loop.now()});
  }
};

TEST_F(LedgerTest, QuietHasNothingUnderWay) {
  EXPECT_EQ(ledger.uncommitted(), 0u);
  EXPECT_FALSE(ledger.commit_since());
  EXPECT_FALSE(ledger.last_change());
}

TEST_F(LedgerTest, CountsFromTheMomentOfTheChange) {
  record(3);
  EXPECT_EQ(ledger.uncommitted(), 3u);
  EXPECT_FALSE(ledger.commit_since());  // not handed to the lane yet
  loop.run();
  EXPECT_EQ(ledger.commit_since(), from_ms(1'000'000));
  lane.durable(1);
  EXPECT_EQ(ledger.uncommitted(), 0u);
  EXPECT_FALSE(ledger.commit_since());
}

TEST_F(LedgerTest, TheOldestCommitGivesTheAge) {
  record(2);
  loop.run();
  loop.now_ms += 700;
  record(5);
  loop.run();
  EXPECT_EQ(ledger.commit_since(), from_ms(1'000'000));
  EXPECT_EQ(ledger.uncommitted(), 7u);
  lane.durable(1);
  EXPECT_EQ(ledger.commit_since(), from_ms(1'000'700));
  EXPECT_EQ(ledger.uncommitted(), 5u);
  lane.durable(2);
  EXPECT_EQ(ledger.uncommitted(), 0u);
}

TEST_F(LedgerTest, OneOutcomeMayBeOfAWholeGroup) {
  for (int i = 0; i < 4; ++i) record(1, 1), loop.run();
  lane.durable(3);
  EXPECT_EQ(ledger.uncommitted(), 1u);
  EXPECT_EQ(ledger.durable_event(), 3u);
}

TEST_F(LedgerTest, ACursorNeverPointsAtAnEventThatACrashCouldTakeBack) {
  ledger.reset(40);
  record(1, 2);
  loop.run();
  EXPECT_EQ(ledger.last_event(), 42u);
  EXPECT_EQ(ledger.durable_event(), 40u);
  loop.now_ms += 10;
  lane.durable(1);
  EXPECT_EQ(ledger.durable_event(), 42u);
  EXPECT_EQ(ledger.last_change(), from_ms(1'000'000));
  record(1);  // a change without an event moves neither
  loop.run();
  lane.durable(2);
  EXPECT_EQ(ledger.durable_event(), 42u);
}

TEST_F(LedgerTest, AFailedCommitIsNoLongerUnderWayAndAResetTakesItBack) {
  record(4, 1);
  loop.run();
  lane.fails(1);
  EXPECT_EQ(failures, 1);
  EXPECT_FALSE(ledger.commit_since());
  EXPECT_EQ(ledger.uncommitted(), 4u);  // memory still shows them
  ledger.reset(0);
  EXPECT_EQ(ledger.uncommitted(), 0u);
  EXPECT_EQ(ledger.durable_event(), 0u);
}

}  // namespace
}  // namespace rsm
