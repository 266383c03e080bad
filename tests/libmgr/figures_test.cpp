// Figures by themselves, and the ledger and the book feeding them.
#include "libmgr/record/figures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libmgr/record/book.hpp"
#include "tests/api/server/doubles.hpp"
#include "tests/support/world_builder.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::ElementsAre;

TEST(Histogram, BoundsAreInclusiveAndNothingIsLost) {
  static constexpr std::array<Millis, 3> bounds{1ms, 10ms, 1s};
  Histogram histogram(bounds);
  for (auto value : {0ms, 1ms, 2ms, 10ms, 11ms, 1000ms, 1001ms, 3'600'000ms}) histogram.observe(value);
  EXPECT_THAT(histogram.counts(), ElementsAre(2, 2, 2, 2));
  EXPECT_EQ(histogram.sum(), 3'602'025ms);
}

TEST(Histogram, AClockThatWasSetBackCountsAsNothing) {
  Histogram histogram(bucket_bounds::commit);
  histogram.observe(-5h);
  EXPECT_EQ(histogram.counts().front(), 1u);
  EXPECT_EQ(histogram.sum(), 0ms);
}

TEST(Histogram, BoundsAscend) {
  for (auto const& bounds : {std::span<Millis const>(bucket_bounds::commit), std::span<Millis const>(bucket_bounds::mount), std::span<Millis const>(bucket_bounds::wait)})
    EXPECT_TRUE(std::ranges::is_sorted(bounds, std::less_equal<>{}));
}

// A lane that commits when the test says so.
class HeldLane final : public db::CommitLane {
 public:
  void on_outcome(std::move_only_function<void(db::CommitOutcome)> callback) override { outcome_ = std::move(callback); }
  void submit(std::uint64_t ticket, db::ChangeSet) override { newest = ticket; }
  void recover(std::move_only_function<void(Result<>)> done) override { done({}); }
  void commit() { outcome_({newest, db::CommitResult::durable, {}}); }
  void fail_disk_full() { outcome_({newest, db::CommitResult::rolled_back, {Errc::disk_full, {}, {}}}); }
  std::uint64_t newest = 0;

 private:
  std::move_only_function<void(db::CommitOutcome)> outcome_;
};

// A catalog with nothing in it.
class EmptyReader final : public db::CatalogReader {
 public:
  Result<db::ActiveWorld> load_active() override { return db::ActiveWorld{}; }
  Result<std::optional<MediumRecord>> medium(MediumId) override { return std::nullopt; }
  Result<std::optional<MediumRecord>> medium_of_side(SideId) override { return std::nullopt; }
  Result<std::optional<LogicalMediumRecord>> logical_medium(LogicalMediumId) override { return std::nullopt; }
  Result<std::optional<db::ObjectText>> object_text(Guid) override { return std::nullopt; }
  Result<std::optional<db::DoneCall>> done_call(SessionId, std::string const&) override { return std::nullopt; }
  Result<std::optional<std::string>> object_attribute(Guid, std::string const&) override { return std::nullopt; }
  Result<std::vector<LogicalMediumRecord>> logical_media_by_key(SessionId, std::string const&) override { return std::vector<LogicalMediumRecord>{}; }
  Result<std::vector<AllocatableSide>> allocatable_sides(AllocatableSide const&, std::size_t) override { return std::vector<AllocatableSide>{}; }
  Result<std::vector<MediumRecord>> media_by_barcode(std::string const&) override { return std::vector<MediumRecord>{}; }
  Result<std::vector<MediumRecord>> media_by_label(Omid const&) override { return std::vector<MediumRecord>{}; }
  Result<std::vector<MediumRecord>> media_by_name(std::string const&) override { return std::vector<MediumRecord>{}; }
  Result<std::vector<MediumRecord>> media_page(db::MediaFilter, MediumId, std::size_t) override { return std::vector<MediumRecord>{}; }
  Result<std::vector<LogicalMediumRecord>> logical_media_page(PoolId, LogicalMediumId, std::size_t) override { return std::vector<LogicalMediumRecord>{}; }
  Result<db::MediaFound> search_media(db::MediaSearch const&) override { return db::MediaFound{}; }
  Result<std::uint64_t> count_media(db::MediaFilter) override { return 0; }
  Result<std::uint64_t> count_logical_media(PoolId) override { return 0; }
  Result<std::optional<RequestRecord>> request(RequestId) override { return std::nullopt; }
  Result<std::optional<RequestRecord>> request(std::uint64_t) override { return std::nullopt; }
  Result<std::vector<RequestRecord>> requests_page(LibraryId, std::uint64_t, std::size_t) override { return std::vector<RequestRecord>{}; }
  Result<std::vector<OperatorRequestRecord>> operator_requests_page(OperatorRequestId, std::size_t) override { return std::vector<OperatorRequestRecord>{}; }
  Result<std::optional<OperatorRequestRecord>> operator_request(OperatorRequestId) override { return std::nullopt; }
  Result<db::EventPage> events(std::uint64_t, std::size_t) override { return db::EventPage{}; }
  Result<std::vector<db::HistoryEntry>> history_page(db::HistoryFilter const&, std::optional<db::HistoryCursor> const&, std::size_t) override { return std::vector<db::HistoryEntry>{}; }
  Result<HistorySums> history_sums(Guid) override { return HistorySums{}; }
  Result<std::optional<MediumId>> deleted_medium(std::string const&) override { return std::nullopt; }
};

struct FiguresTest : ::testing::Test {
  ::rsm::testing::TestLoop loop;
  ::rsm::testing::TestLog log;
  EmptyReader reader;
  SeededRandom random{1};
  HeldLane lane;
  Figures figures;
  Ledger ledger{loop, lane, figures, [](db::CommitOutcome const&) {}};
  Book book{loop, random, log, ledger, reader, figures};

  RequestRecord add(Operation operation, int priority = 0) {
    RequestRecord request;
    request.id = book.make_id<RequestId>();
    request.operation = operation;
    request.priority = priority;
    book.add(request);
    return *book.request(request.id);
  }
  std::uint64_t waited(Operation operation) const {
    std::uint64_t all = 0;
    for (auto n : figures.waits().at(operation).counts()) all += n;
    return all;
  }
};

TEST_F(FiguresTest, ACommitTakesFromItsChangeToItsBeingDurable) {
  EXPECT_FALSE(ledger.commit_since());
  add(Operation::mount);
  loop.run_for(0ms);
  auto const since = ledger.commit_since();
  ASSERT_TRUE(since);
  loop.run_for(7ms);
  add(Operation::mount);
  loop.run_for(20ms);
  EXPECT_EQ(ledger.commit_since(), since) << "the oldest one counts";
  lane.commit();
  EXPECT_FALSE(ledger.commit_since());
  EXPECT_EQ(figures.commit_time().sum(), 27ms + 20ms);
  EXPECT_EQ(figures.commit_time().counts().at(4), 1u) << "20 ms";
  EXPECT_EQ(figures.commit_time().counts().at(5), 1u) << "27 ms";
}

TEST_F(FiguresTest, AFailedCommitIsCountedAndNothingWaitsForItAnyMore) {
  add(Operation::mount);
  loop.run_for(0ms);
  lane.fail_disk_full();
  EXPECT_EQ(figures.commits_rolled_back(), 1u);
  EXPECT_EQ(figures.commits_unknown(), 0u);
  EXPECT_FALSE(ledger.commit_since());
  EXPECT_THAT(figures.commit_time().counts(), Each(0u));
}

TEST_F(FiguresTest, TheQueueIsCountedByKindAndAKindStaysWithZero) {
  auto const first = add(Operation::mount, 3);
  add(Operation::mount, 3);
  add(Operation::eject);
  book.set_state(first.id, RequestState::waiting, "no drive");
  QueueKey const queued{Operation::mount, RequestState::queued, 3}, waiting{Operation::mount, RequestState::waiting, 3};
  EXPECT_EQ(book.queue().at(queued), 1u);
  EXPECT_EQ(book.queue().at(waiting), 1u);
  auto moved = *book.request(first.id);
  moved.priority = -2;
  book.update(moved);
  EXPECT_EQ(book.queue().at(waiting), 0u);
  EXPECT_EQ((book.queue().at({Operation::mount, RequestState::waiting, -2})), 1u);
  book.finish(first.id, {RequestState::cancelled, Errc::cancelled, "enough"});
  EXPECT_EQ((book.queue().at({Operation::mount, RequestState::waiting, -2})), 0u);
  EXPECT_EQ((book.queue().at({Operation::eject, RequestState::queued, 0})), 1u);
}

TEST_F(FiguresTest, TheOldestOfAStateIsTheOneThatWasAskedFirst) {
  constexpr bool by_service = true;  // nobody's session asked for them
  EXPECT_EQ(book.oldest_request(RequestState::waiting, by_service), nullptr);
  auto const first = add(Operation::mount);
  loop.run_for(1s);
  auto const second = add(Operation::dismount);
  book.set_state(second.id, RequestState::waiting, "busy");
  EXPECT_EQ(book.oldest_request(RequestState::waiting, by_service)->id, second.id);
  book.set_state(first.id, RequestState::waiting, "no drive");
  EXPECT_EQ(book.oldest_request(RequestState::waiting, by_service)->id, first.id);
  book.finish(first.id, {});
  EXPECT_EQ(book.oldest_request(RequestState::waiting, by_service)->id, second.id);
  EXPECT_EQ(book.oldest_request(RequestState::queued, by_service), nullptr);
}

TEST_F(FiguresTest, AWaitIsCountedOnceHoweverOftenARequestStarts) {
  auto const r = add(Operation::mount);
  loop.run_for(1500ms);
  book.set_state(r.id, RequestState::inprocess, "given drive 0");
  loop.run_for(10s);
  book.set_state(r.id, RequestState::waiting, "its drive failed");
  book.set_state(r.id, RequestState::inprocess, "given drive 1");
  book.finish(r.id, {});
  EXPECT_EQ(waited(Operation::mount), 1u);
  EXPECT_EQ(figures.waits().at(Operation::mount).sum(), 1500ms);
}

TEST_F(FiguresTest, WhatPassesAtOnceHasWaitedWhatIsCancelledHasNotStarted) {
  auto const passed = add(Operation::disable_drive);
  loop.run_for(3ms);
  book.finish(passed.id, {});
  EXPECT_EQ(waited(Operation::disable_drive), 1u);
  book.finish(add(Operation::mount).id, {RequestState::cancelled, Errc::timeout, "its limit was over"});
  EXPECT_EQ(waited(Operation::mount), 0u);
  EXPECT_EQ((figures.finished().at({Operation::mount, RequestState::cancelled})), 1u);
  EXPECT_EQ((figures.finished().at({Operation::mount, RequestState::failed})), 0u) << "there from the beginning";
  EXPECT_EQ((figures.request_errors().at({Operation::mount, static_cast<std::uint32_t>(Errc::timeout)})), 1u);
  EXPECT_EQ(figures.request_errors().size(), 1u) << "a passed request has no error";
}

TEST_F(FiguresTest, RequestsThatAFailedCommitTookBackLeaveTheQueue) {
  add(Operation::mount);
  ASSERT_TRUE(book.load());  // the catalog of this test has none
  EXPECT_EQ((book.queue().at({Operation::mount, RequestState::queued, 0})), 0u);
  EXPECT_EQ(book.oldest_request(RequestState::queued, true), nullptr);
}

TEST(Figures, MovesAndTheirRetries) {
  Figures figures;
  LibraryId const library = ::rsm::testing::library_id();
  figures.library_known(library);
  EXPECT_EQ(figures.library(library)->moves.passed, 0u);
  figures.moved(library, true, 1, Millis{9000});
  figures.moved(library, true, 3, Millis{30'000});
  figures.moved(library, false, 2, Millis{1});
  EXPECT_EQ(figures.library(library)->moves.passed, 2u);
  EXPECT_EQ(figures.library(library)->moves.failed, 1u);
  EXPECT_EQ(figures.library(library)->moves.retries, 3u);
  EXPECT_EQ(figures.library(LibraryId{}), nullptr);
}

TEST(Figures, WhatAMoveUsuallyTakesIsTheMedianOfTheLastTwentyThatPassed) {
  Figures figures;
  LibraryId const library = ::rsm::testing::library_id();
  figures.library_known(library);
  auto const usual = [&] { return figures.library(library)->moves.took.median(); };
  EXPECT_EQ(usual(), std::nullopt);
  figures.moved(library, false, 1, Millis{1});
  figures.moved(library, true, 1, {});
  EXPECT_EQ(usual(), std::nullopt);
  for (int i = 0; i < 20; ++i) figures.moved(library, true, 1, Millis{1000});
  EXPECT_EQ(usual(), Millis{1000});
  for (int i = 0; i < 11; ++i) figures.moved(library, true, 1, Millis{9000});
  EXPECT_EQ(usual(), Millis{9000});
}

}  // namespace
}  // namespace rsm
