#include "libmgr/queue/scheduler.hpp"

#include <gtest/gtest.h>

#include "tests/support/world_builder.hpp"

namespace rsm {
namespace {

using namespace testing;
using namespace std::chrono_literals;

class Scheduler : public ::testing::Test {
 protected:
  MountPlan plan(WorldBuilder const& b, std::vector<RequestRecord> const& requests, std::set<DriveId> working = {}, std::set<DriveId> emptying = {}) {
    Situation s{.world = b.world, .library = library_id(), .working = std::move(working), .emptying = std::move(emptying), .now = from_ms(now_ms), .policy = policy, .fairness_limit = 15min};
    std::vector<RequestRecord const*> waiting;
    for (auto const& r : requests) waiting.push_back(&r);
    return plan_mounts(s, waiting);
  }
  static std::vector<std::pair<unsigned, unsigned>> starts(MountPlan const& p) {
    std::vector<std::pair<unsigned, unsigned>> out;
    for (auto const& s : p.starts) out.emplace_back(s.request.guid.bytes[15] - 1U, s.drive.guid.bytes[15] - 1U);
    return out;
  }
  using Starts = std::vector<std::pair<unsigned, unsigned>>;
  SchedulerPolicy policy = SchedulerPolicy::batch;
  std::int64_t now_ms = 1000;
};

TEST_F(Scheduler, EmptyDriveWithFewestMountsIsTaken) {
  WorldBuilder b(3, 4);
  b.world.drives[drive_id(0)].hot.mount_count = 5;
  b.world.drives[drive_id(1)].hot.mount_count = 2;
  b.world.drives[drive_id(2)].hot.mount_count = 2;
  EXPECT_EQ(starts(plan(b, {b.mount(1, 0)})), (Starts{{1, 1}}));
}

TEST_F(Scheduler, MediumThatIsIdleInADriveStaysThere) {
  WorldBuilder b(2, 4);
  b.in_drive(1, 3, 0, DriveState::dismountable);
  EXPECT_EQ(starts(plan(b, {b.mount(1, 3)})), (Starts{{1, 1}}));
}

TEST_F(Scheduler, OtherSideOfAnIdleMediumIsTurnedInItsDrive) {
  WorldBuilder b(2, 4);
  b.in_drive(1, 3, 0, DriveState::dismountable);
  EXPECT_EQ(starts(plan(b, {b.mount(1, 3, 1)})), (Starts{{1, 1}}));
}

TEST_F(Scheduler, MediumThatWasBroughtForAnOpenRequestIsUsedWhereItIs) {
  WorldBuilder b(2, 4);
  b.in_drive(1, 3, 0, DriveState::mounted);
  auto const brought = b.mount(1, 3), other_side = b.mount(2, 3, 1);
  EXPECT_EQ(starts(plan(b, {brought})), Starts{}) << "for nobody";
  b.world.drives[drive_id(1)].hot.request = brought.id;
  EXPECT_EQ(starts(plan(b, {brought})), Starts{}) << "for a request that has ended";
  b.world.requests[brought.id] = brought;
  EXPECT_EQ(starts(plan(b, {brought})), (Starts{{1, 1}}));
  EXPECT_EQ(starts(plan(b, {other_side})), Starts{}) << "the other side is up";
}

TEST_F(Scheduler, PriorityGoesBeforeAge) {
  WorldBuilder b(1, 4);
  EXPECT_EQ(starts(plan(b, {b.mount(1, 0, 0, 0), b.mount(2, 1, 0, 7)})), (Starts{{2, 0}}));
}

TEST_F(Scheduler, PinnedPositionGoesBeforePriority) {
  WorldBuilder b(1, 4);
  auto pinned = b.mount(3, 2, 0, -15);
  pinned.order = 1;
  EXPECT_EQ(starts(plan(b, {b.mount(1, 0, 0, 15), pinned})), (Starts{{3, 0}}));
}

TEST_F(Scheduler, ReadySideGoesBeforeAgeInsideAPriorityOnlyByBatch) {
  WorldBuilder b(1, 4);
  b.in_drive(0, 2, 0, DriveState::dismountable);
  std::vector<RequestRecord> const requests{b.mount(1, 0), b.mount(2, 2)};
  EXPECT_EQ(starts(plan(b, requests)), (Starts{{2, 0}}));
  policy = SchedulerPolicy::strict;
  auto const strict = plan(b, requests);
  EXPECT_EQ(strict.order.front(), request_id(1));
  ASSERT_EQ(strict.to_empty.size(), 1U);
  EXPECT_EQ(strict.to_empty.front().second, request_id(1));
}

TEST_F(Scheduler, RequestOlderThanTheFairnessLimitComesFirst) {
  WorldBuilder b(1, 4);
  b.in_drive(0, 2, 0, DriveState::dismountable);
  now_ms = 16 * 60 * 1000;
  auto const p = plan(b, {b.mount(1, 0, 0, 0, 0), b.mount(2, 2, 0, 0, now_ms - 1000)});
  EXPECT_EQ(p.order.front(), request_id(1));
  ASSERT_EQ(p.to_empty.size(), 1U);
  EXPECT_EQ(p.to_empty.front().second, request_id(1));
  EXPECT_TRUE(p.starts.empty());
}

TEST_F(Scheduler, LongestIdleDriveIsEmptiedWhenNoneIsFree) {
  WorldBuilder b(2, 4);
  b.in_drive(0, 2, 0, DriveState::dismountable, 500).in_drive(1, 3, 0, DriveState::dismountable, 100);
  auto const p = plan(b, {b.mount(1, 0)});
  ASSERT_EQ(p.to_empty.size(), 1U);
  EXPECT_EQ(p.to_empty.front().first, drive_id(1));
  EXPECT_TRUE(p.room_coming.contains(request_id(1)));
}

TEST_F(Scheduler, IdleMediumThatSomebodyWantsIsSpared) {
  WorldBuilder b(2, 5);
  b.in_drive(0, 2, 0, DriveState::dismountable, 100).in_drive(1, 3, 0, DriveState::dismountable, 500);
  auto const p = plan(b, {b.mount(1, 0), b.mount(2, 2)});
  EXPECT_EQ(starts(p), (Starts{{2, 0}}));
  ASSERT_EQ(p.to_empty.size(), 1U);
  EXPECT_EQ(p.to_empty.front().first, drive_id(1));
}

TEST_F(Scheduler, DriveBeingEmptiedIsPromisedOnce) {
  WorldBuilder b(2, 5);
  b.in_drive(0, 2, 0, DriveState::dismountable).in_drive(1, 3, 0, DriveState::dismountable);
  auto const p = plan(b, {b.mount(1, 0), b.mount(2, 1)}, {drive_id(0)}, {drive_id(0)});
  ASSERT_EQ(p.to_empty.size(), 1U);
  EXPECT_EQ(p.to_empty.front(), (std::pair{drive_id(1), request_id(2)}));
}

TEST_F(Scheduler, BlockedRequestDoesNotBlockThoseBehindIt) {
  WorldBuilder b(2, 4);
  b.in_drive(0, 0, 0, DriveState::loaded, 0, session_id(1));
  auto const p = plan(b, {b.mount(1, 0), b.mount(2, 1)});
  EXPECT_EQ(starts(p), (Starts{{2, 1}}));
  EXPECT_NE(p.why.at(request_id(1)).find("is mounted in drive 0 of Jukebox"), std::string::npos);
}

TEST_F(Scheduler, TwoRequestsForOneMediumAreNotStartedTogether) {
  WorldBuilder b(2, 4);
  auto const p = plan(b, {b.mount(1, 0, 0), b.mount(2, 0, 1)});
  EXPECT_EQ(starts(p), (Starts{{1, 0}}));
  EXPECT_TRUE(p.why.contains(request_id(2)));
}

TEST_F(Scheduler, CallOfSeveralMediaStartsWholeOrNotAtAll) {
  WorldBuilder b(2, 4);
  auto first = b.mount(1, 0), second = b.mount(2, 1), third = b.mount(3, 2);
  for (auto* r : {&first, &second, &third}) r->group = request_id(1), r->group_size = 3;
  auto const p = plan(b, {first, second, third, b.mount(4, 3)});
  EXPECT_EQ(starts(p), (Starts{{4, 0}}));
  for (unsigned n : {1U, 2U, 3U}) EXPECT_TRUE(p.why.contains(request_id(n)));
  for (auto* r : {&first, &second}) r->group_size = 2;
  EXPECT_EQ(starts(plan(b, {first, second})), (Starts{{1, 0}, {2, 1}}));
}

TEST_F(Scheduler, SpecificDriveWaitsForThatDriveAndBringsItsMediumHomeFirst) {
  WorldBuilder b(2, 4);
  b.in_drive(0, 2, 0, DriveState::dismountable);
  auto wants_one = b.mount(1, 2);
  wants_one.specific_drive = true;
  wants_one.drive = drive_id(1);
  auto const p = plan(b, {wants_one});
  EXPECT_TRUE(p.starts.empty());
  ASSERT_EQ(p.to_empty.size(), 1U);
  EXPECT_EQ(p.to_empty.front().first, drive_id(0));
}

TEST_F(Scheduler, UnusableDrivesAreNamedWithTheirReason) {
  WorldBuilder b(1, 2);
  b.world.drives[drive_id(0)].record.condition = {OperationalState::needs_service, {}, "it smokes"};
  auto const p = plan(b, {b.mount(1, 0)});
  EXPECT_TRUE(p.starts.empty());
  EXPECT_NE(p.why.at(request_id(1)).find("needs service: it smokes (when it is repaired: rsm drive enable '"), std::string::npos) << p.why.at(request_id(1));
  b.world.drives[drive_id(0)].record.enabled = false;
  auto const why = plan(b, {b.mount(1, 0)}).why.at(request_id(1));
  EXPECT_NE(why.find("is disabled (rsm drive enable '"), std::string::npos) << why;
}

TEST_F(Scheduler, OfflineAndDisabledMediaWait) {
  WorldBuilder b(1, 2);
  b.world.media[medium_id(0)].place = Offline{};
  b.world.media[medium_id(1)].enabled = false;
  auto const p = plan(b, {b.mount(1, 0), b.mount(2, 1)});
  EXPECT_TRUE(p.starts.empty());
  EXPECT_NE(p.why.at(request_id(1)).find("offline"), std::string::npos);
  EXPECT_NE(p.why.at(request_id(2)).find("disabled"), std::string::npos);
}

// Whoever cannot start with it gets nothing emptied, and takes nothing from those behind it.
TEST_F(Scheduler, NothingIsTakenOutForACallThatCouldNotStartWithIt) {
  for (auto const state : {DriveState::loaded, DriveState::mounted, DriveState::unloaded}) {
    WorldBuilder b(2, 6);
    b.in_drive(0, 4, 0, state, 0, session_id(1)).in_drive(1, 5, 0, DriveState::dismountable);
    auto first = b.mount(1, 0), second = b.mount(2, 1);
    for (auto* r : {&first, &second}) r->group = request_id(1), r->group_size = 2;
    auto const p = plan(b, {first, second});
    EXPECT_TRUE(p.to_empty.empty()) << word(state);
    EXPECT_TRUE(p.room_coming.empty());
    EXPECT_EQ(plan(b, {first, second, b.mount(3, 2)}).to_empty, (std::vector{std::pair{drive_id(1), request_id(3)}}));
  }
}

TEST_F(Scheduler, ForACallThatCanStartAllItsDrivesAreEmptied) {
  WorldBuilder b(2, 6);
  b.in_drive(0, 4, 0, DriveState::dismountable).in_drive(1, 5, 0, DriveState::dismountable);
  auto first = b.mount(1, 0), second = b.mount(2, 1);
  for (auto* r : {&first, &second}) r->group = request_id(1), r->group_size = 2;
  EXPECT_EQ(plan(b, {first, second}).to_empty.size(), 2U);
  EXPECT_EQ(plan(b, {first, second}, {drive_id(0)}, {drive_id(0)}).to_empty.size(), 1U) << "one is being emptied already";
}

// One of its media is idle in just the drive that another one was asked for in: it comes home first, whichever is looked at first.
TEST_F(Scheduler, ADriveThatACallWasAskedForInIsEmptiedAlsoOfItsOwnMedium) {
  for (auto const age : {1'000, 3'600'000})
    for (bool const the_idle_one_first : {false, true}) {
      now_ms = age;
      WorldBuilder b(2, 6);
      b.in_drive(0, 1, 0, DriveState::dismountable);
      auto asks = b.mount(the_idle_one_first ? 2 : 1, 0), idle = b.mount(the_idle_one_first ? 1 : 2, 1);
      for (auto* r : {&asks, &idle}) r->group = request_id(1), r->group_size = 2;
      asks.specific_drive = true;
      asks.drive = drive_id(0);
      auto const p = plan(b, {asks, idle});
      ASSERT_EQ(p.to_empty.size(), 1U) << age << " " << the_idle_one_first;
      EXPECT_EQ(p.to_empty.front().first, drive_id(0));
      EXPECT_TRUE(p.starts.empty());
    }
}

// The first of them has it emptied for itself, which brings the other home, too.
TEST_F(Scheduler, TwoOfACallMayBeAskedForInEachOthersDrives) {
  for (bool const the_idle_one_first : {false, true}) {
    WorldBuilder b(2, 6);
    b.in_drive(0, 1, 0, DriveState::dismountable);
    auto asks = b.mount(the_idle_one_first ? 2 : 1, 0), idle = b.mount(the_idle_one_first ? 1 : 2, 1);
    for (auto* r : {&asks, &idle}) r->group = request_id(1), r->group_size = 2, r->specific_drive = true;
    asks.drive = drive_id(0);
    idle.drive = drive_id(1);
    auto const planned = plan(b, {asks, idle});
    ASSERT_EQ(planned.to_empty.size(), 1U) << the_idle_one_first;
    EXPECT_EQ(planned.to_empty.front().first, drive_id(0));
  }
}

// It would be emptied for both of them, and one would still be without a drive: whoever waits behind the call is served by it.
TEST_F(Scheduler, OneDriveIsNotRoomForTwoMediaOfACall) {
  for (bool const the_idle_one_first : {false, true}) {
    WorldBuilder b(2, 6);
    b.in_drive(0, 1, 0, DriveState::dismountable).in_drive(1, 4, 0, DriveState::loaded, 0, session_id(1));
    auto asks = b.mount(the_idle_one_first ? 2 : 1, 0), idle = b.mount(the_idle_one_first ? 1 : 2, 1);
    for (auto* r : {&asks, &idle}) r->group = request_id(1), r->group_size = 2;
    asks.specific_drive = true;
    asks.drive = drive_id(0);
    EXPECT_TRUE(plan(b, {asks, idle}).to_empty.empty()) << the_idle_one_first;
    EXPECT_EQ(starts(plan(b, {asks, idle, b.mount(3, 1)})), (Starts{{3, 0}})) << the_idle_one_first;
  }
}

// The idle medium of a call is not the one that makes room for its others.
TEST_F(Scheduler, ACallKeepsItsOwnIdleMediumHoweverOldItIs) {
  now_ms = 3'600'000;
  WorldBuilder b(2, 6);
  b.in_drive(0, 1, 0, DriveState::dismountable).in_drive(1, 4, 0, DriveState::dismountable);
  auto first = b.mount(1, 0), second = b.mount(2, 1);
  for (auto* r : {&first, &second}) r->group = request_id(1), r->group_size = 2;
  auto const p = plan(b, {first, second});
  ASSERT_EQ(p.to_empty.size(), 1U);
  EXPECT_EQ(p.to_empty.front().first, drive_id(1));
}

TEST_F(Scheduler, SameQuestionSameAnswer) {
  WorldBuilder b(2, 6);
  std::vector<RequestRecord> const requests{b.mount(5, 0), b.mount(1, 1), b.mount(3, 2, 1, 7), b.mount(2, 3)};
  auto const once = plan(b, requests), again = plan(b, {requests[3], requests[1], requests[0], requests[2]});
  EXPECT_EQ(once.order, again.order);
  EXPECT_EQ(starts(once), starts(again));
}

}  // namespace
}  // namespace rsm
