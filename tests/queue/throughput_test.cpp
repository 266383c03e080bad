// The order of the policy "throughput" (libmgr/queue/throughput.hpp), one rule a test.
#include "libmgr/queue/throughput.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libmgr/queue/limits.hpp"
#include "libmgr/queue/scheduler.hpp"
#include "tests/support/world_builder.hpp"

namespace rsm {
namespace {

using namespace testing;
using namespace std::chrono_literals;

constexpr std::int64_t now_ms = 10'000'000;

class Throughput : public ::testing::Test {
 protected:
  MountPlan plan(WorldBuilder const& b, std::vector<RequestRecord> const& requests, std::set<DriveId> emptying = {}) {
    Situation s{.world = b.world, .library = library_id(), .working = emptying, .emptying = emptying, .now = from_ms(now_ms), .policy = SchedulerPolicy::throughput};
    s.arm_taken = arm_taken;
    s.takes = takes;
    s.homeless = homeless;
    std::vector<RequestRecord const*> waiting;
    for (auto const& r : requests) waiting.push_back(&r);
    return plan_mounts(s, waiting);
  }
  // Of a request that came so many seconds ago.
  static RequestRecord mount(WorldBuilder const& b, unsigned n, unsigned medium, std::int64_t seconds_ago, unsigned side = 0, int priority = 0) {
    return b.mount(n, medium, side, priority, now_ms - 1'000 * seconds_ago);
  }
  static std::vector<unsigned> numbers(std::vector<RequestId> const& ids) {
    std::vector<unsigned> all;
    for (auto const& id : ids) all.push_back(id.guid.bytes[15] - 1U);
    return all;
  }
  static std::vector<std::pair<unsigned, unsigned>> starts(MountPlan const& p) {
    std::vector<std::pair<unsigned, unsigned>> out;
    for (auto const& s : p.starts) out.emplace_back(s.request.guid.bytes[15] - 1U, s.drive.guid.bytes[15] - 1U);
    return out;
  }
  using Starts = std::vector<std::pair<unsigned, unsigned>>;
  using Numbers = std::vector<unsigned>;
  bool arm_taken = false;
  std::map<RequestId, std::set<DriveId>> takes;
  std::set<DriveId> homeless;
  std::int64_t const overdue_s = overdue_after(Pace{}).count() / 1000 + 1;
};

TEST_F(Throughput, MostRequestsForOneExchangeComeFirst) {
  WorldBuilder b(1, 4);
  auto const p = plan(b, {mount(b, 1, 0, 50), mount(b, 2, 1, 40), mount(b, 3, 1, 30), mount(b, 4, 2, 20)});
  EXPECT_EQ(numbers(p.order), (Numbers{2, 3, 1, 4}));
  EXPECT_EQ(starts(p), (Starts{{2, 0}}));
}

TEST_F(Throughput, OfEqualGroupsTheOlderOneComesFirst) {
  WorldBuilder b(1, 4);
  EXPECT_EQ(numbers(plan(b, {mount(b, 1, 0, 20), mount(b, 2, 1, 30)}).order), (Numbers{2, 1}));
}

TEST_F(Throughput, AHigherPriorityComesNextIntoADrive) {
  WorldBuilder b(1, 4);
  EXPECT_EQ(starts(plan(b, {mount(b, 1, 0, 50), mount(b, 2, 0, 40), mount(b, 3, 1, 1, 0, 7)})), (Starts{{3, 0}}));
}

TEST_F(Throughput, ASideInADriveIsFinishedBeforeAHigherPriority) {
  WorldBuilder b(1, 4);
  b.in_drive(0, 2, 0, DriveState::dismountable);
  auto const p = plan(b, {mount(b, 1, 2, 1, 0, -7), mount(b, 2, 1, 100, 0, 7)});
  EXPECT_EQ(starts(p), (Starts{{1, 0}}));
  EXPECT_TRUE(p.to_empty.empty());
}

TEST_F(Throughput, ADriveWhoseMediumHasNoSlotToGoToIsEmptiedForNobody) {
  WorldBuilder b(2, 4);
  b.in_drive(0, 2, 0, DriveState::dismountable, 1'000);
  b.in_drive(1, 3, 0, DriveState::dismountable, 2'000);
  homeless = {drive_id(0)};
  auto const p = plan(b, {mount(b, 1, 0, 50)});
  ASSERT_EQ(p.to_empty.size(), 1U) << "the one that has been idle for longer cannot be emptied, the other can";
  EXPECT_EQ(p.to_empty.front(), (std::pair{drive_id(1), request_id(1)}));
  EXPECT_TRUE(p.to_make_room.empty());
}

TEST_F(Throughput, WhatHasNoSlotToGoToIsUsedWhereItIs) {
  WorldBuilder b(1, 4);
  b.in_drive(0, 2, 0, DriveState::dismountable);
  homeless = {drive_id(0)};
  auto const p = plan(b, {mount(b, 1, 1, overdue_s, 0, 7), mount(b, 2, 1, overdue_s, 0, 7), mount(b, 3, 2, 1)});
  EXPECT_EQ(starts(p), (Starts{{3, 0}})) << "whoever waits for too long cannot have the drive, so he does not keep it from others";
  EXPECT_TRUE(p.to_empty.empty());
  ASSERT_EQ(p.to_make_room.size(), 1U) << "a person is asked once";
  EXPECT_EQ(p.to_make_room.front(), (std::pair{drive_id(0), request_id(1)}));
  EXPECT_NE(p.why.at(request_id(1)).find("there is no free slot for"), std::string::npos);
}

TEST_F(Throughput, NothingIsTakenOutForACallThatNeedsADriveWithoutASlotForItsMedium) {
  WorldBuilder b(2, 6);
  b.in_drive(0, 2, 0, DriveState::dismountable);
  b.in_drive(1, 3, 0, DriveState::dismountable);
  homeless = {drive_id(0)};
  auto one = mount(b, 1, 0, 50), other = mount(b, 2, 1, 50);
  for (auto* request : {&one, &other}) request->group = one.id, request->group_size = 2;
  auto const p = plan(b, {one, other});
  EXPECT_TRUE(p.to_empty.empty());
  EXPECT_EQ(p.to_make_room.size(), 1U);
}

TEST_F(Throughput, WhoWaitsForTooLongComesBeforeEverything) {
  WorldBuilder b(1, 4);
  b.in_drive(0, 2, 0, DriveState::dismountable);
  auto const p = plan(b, {mount(b, 1, 2, 1, 0, 7), mount(b, 2, 1, overdue_s, 0, -15)});
  EXPECT_EQ(numbers(p.order), (Numbers{2, 1}));
  ASSERT_EQ(p.to_empty.size(), 1U) << "also a side that others wait for is taken out for it";
  EXPECT_EQ(p.to_empty.front().second, request_id(2));
}

TEST_F(Throughput, OfThoseWhoWaitForTooLongTheOldestComesFirst) {
  WorldBuilder b(1, 4);
  auto const p = plan(b, {mount(b, 1, 0, overdue_s, 0, 15), mount(b, 2, 1, 2 * overdue_s, 0, -15), mount(b, 3, 0, overdue_s, 0, 15)});
  EXPECT_EQ(numbers(p.order), (Numbers{2, 1, 3}));
}

TEST_F(Throughput, InAGroupWhoWaitsForTooLongThenPriorityThenAge) {
  WorldBuilder b(1, 4);
  auto const p = plan(b, {mount(b, 1, 0, 30), mount(b, 2, 0, 20, 0, 7), mount(b, 3, 0, overdue_s, 0, -7), mount(b, 4, 0, 10)});
  EXPECT_EQ(numbers(p.order), (Numbers{3, 2, 1, 4}));
}

TEST_F(Throughput, APinnedPositionComesBeforeAll) {
  WorldBuilder b(1, 4);
  auto pinned = mount(b, 3, 2, 1, 0, -15);
  pinned.order = 1;
  EXPECT_EQ(numbers(plan(b, {mount(b, 1, 0, overdue_s), pinned}).order), (Numbers{3, 1}));
}

TEST_F(Throughput, WhatIsBroughtIsChosenWhenTheArmCanGo) {
  WorldBuilder b(2, 4);
  std::vector<RequestRecord> const requests{mount(b, 1, 0, 20), mount(b, 2, 1, 30)};
  EXPECT_EQ(starts(plan(b, requests)), (Starts{{2, 0}})) << "one, although two drives are empty";
  arm_taken = true;
  auto const waits = plan(b, requests);
  EXPECT_TRUE(waits.starts.empty());
  EXPECT_EQ(waits.room_coming.size(), 2U) << "there is a drive for each of them";
}

TEST_F(Throughput, MediaOfOneCallStartTogether) {
  WorldBuilder b(2, 4);
  auto one = mount(b, 1, 0, 20), other = mount(b, 2, 1, 20);
  one.group = other.group = one.id;
  one.group_size = other.group_size = 2;
  EXPECT_EQ(starts(plan(b, {one, other})).size(), 2U);
}

TEST_F(Throughput, OneDriveIsEmptiedForAllWhoWaitForACartridge) {
  WorldBuilder b(3, 6);
  for (unsigned n = 0; n < 3; ++n) b.in_drive(n, n, 0, DriveState::dismountable, n);
  auto const p = plan(b, {mount(b, 1, 5, 30), mount(b, 2, 5, 20), mount(b, 3, 5, 10)});
  ASSERT_EQ(p.to_empty.size(), 1U);
  EXPECT_EQ(p.to_empty.front().first, drive_id(0));
  EXPECT_EQ(p.room_for, std::set{medium_id(5)}) << "for the first one, and for all who wait for the same";
  EXPECT_EQ(p.room_coming.size(), 1U);
}

TEST_F(Throughput, ADriveThatBecomesEmptyIsPromisedToWhomItTakes) {
  WorldBuilder b(2, 6);
  b.in_drive(0, 0, 0, DriveState::unloaded).in_drive(1, 1, 0, DriveState::dismountable);
  takes[request_id(1)] = {drive_id(1)};
  auto const p = plan(b, {mount(b, 1, 5, 30)}, {drive_id(0)});
  ASSERT_EQ(p.to_empty.size(), 1U) << "the one that is being emptied does not take it";
  EXPECT_EQ(p.to_empty.front().first, drive_id(1));
}

TEST_F(Throughput, WhatIsInADriveThatDoesNotFitTheRequestGoesHomeFirst) {
  WorldBuilder b(2, 6);
  b.in_drive(0, 5, 0, DriveState::dismountable);
  takes[request_id(1)] = {drive_id(1)};
  auto const p = plan(b, {mount(b, 1, 5, 30)});
  ASSERT_EQ(p.to_empty.size(), 1U);
  EXPECT_EQ(p.to_empty.front().first, drive_id(0));
}

// ---- the pieces

TEST(PaceTest, LearnsFastAtFirstAndThenForgetsSlowly) {
  RunningMean mean{60s};
  mean.add(10s);
  EXPECT_EQ(mean.mean(), 10s);
  mean.add(20s);
  EXPECT_EQ(mean.mean(), 15s);
  for (int i = 0; i < 200; ++i) mean.add(30s);
  EXPECT_GT(mean.mean(), 29s);
}

TEST(PaceTest, OneThatTookForEverMovesItLittle) {
  RunningMean mean{60s};
  for (int i = 0; i < 100; ++i) mean.add(60s);
  mean.add(24h);
  EXPECT_LT(mean.mean(), 60s * limits::pace_outlier * 2 / limits::pace_memory + 60s);
}

TEST(WorthTest, MoreRequestsAndMoreAgeAreWorthMore) {
  TimePoint const now = from_ms(now_ms);
  Pace const pace;
  EXPECT_GT(worth({2, now, 0}, pace, now), worth({1, now, 0}, pace, now));
  EXPECT_GT(worth({1, now - 1h, 0}, pace, now), worth({1, now, 0}, pace, now));
  EXPECT_DOUBLE_EQ(worth({1, now + 1h, 0}, pace, now), worth({1, now, 0}, pace, now)) << "a clock that was set back is no debt";
}

TEST(OverdueTest, IsMeasuredByWhatWaitsAndExchangesTake) {
  Pace pace;
  EXPECT_EQ(overdue_after(pace), limits::overdue_waits * limits::overdue_exchanges * pace.exchange());
  for (int i = 0; i < 100; ++i) pace.wait.add(10h);
  EXPECT_GT(overdue_after(pace), limits::overdue_waits * 9h);
}

// ---- how long an idle medium stays

constexpr Millis exchange = 100s;

TEST(ReuseTest, AtFirstIdleMediaAreBelievedToBeWantedAgain) {
  Reuse const reuse;
  EXPECT_TRUE(reuse.worth_it());
  EXPECT_EQ(reuse.stay({0s, 300s}), 300s);
}

TEST(ReuseTest, WhereTheyAreHardlyWantedAgainTheyGoHomeAtOnce) {
  Reuse reuse;
  for (unsigned n = 0; n < 30; ++n) reuse.idle(medium_id(n), from_ms(1'000'000 * (n + 1)), exchange);
  EXPECT_FALSE(reuse.worth_it());
  EXPECT_EQ(reuse.stay({0s, 300s}), 0s);
  EXPECT_EQ(reuse.stay({20s, 300s}), 20s);
  EXPECT_EQ(reuse.stay({20s, 10s}), 10s) << "the delay that is configured is kept";
}

TEST(ReuseTest, ElseTheyStayTwiceAsLongAsThoseThatWereWantedAgain) {
  Reuse reuse;
  for (unsigned n = 0; n < 30; ++n) {
    reuse.idle(medium_id(n), from_ms(1'000'000 * (n + 1)), exchange);
    reuse.asked(medium_id(n), from_ms(1'000'000 * (n + 1)) + 40s, exchange);
  }
  EXPECT_TRUE(reuse.worth_it());
  EXPECT_EQ(reuse.stay({0s, 300s}), 80s);
  EXPECT_EQ(reuse.stay({90s, 300s}), 90s);
  EXPECT_EQ(reuse.stay({0s, 60s}), 60s);
  EXPECT_EQ(reuse.text(exchange), "100 % of idle media are wanted again within an exchange (1 min 40 s), nine of ten of those that are within 40.0 s");
}

TEST(ReuseTest, WhoComesLaterThanAnExchangeCountsAsNotAgainAndSaysHowLate) {
  Reuse reuse;
  for (unsigned n = 0; n < 30; ++n) {
    reuse.idle(medium_id(n), from_ms(1'000'000 * (n + 1)), exchange);
    reuse.asked(medium_id(n), from_ms(1'000'000 * (n + 1)) + (n % 4 == 0 ? 200s : 10s), exchange);
  }
  EXPECT_TRUE(reuse.worth_it());
  EXPECT_EQ(reuse.stay({0s, 1000s}), 400s);
}

// Media that are wanted again one time in five, in a library where two are asked for at once one time in five, and never three.
Reuse seldom_two_at_once() {
  Reuse reuse;
  for (unsigned n = 0; n < 200; ++n) {
    auto const when = from_ms(1'000'000 * (n + 1));
    reuse.brought(when, exchange);
    if (n % 5 == 0) reuse.brought(when + 10s, exchange);
    reuse.idle(medium_id(n), when + 20s, exchange);
    if (n % 5 == 0) reuse.asked(medium_id(n), when + 30s, exchange);
  }
  return reuse;
}

TEST(ReuseTest, OneThatIsInNobodysWayStaysAsLongAsItMay) {
  Reuse const reuse = seldom_two_at_once();
  EXPECT_FALSE(reuse.worth_it()) << "it is in somebody's way four times of five";
  EXPECT_EQ(reuse.stay({0s, 300s}), 0s);
  EXPECT_TRUE(reuse.worth_it(2));
  EXPECT_EQ(reuse.stay({0s, 300s}, 2), 300s);
  EXPECT_EQ(reuse.stay({0s, 300s}, 1000), 300s);
  auto const stays = reuse.stays({0s, 300s});
  EXPECT_EQ(stays.front(), 0s);
  EXPECT_EQ(stays[2], 300s);
  EXPECT_EQ(stays.back(), 300s);
  EXPECT_THAT(reuse.text(exchange, 2), ::testing::HasSubstr("; 2 other drives are empty, enough for 99 % of what is brought"));
  EXPECT_THAT(reuse.text(exchange), ::testing::Not(::testing::HasSubstr("other drive")));
}

TEST(NeedTest, CountsWhatIsAskedForWithinAnExchangeInWhateverOrderItIsTold) {
  Need need;
  EXPECT_EQ(need.more_than(0), 1) << "who comes needs one";
  EXPECT_EQ(need.more_than(5), 1) << "at first nobody knows";
  for (int n = 0; n < 400; ++n) need.brought(from_ms(1'000'000 * (n + 1)), exchange);
  EXPECT_EQ(need.more_than(0), 1);
  EXPECT_LT(need.more_than(1), 0.01);
  for (int n = 800; n > 400; --n) {
    need.brought(from_ms(1'000'000 * (n + 1)) + 90s, exchange);
    need.brought(from_ms(1'000'000 * (n + 1)), exchange);
  }
  EXPECT_LT(need.more_than(1), 0.01) << "each is looked at when it is told, and the one before it comes later";
  for (int n = 800; n < 1200; ++n) {
    need.brought(from_ms(1'000'000 * (n + 1)), exchange);
    need.brought(from_ms(1'000'000 * (n + 1)) + 90s, exchange);
  }
  EXPECT_NEAR(need.more_than(1), 0.5, 0.01);
  EXPECT_LT(need.more_than(2), 0.01);
}

}  // namespace
}  // namespace rsm
