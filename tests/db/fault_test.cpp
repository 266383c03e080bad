#include <gtest/gtest.h>

#include "db/inline_lane.hpp"
#include "tests/db/history.hpp"
#include "tests/db/test_loop.hpp"

namespace rsm::db {
namespace {

using sim::DiskFault;
using sim::DiskOperation;

constexpr std::uint64_t sets_total = 18;
constexpr WriterOptions small_log{.log_pages_max = 40};  // so that there are checkpoints in the history

struct Fault {
  DiskOperation operation;
  DiskFault fault;
  std::uint64_t nth;
};

// Runs the history with this fault in it, recovers, runs the rest, and holds the lane to its word at each step.
class Replay {
 public:
  Replay(Fault fault, std::uint64_t seed)
      : random_(seed),
        catalog_(seed),
        lane_(
            loop_, *catalog_.database, [] { return Millis{1}; }, small_log) {
    catalog_.vfs.fail(fault.operation, fault.nth, fault.fault);
    lane_.on_outcome([this](CommitOutcome outcome) { on(std::move(outcome)); });
  }

  void run() {
    std::uint64_t done = submit_all(1);
    for (int attempt = 0; done < sets_total; ++attempt) {
      ASSERT_LT(attempt, 3) << "one fault needs one recovery";
      ASSERT_TRUE(failure_) << "sets are missing and nobody said so";
      done = recover();
      if (testing::Test::HasFatalFailure()) return;
      done = submit_all(done + 1);
    }
    EXPECT_EQ(history::newest_sound(catalog_), sets_total);
  }
  // After all of that the power goes: everything promised must be there.
  void cut_and_look() {
    catalog_.vfs.power_cut(random_);
    catalog_.close();
    catalog_.open();
    EXPECT_EQ(history::newest_sound(catalog_), sets_total);
  }
  std::optional<CommitOutcome> const& failure() const { return first_failure_; }

 private:
  // Submits set k and those after it, some in one commit; gives the newest that is durable.
  std::uint64_t submit_all(std::uint64_t k) {
    for (; k <= sets_total && !failure_; ++k) {
      set_of_ticket_[++ticket_] = k;
      lane_.submit(ticket_, history::set(k));
      if (k % 3 == 0) loop_.run_all();
    }
    loop_.run_all();
    EXPECT_EQ(answered_, ticket_) << "every ticket gets its outcome";
    return durable_;
  }

  void on(CommitOutcome outcome) {
    EXPECT_GT(outcome.ticket, answered_) << "outcomes come in order";
    if (outcome.result == CommitResult::durable) {
      EXPECT_FALSE(failure_) << "nothing is durable between a failure and the recovery";
      durable_ = set_of_ticket_.at(outcome.ticket);
    } else {
      EXPECT_EQ(outcome.ticket, answered_ + 1) << "every failed ticket by itself";
      if (failure_) {
        EXPECT_EQ(outcome.error, failure_->error) << "the same failure for all";
        EXPECT_EQ(outcome.result, failure_->result);
      }
      if (!first_failure_) first_failure_ = outcome;
      failure_ = outcome;
    }
    answered_ = outcome.ticket;
  }

  std::uint64_t recover() {
    std::optional<Result<>> recovered;
    lane_.recover([&](Result<> result) { recovered = std::move(result); });
    // What is submitted meanwhile fails like the rest.
    lane_.submit(++ticket_, ChangeSet{});
    set_of_ticket_[ticket_] = 0;
    loop_.run_all();
    EXPECT_EQ(answered_, ticket_);
    EXPECT_TRUE(recovered.has_value());
    EXPECT_TRUE(recovered->has_value()) << recovered->error().text();
    std::uint64_t const there = history::newest_sound(catalog_);
    EXPECT_GE(there, durable_) << "what was durable stays";
    if (failure_->result == CommitResult::rolled_back) {
      EXPECT_EQ(there, durable_) << "rolled back means that nothing of it is there";
    }
    failure_.reset();
    return durable_ = there;
  }

  SeededRandom random_;
  TestLoop loop_;
  MemoryCatalog catalog_;
  InlineLane lane_;
  std::map<std::uint64_t, std::uint64_t> set_of_ticket_;
  std::uint64_t ticket_ = 0, answered_ = 0, durable_ = 0;
  std::optional<CommitOutcome> failure_, first_failure_;
};

struct Operations {
  std::uint64_t writes = 0, syncs = 0;
};

// How many there are in the history without a fault.
Operations count_operations() {
  MemoryCatalog catalog;
  Operations const before{catalog.vfs.writes(), catalog.vfs.syncs()};
  TestLoop loop;
  InlineLane lane(
      loop, *catalog.database, [] { return Millis{1}; }, small_log);
  lane.on_outcome([](CommitOutcome) {});
  for (std::uint64_t k = 1; k <= sets_total; ++k) {
    lane.submit(k, history::set(k));
    if (k % 3 == 0) loop.run_all();
  }
  loop.run_all();
  EXPECT_EQ(history::newest_sound(catalog), sets_total);
  return {catalog.vfs.writes() - before.writes, catalog.vfs.syncs() - before.syncs};
}

// Replays the history once with each fault of a kind; gives the failures that were reported.
std::vector<CommitOutcome> fail_each(DiskOperation operation, DiskFault fault, std::uint64_t count, std::uint64_t seeds) {
  std::vector<CommitOutcome> failures;
  for (std::uint64_t nth = 1; nth <= count; ++nth) {
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      SCOPED_TRACE("operation " + std::to_string(nth) + ", seed " + std::to_string(seed));
      Replay replay({operation, fault, nth}, nth * 100 + seed);
      replay.run();
      if (replay.failure()) failures.push_back(*replay.failure());
      replay.cut_and_look();
      if (testing::Test::HasFailure()) return failures;
    }
  }
  return failures;
}

TEST(Fault, DiskFullAtEveryWriteIsARollback) {
  auto const operations = count_operations();
  ASSERT_GT(operations.writes, 100u);
  auto const failures = fail_each(DiskOperation::write, DiskFault::disk_full, operations.writes, 1);
  for (auto const& failure : failures) {
    EXPECT_EQ(failure.result, CommitResult::rolled_back);
    EXPECT_EQ(failure.error.code, Errc::disk_full) << failure.error.text();
  }
  // In a checkpoint it is no failure: the log goes on.
  EXPECT_GT(failures.size(), operations.writes / 2);
  EXPECT_LT(failures.size(), operations.writes);
}

TEST(Fault, AnErrorAtEverySyncIsUnknownAndThenDefinite) {
  auto const operations = count_operations();
  ASSERT_GT(operations.syncs, 10u);
  auto const failures = fail_each(DiskOperation::sync, DiskFault::io_error, operations.syncs, 20);
  std::size_t unknown = 0;
  for (auto const& failure : failures) {
    EXPECT_EQ(failure.error.code, Errc::database_failure) << failure.error.text();
    unknown += failure.result == CommitResult::unknown;
  }
  // Those of a checkpoint fail the next commit before it is tried: rolled back.
  EXPECT_GT(unknown, failures.size() / 3);
  EXPECT_LT(unknown, failures.size());
}

TEST(Fault, AnErrorAtEveryWriteIsReportedTruthfully) {
  auto const operations = count_operations();
  auto const failures = fail_each(DiskOperation::write, DiskFault::io_error, operations.writes, 1);
  EXPECT_GT(failures.size(), operations.writes / 2);
  for (auto const& failure : failures) EXPECT_EQ(failure.error.code, Errc::database_failure) << failure.error.text();
}

TEST(Fault, RecoveryThatFailsCanBeCalledAgain) {
  MemoryCatalog catalog;
  TestLoop loop;
  InlineLane lane(
      loop, *catalog.database, [] { return Millis{1}; }, small_log);
  std::vector<CommitOutcome> outcomes;
  lane.on_outcome([&](CommitOutcome outcome) { outcomes.push_back(std::move(outcome)); });
  catalog.vfs.fail(DiskOperation::sync, 1, DiskFault::io_error);
  lane.submit(1, history::set(1));
  loop.run_all();
  ASSERT_EQ(outcomes.size(), 1u);
  ASSERT_EQ(outcomes[0].result, CommitResult::unknown);

  std::vector<Result<>> recoveries;
  catalog.vfs.fail(DiskOperation::sync, 1, DiskFault::io_error);
  lane.recover([&](Result<> result) { recoveries.push_back(std::move(result)); });
  loop.run_all();
  ASSERT_EQ(recoveries.size(), 1u);
  EXPECT_FALSE(recoveries[0]);
  EXPECT_FALSE(catalog.reader->load_active()) << "a closed catalog says so";

  lane.recover([&](Result<> result) { recoveries.push_back(std::move(result)); });
  loop.run_all();
  ASSERT_EQ(recoveries.size(), 2u);
  EXPECT_TRUE(recoveries[1]) << recoveries[1].error().text();
  std::uint64_t const there = history::newest_sound(catalog);
  lane.submit(2, history::set(there + 1));
  loop.run_all();
  ASSERT_EQ(outcomes.size(), 2u);
  EXPECT_EQ(outcomes[1].result, CommitResult::durable);
  EXPECT_EQ(history::newest_sound(catalog), there + 1);
}

}  // namespace
}  // namespace rsm::db
