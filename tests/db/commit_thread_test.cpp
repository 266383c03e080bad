#include "db/commit_thread.hpp"

#include <gmock/gmock.h>

#include <filesystem>

#include "tests/db/history.hpp"
#include "tests/db/test_loop.hpp"
#include "tests/support/slow_disk.hpp"

namespace rsm::db {
namespace {

using samples::set_of;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class CommitThreadTest : public testing::Test {
 protected:
  sim::SlowDisk disk;
  Folder folder;
  std::string const path = folder.file("catalog.db");
  TestLoop loop;
  std::unique_ptr<Database> database = must(Database::open_owner(path));
  SqliteReader reader{must(Database::open_reader(path))};
  std::unique_ptr<CommitThread> lane = std::make_unique<CommitThread>(loop, *database);
  std::vector<CommitOutcome> outcomes;

  void SetUp() override {
    lane->on_outcome([this](CommitOutcome outcome) { outcomes.push_back(std::move(outcome)); });
  }
  void submit(std::uint64_t from, std::uint64_t to) {
    for (std::uint64_t ticket = from; ticket <= to; ++ticket) lane->submit(ticket, history::set(ticket));
  }
  bool wait_for_ticket(std::uint64_t ticket) {
    return loop.run_until([&] { return !outcomes.empty() && outcomes.back().ticket >= ticket; });
  }
  void wait_for_sync() {
    for (int i = 0; i < 10'000 && !disk.waiting(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    ASSERT_TRUE(disk.waiting());
  }
  Result<> recover() {
    std::optional<Result<>> recovered;
    lane->recover([&](Result<> result) { recovered = std::move(result); });
    EXPECT_TRUE(loop.run_until([&] { return recovered.has_value(); }));
    return *recovered;
  }
  // What would be there if the machine stopped now and started again (the page cache being lucky).
  std::uint64_t newest_after_a_crash() {
    Folder other;
    for (auto const* end : {"", "-wal"})
      if (std::filesystem::exists(path + end)) std::filesystem::copy_file(path + end, other.file("catalog.db") + end);
    auto const copy = must(Database::open_owner(other.file("catalog.db")));
    SqliteReader copied(must(Database::open_reader(other.file("catalog.db"))));
    return history::newest(copied);
  }
};

// Its pages are many; whoever reads the log sees them all the same.
TEST_F(CommitThreadTest, ACommitIsWrittenToTheLogInOnePiece) {
  submit(1, 1);
  ASSERT_TRUE(wait_for_ticket(1));
  int const before = disk.writes();
  submit(2, 2);
  ASSERT_TRUE(wait_for_ticket(2));
  EXPECT_EQ(disk.writes(), before + 1);
  EXPECT_EQ(history::newest(reader), 2u);
}

TEST_F(CommitThreadTest, ALargeCommitIsWrittenInAFewPiecesAndRead) {
  std::uint64_t const ticket = 1;
  ChangeSet set = history::set(ticket);
  SeededRandom random{3};
  constexpr int texts = 3000;
  std::vector<Guid> named;
  samples::Sample sample{random};
  for (int k = 0; k < texts; ++k) {
    auto const type = sample.media_type();
    named.push_back(type.id.guid);
    set.changes.emplace_back(type);
    set.changes.emplace_back(ObjectText{type.id.guid, std::string(500, 'x'), ""});
  }
  int const before = disk.writes();
  lane->submit(ticket, std::move(set));
  ASSERT_TRUE(wait_for_ticket(ticket));
  EXPECT_EQ(outcomes.back().result, CommitResult::durable);
  EXPECT_GT(disk.writes(), before + 10);
  EXPECT_LT(disk.writes(), before + 100);
  for (auto const& object : named) EXPECT_EQ(must(reader.object_text(object))->name.size(), 500u);
}

TEST_F(CommitThreadTest, WhatArrivesDuringACommitIsTheNextOne) {
  submit(1, 1);
  ASSERT_TRUE(wait_for_ticket(1));
  disk.hold();
  submit(2, 2);
  wait_for_sync();
  submit(3, 60);
  EXPECT_EQ(must(reader.load_active()).sessions.size(), 1u) << "a reader does not wait for the writer, and sees no half commit";
  int const syncs = disk.syncs();
  disk.release();
  ASSERT_TRUE(wait_for_ticket(60));
  EXPECT_EQ(disk.syncs() - syncs, 1) << "tickets 3 to 60 are one commit";
  std::vector<std::uint64_t> tickets;
  for (auto const& outcome : outcomes) {
    EXPECT_EQ(outcome.result, CommitResult::durable);
    tickets.push_back(outcome.ticket);
  }
  EXPECT_THAT(tickets, ElementsAre(1, 2, 60));
  EXPECT_EQ(history::newest(reader), 60u);
}

TEST_F(CommitThreadTest, NoOutcomeBeforeTheSync) {
  disk.hold();
  submit(1, 1);
  wait_for_sync();
  while (loop.run_one()) {
  }
  EXPECT_THAT(outcomes, IsEmpty());
  disk.release();
  EXPECT_TRUE(wait_for_ticket(1));
}

TEST_F(CommitThreadTest, AFailedSyncFailsEveryLaterTicketAndRecoveryMakesItDefinite) {
  submit(1, 5);
  ASSERT_TRUE(wait_for_ticket(5));
  outcomes.clear();
  disk.hold();
  disk.fail_next_sync();
  submit(6, 6);
  wait_for_sync();
  submit(7, 9);
  disk.release();
  ASSERT_TRUE(wait_for_ticket(9));
  submit(10, 10);
  ASSERT_TRUE(wait_for_ticket(10));
  ASSERT_THAT(outcomes, SizeIs(5));
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    EXPECT_EQ(outcomes[i].ticket, 6 + i);
    EXPECT_EQ(outcomes[i].result, CommitResult::unknown);
    EXPECT_EQ(outcomes[i].error, outcomes[0].error);
  }
  must(recover());
  std::uint64_t const seen = history::newest(reader);
  EXPECT_TRUE(seen == 5 || seen == 6) << seen;
  // What clients are shown now is what stays, also when the machine stops before the next commit.
  EXPECT_EQ(newest_after_a_crash(), seen);
  outcomes.clear();
  lane->submit(11, history::set(seen + 1));
  ASSERT_TRUE(wait_for_ticket(11));
  EXPECT_EQ(outcomes.back().result, CommitResult::durable);
  EXPECT_EQ(history::newest(reader), seen + 1);
  EXPECT_EQ(newest_after_a_crash(), seen + 1);
}

// The log cannot be emptied while a long reader (a backup) has its snapshot.
TEST_F(CommitThreadTest, RecoveryIsDefiniteBehindALongReaderToo) {
  submit(1, 3);
  ASSERT_TRUE(wait_for_ticket(3));
  disk.fail_next_sync();
  submit(4, 4);
  ASSERT_TRUE(wait_for_ticket(4));
  ASSERT_EQ(outcomes.back().result, CommitResult::unknown);
  sqlite3* long_reader = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &long_reader), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(long_reader, "BEGIN; SELECT * FROM session", nullptr, nullptr, nullptr), SQLITE_OK);
  must(recover());
  EXPECT_EQ(newest_after_a_crash(), history::newest(reader));
  sqlite3_close(long_reader);
}

TEST_F(CommitThreadTest, AContradictionIsRolledBackAndTheNextOnesGoOn) {
  lane->submit(1, set_of({SlotRecord{.id = {history::guid(9, 1)}, .library = {history::guid(9, 2)}}}));
  ASSERT_TRUE(wait_for_ticket(1));
  EXPECT_EQ(outcomes.back().result, CommitResult::rolled_back);
  must(recover());
  lane->submit(2, history::set(1));
  ASSERT_TRUE(wait_for_ticket(2));
  EXPECT_EQ(outcomes.back().result, CommitResult::durable);
  EXPECT_EQ(history::newest(reader), 1u);
}

TEST_F(CommitThreadTest, TheEndCommitsWhatWasSubmittedAndCallsNobody) {
  submit(1, 200);
  lane.reset();
  while (loop.run_until([] { return true; }) && loop.run_one()) {
  }
  EXPECT_THAT(outcomes, IsEmpty());
  EXPECT_EQ(history::newest(reader), 200u);
}

TEST_F(CommitThreadTest, ManyTicketsArriveInOrder) {
  std::uint64_t ticket = 0;
  SeededRandom random(61);
  while (ticket < 2000) {
    for (std::uint64_t n = random.below(20); n > 0; --n) {
      ++ticket;
      lane->submit(ticket, history::set(ticket));
    }
    if (random.chance(30)) loop.run_until([] { return true; });
  }
  ASSERT_TRUE(wait_for_ticket(ticket));
  for (std::size_t i = 1; i < outcomes.size(); ++i) EXPECT_GT(outcomes[i].ticket, outcomes[i - 1].ticket);
  EXPECT_EQ(history::newest(reader), ticket);
}

}  // namespace
}  // namespace rsm::db
