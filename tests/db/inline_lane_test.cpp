#include "db/inline_lane.hpp"

#include <gmock/gmock.h>

#include "db/limits.hpp"
#include "tests/db/fixture.hpp"
#include "tests/db/test_loop.hpp"

namespace rsm::db {
namespace {

using samples::set_of;
using testing::ElementsAre;
using testing::SizeIs;

class InlineLaneTest : public testing::Test {
 protected:
  SeededRandom random{51};
  samples::Sample sample{random};
  MemoryCatalog catalog;
  TestLoop loop;
  std::optional<InlineLane> lane{std::in_place, loop, *catalog.database, [] { return Millis{10}; }};
  std::vector<std::uint64_t> durable;

  void SetUp() override {
    lane->on_outcome([this](CommitOutcome outcome) {
      EXPECT_EQ(outcome.result, CommitResult::durable);
      durable.push_back(outcome.ticket);
    });
  }
  std::size_t sessions() { return must(catalog.reader->load_active()).sessions.size(); }
};

TEST_F(InlineLaneTest, WhatIsQueuedIsOneCommitAfterTheDelay) {
  auto const start = loop.now();
  for (std::uint64_t ticket = 1; ticket <= 3; ++ticket) lane->submit(ticket, set_of({sample.session()}));
  EXPECT_EQ(sessions(), 0u) << "nothing inside the call";
  auto const syncs = catalog.vfs.syncs();
  loop.run_one();
  EXPECT_EQ(loop.now() - start, Millis{10});
  EXPECT_EQ(sessions(), 3u);
  EXPECT_LE(catalog.vfs.syncs() - syncs, 2u);
  EXPECT_THAT(durable, SizeIs(0)) << "durable, and nobody knows yet";
  loop.run_all();
  EXPECT_THAT(durable, ElementsAre(3));
}

TEST_F(InlineLaneTest, LaterOnesAreALaterCommit) {
  lane->submit(1, set_of({sample.session()}));
  loop.run_one();
  lane->submit(2, set_of({sample.session()}));
  loop.run_all();
  EXPECT_THAT(durable, ElementsAre(1, 2));
}

TEST_F(InlineLaneTest, ALaneThatIsGoneSaysAndDoesNothing) {
  lane->submit(1, set_of({sample.session()}));
  loop.run_one();
  lane->submit(2, set_of({sample.session()}));
  lane.reset();
  loop.run_all();
  EXPECT_THAT(durable, SizeIs(0));
  EXPECT_EQ(sessions(), 1u);
}

TEST_F(InlineLaneTest, RecoveryWithoutAFailureIsFine) {
  bool recovered = false;
  lane->recover([&](Result<> result) { recovered = result.has_value(); });
  loop.run_all();
  EXPECT_TRUE(recovered);
}

TEST_F(InlineLaneTest, AGroupHasALimit) {
  for (std::uint64_t ticket = 1; ticket <= 2 * limits::commit_changes_max + 1; ++ticket) lane->submit(ticket, {});
  loop.run_all();
  EXPECT_THAT(durable, ElementsAre(limits::commit_changes_max, 2 * limits::commit_changes_max, 2 * limits::commit_changes_max + 1));
}

}  // namespace
}  // namespace rsm::db
