// The core while its catalog cannot be written, and what it says of a catalog that was found damaged.
#include "tests/libmgr/manager_rig.hpp"

namespace rsm {
namespace {

using db::must;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using CatalogTroubleTest = ManagerRig;

TEST_F(CatalogTroubleTest, WhileTheDiskIsFullReadingGoesOnAndChangesAreRefused) {
  start();
  auto const before = must(open_session());
  lane.full = true;
  EXPECT_EQ(open_session().error().code, Errc::disk_full) << "the one that finds the disk full";
  for (int i = 0; i < 5; ++i) {
    run_for(Millis{700});
    EXPECT_FALSE(manager->ready());
    EXPECT_TRUE(manager->readable());
    must(read());
    EXPECT_THAT(manager->world().sessions, SizeIs(1)) << "what was not written is not shown";
    EXPECT_EQ(open_session().error().code, Errc::disk_full);
    std::optional<Result<SessionRecord>> attached;
    manager->attach_session(before.id, before.secret, 1000, [&](Result<SessionRecord> result) { attached = std::move(result); });
    EXPECT_TRUE(attached && *attached) << "who lost the connection may come back";
    EXPECT_THAT(manager->attention(), Contains(::testing::AllOf(HasSubstr("reading goes on"), HasSubstr("needs 8 MiB"))));
    EXPECT_THAT(manager->counters().commit_error, HasSubstr("ERROR_DISK_FULL"));
  }
  lane.full = false;
  run_for(Millis{5000});
  EXPECT_TRUE(manager->ready());
  EXPECT_THAT(manager->attention(), IsEmpty());
  EXPECT_EQ(manager->counters().commit_error, "");
  must(open_session());
}

TEST_F(CatalogTroubleTest, TriesPauseWhileTheDiskIsFull) {
  start();
  lane.full = true;
  open_session().error();
  run_for(Millis{60'000});
  EXPECT_LE(lane.refused, 65) << "about one in a second";
  EXPECT_GE(lane.refused, 30);
  EXPECT_LE(std::ranges::count_if(log.lines, [](auto const& line) { return line.contains("commit failed"); }), 1) << "said once";
  EXPECT_THAT(log.lines, Not(Contains(HasSubstr("written again")))) << "they are not";
  lane.full = false;
  run_for(Millis{5000});
  EXPECT_EQ(std::ranges::count_if(log.lines, [](auto const& line) { return line.contains("changes are written again"); }), 1);
}

// Each of them has failed, and each says so: what follows is done once.
TEST_F(CatalogTroubleTest, SeveralCommitsThatFailTogetherAreTriedAgainTogether) {
  start();
  lane.full = true;
  lane.answers_after = Millis{10};
  for (int i = 0; i < 3; ++i) {
    manager->open_session({"test", "u", "c", 1000}, [](Result<SessionRecord>) {});
    run_for(Millis{2});
  }
  EXPECT_EQ(lane.refused, 3);
  run_for(Millis{60'000});
  EXPECT_LE(lane.refused, 65) << "about one in a second";
  lane.full = false;
  run_for(Millis{5000});
  EXPECT_EQ(std::ranges::count_if(log.lines, [](auto const& line) { return line.contains("ready again"); }), 1);
}

// It fits, and the next change does not: the pause is for that, too.
TEST_F(CatalogTroubleTest, TriesPauseWhenThereIsSpaceOnlyForTheBeginning) {
  start();
  int failures = 0;
  for (auto const until = loop.now() + Millis{60'000}; loop.now() < until;) {
    lane.full = true;
    if (!open_session()) ++failures;
    lane.full = false;
    while (!manager->ready() && loop.run_one()) {
    }
  }
  EXPECT_LE(failures, 65);
}

TEST_F(CatalogTroubleTest, AReadWhoseCommitFailsIsAnsweredFromWhatIsCommitted) {
  start();
  must(open_session());
  lane.full = true;
  std::optional<Result<SessionRecord>> opened;
  std::optional<Result<>> answer;
  std::size_t shown = 99;
  manager->open_session({"test", "u", "c", 1000}, [&](Result<SessionRecord> result) { opened = std::move(result); });
  manager->read([&](Result<> result) {
    answer = std::move(result);
    shown = manager->world().sessions.size();
  });
  run_for(Millis{0});
  ASSERT_TRUE(opened && answer);
  EXPECT_EQ(opened->error().code, Errc::disk_full);
  EXPECT_TRUE(*answer) << answer->error().text();
  EXPECT_EQ(shown, 1u);
}

TEST_F(CatalogTroubleTest, ADiskThatIsFullAtTheStartIsReadableToo) {
  lane.full = true;
  must(manager->start());
  run_for(Millis{3000});
  EXPECT_FALSE(manager->ready());
  must(read());
  EXPECT_EQ(open_session().error().code, Errc::disk_full);
  lane.full = false;
  run_for(Millis{3000});
  EXPECT_TRUE(manager->ready());
}

TEST_F(CatalogTroubleTest, BeforeItIsReadyForTheFirstTimeNothingIsServed) {
  must(manager->start());
  EXPECT_FALSE(manager->readable());
  EXPECT_EQ(manager->refusal().code, Errc::not_ready);
}

TEST_F(CatalogTroubleTest, FindingsOfACheckNeedAPersonUntilACheckFindsNothing) {
  start();
  manager->catalog_checked({});
  EXPECT_THAT(manager->attention(), IsEmpty());
  manager->catalog_checked({"a counter is wrong", "another one"});
  run_for(Millis{0});
  EXPECT_THAT(manager->attention(), Contains(::testing::AllOf(HasSubstr("2 findings"), HasSubstr("a counter is wrong"), HasSubstr("docs/recovery.md"))));
  manager->catalog_checked({"a counter is wrong", "another one"});
  run_for(Millis{0});
  ASSERT_THAT(service_events(), SizeIs(1)) << "the same again is no news";
  EXPECT_EQ(service_events().front().state, "catalog damaged");
  manager->catalog_checked({});
  EXPECT_THAT(manager->attention(), IsEmpty());
}

TEST_F(CatalogTroubleTest, WhatTheOpeningFoundIsToldWhenChangesAreTaken) {
  must(manager->start());
  manager->catalog_trouble("frame 17 was damaged");
  run_for(Millis{0});
  EXPECT_THAT(manager->attention(), Contains("frame 17 was damaged"));
  ASSERT_THAT(service_events(), SizeIs(1));
  EXPECT_EQ(service_events().front().reason, "frame 17 was damaged");
}

TEST_F(CatalogTroubleTest, EventsHaveAHistoryFromTheFirstStartOn) {
  start();
  auto const history = manager->counters().history;
  EXPECT_FALSE(history.is_zero());
  lane.full = true;
  open_session().error();
  lane.full = false;
  run_for(Millis{5000});
  EXPECT_EQ(manager->counters().history, history) << "a failed commit begins no other one";
}

}  // namespace
}  // namespace rsm
