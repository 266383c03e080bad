// What is to be expected of those who wait: a small library whose steps always take the same, so that every time can be said beforehand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libmgr/forecast/about_text.hpp"
#include "libmgr/forecast/answer.hpp"
#include "libmgr/forecast/course.hpp"
#include "libmgr/forecast/drives_needed.hpp"
#include "tests/support/world_builder.hpp"

namespace rsm::forecast {
namespace {

using namespace testing;
using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr Millis move = 10s, load = 20s, unload = 30s, hold = 100s;
constexpr std::int64_t now_ms = 10'000'000;

class Forecast : public ::testing::Test {
 protected:
  explicit Forecast(unsigned drives = 1, unsigned media = 6) : builder(drives, media) {}

  Question question() {
    Question q;
    q.world = builder.world;
    q.library = library_id();
    q.now = from_ms(now_ms);
    q.policy = policy;
    q.doubt = 1;
    q.fairness_limit = 15min;
    q.idle_media_stay = {5min};
    q.costs.set_library(q.library);
    if (learned)
      for (auto const& [kind, took] : {std::pair{TimingKind::move, move}, {TimingKind::load, load}, {TimingKind::unload, unload}, {TimingKind::hold, hold}}) {
        TimingSketch sketch;
        for (int n = 0; n < 10; ++n) sketch.learn(took);
        q.costs.put(q.library.guid, kind, sketch);
      }
    for (auto const& [id, drive] : builder.world.drives) {
      auto& now = q.drives[id];
      now.since = drive.hot.since;
      now.phase = !drive.hot.medium ? Phase::empty : drive.hot.state == DriveState::loaded ? Phase::held : Phase::idle;
    }
    q.waiting = waiting;
    q.waiting_in_all = waiting.size();
    return q;
  }
  // Waits since so many seconds.
  RequestRecord& mount(unsigned n, unsigned medium, int priority = 0) {
    auto request = builder.mount(n, medium, 0, priority, now_ms - 1'000 * (100 - static_cast<std::int64_t>(n)));
    request.application = "app" + std::to_string(n);
    return waiting.emplace_back(std::move(request));
  }
  // Held for so long already.
  void held(unsigned drive, unsigned medium, Millis already) { builder.in_drive(drive, medium, 0, DriveState::loaded, now_ms - already.count()); }
  static Millis mounted(Outlook const& all, unsigned n) { return all.expected.at(request_id(n)).mounted; }

  WorldBuilder builder;
  std::vector<RequestRecord> waiting;
  SchedulerPolicy policy = SchedulerPolicy::batch;
  bool learned = true;
};
struct ForecastOfTwoDrives : Forecast {
  ForecastOfTwoDrives() : Forecast(2) {}
};

TEST_F(Forecast, AnEmptyDriveTakesAMoveAndALoad) {
  mount(0, 0);
  auto const expected = expect(question(), request_id(0), 0);
  ASSERT_TRUE(expected);
  EXPECT_EQ(expected->start, 0s);
  EXPECT_EQ(expected->mounted, move + load);
  EXPECT_EQ(expected->mounted_p90, move + load);
  EXPECT_EQ(expected->drive, drive_id(0));
}

TEST_F(Forecast, WhatIsHeldGoesHomeFirst) {
  held(0, 5, 40s);
  mount(0, 0), mount(1, 1);
  auto const all = outlook(question());
  EXPECT_EQ(mounted(all, 0), (hold - 40s) + unload + move + move + load);
  EXPECT_EQ(mounted(all, 1), mounted(all, 0) + hold + unload + move + move + load);
  EXPECT_EQ(all.last, mounted(all, 1));
  EXPECT_EQ(all.wait, (mounted(all, 0) + mounted(all, 1)) / 2);
  ASSERT_EQ(all.next.at(drive_id(0)).size(), 2U);
  EXPECT_EQ(all.next.at(drive_id(0))[0].request, request_id(0));
}

TEST_F(Forecast, AMediumThatIsIdleInsideIsServedAtOnce) {
  builder.in_drive(0, 0, 0, DriveState::dismountable, now_ms - 1'000);
  mount(0, 0);
  EXPECT_EQ(expect(question(), request_id(0), 0)->mounted, 0s);
}

TEST_F(Forecast, TheOtherSideIsTurned) {
  builder.in_drive(0, 0, 1, DriveState::dismountable, now_ms - 1'000);
  mount(0, 0);
  EXPECT_EQ(expect(question(), request_id(0), 0)->mounted, unload + move + load);
}

TEST_F(Forecast, WhatIsUnderWayGoesOn) {
  auto& request = mount(0, 0);
  auto q = question();
  q.waiting.clear();
  q.under_way.push_back(request);
  q.drives[drive_id(0)] = {.phase = Phase::coming, .since = from_ms(now_ms - 4'000), .request = request.id, .expects = request.medium, .side = request.side};
  auto const second = builder.mount(1, 1);
  q.waiting.push_back(second);
  EXPECT_EQ(expect(q, request_id(1), 0)->mounted, (move - 4s) + load + hold + unload + move + move + load);
}

TEST_F(ForecastOfTwoDrives, TheArmCarriesOneAtATime) {
  mount(0, 0), mount(1, 1);
  auto const all = outlook(question());
  EXPECT_EQ(mounted(all, 0), move + load);
  EXPECT_EQ(mounted(all, 1), move + move + load);
}

TEST_F(Forecast, ThePriorityDecidesAsInTheScheduler) {
  held(0, 5, 0s);
  mount(0, 0), mount(1, 1, 7);
  auto const all = outlook(question());
  EXPECT_LT(mounted(all, 1), mounted(all, 0));
}

TEST_F(Forecast, AskedTwiceItSaysTheSame) {
  held(0, 5, 40s);
  mount(0, 0), mount(1, 1);
  auto q = question();
  TimingSketch uneven;
  for (int n = 1; n < 60; ++n) uneven.learn(Millis{n * n * 100});
  q.costs.put(q.library.guid, TimingKind::hold, uneven);
  auto const once = outlook(q), again = outlook(q);
  EXPECT_EQ(once.expected, again.expected);
  EXPECT_GT(once.expected.at(request_id(1)).mounted_p90, once.expected.at(request_id(1)).mounted);
  EXPECT_EQ(*expect(q, request_id(1), 1), once.expected.at(request_id(1))) << "also when it is played only as far as it has to be";
}

TEST_F(Forecast, TheBoundIsCorrectedByHowGoodBoundsWere) {
  TimingSketch scores;
  for (int n = 0; n < 20; ++n) scores.learn(score_of(100s, 250s));
  EXPECT_DOUBLE_EQ(doubt_of(&scores), 2.5);
  EXPECT_DOUBLE_EQ(lean_of(&scores), 2.5);
  EXPECT_DOUBLE_EQ(doubt_of(nullptr), limits::forecast_doubt);
  EXPECT_DOUBLE_EQ(lean_of(nullptr), 1);
  mount(0, 0);
  auto q = question();
  q.doubt = 2.5;
  EXPECT_EQ(expect(q, request_id(0), 0)->mounted_p90, (move + load) * 5 / 2);
  EXPECT_EQ(expect(q, request_id(0), 0)->mounted, move + load);
}

TEST_F(Forecast, WithoutABasisNothingIsSaid) {
  learned = false;
  mount(0, 0);
  auto const told = answer(question(), request_id(0), 0);
  EXPECT_FALSE(told.basis);
  EXPECT_FALSE(told.expected);
  EXPECT_FALSE(plan(question(), {}).basis);
}

TEST_F(Forecast, WhatTimeDoesNotBringIsNotForetold) {
  builder.world.media.at(medium_id(0)).enabled = false;
  mount(0, 0), mount(1, 1);
  EXPECT_FALSE(answer(question(), request_id(0), 0).expected);
  EXPECT_TRUE(answer(question(), request_id(1), 1).expected) << "a request that is blocked blocks nobody";
}

TEST_F(Forecast, WhatNobodyGivesBackIsSaidAndNoTimeIsMadeOfIt) {
  held(0, 0, 20s);
  mount(0, 1);
  auto q = question();
  q.drives.begin()->second.abandoned = true;
  auto const said = answer(q, request_id(0), 0);
  EXPECT_TRUE(said.basis);
  EXPECT_FALSE(said.expected);
  EXPECT_THAT(said.reasons, Contains(AllOf(HasSubstr("nobody gives this drive back"), HasSubstr("rsm drive dismount"))));
  EXPECT_THAT(plan(q, {}).drives.front().next, IsEmpty());
  EXPECT_THAT(plan(q, {}).drives.front().doing, HasSubstr("nobody gives this drive back"));
}

TEST_F(ForecastOfTwoDrives, GivingBackWhatNobodyHasWouldHelp) {
  held(0, 0, 20s);
  held(1, 1, 20s);
  mount(0, 2);
  auto q = question();
  q.drives.begin()->second.abandoned = true;
  auto const said = answer(q, request_id(0), 0);
  ASSERT_TRUE(said.expected);
  EXPECT_THAT(said.shorter, Contains(HasSubstr("nobody gives this drive back")));
}

struct ForecastOfSixDrives : Forecast {
  ForecastOfSixDrives() : Forecast(6, 7) {}
};

// Each costs a forecast of its own.
TEST_F(ForecastOfSixDrives, OfManyThatNobodyGivesBackAFewAreTried) {
  for (unsigned n = 0; n < 6; ++n) held(n, n, 20s);
  mount(0, 6);
  auto q = question();
  unsigned n = 0;
  for (auto& [id, drive] : q.drives) drive.abandoned = n++ < 5;
  auto const said = answer(q, request_id(0), 0);
  auto const named = std::ranges::count_if(said.shorter, [](auto const& sentence) { return sentence.contains("nobody gives this drive back"); });
  EXPECT_EQ(named, 3);
}

TEST_F(Forecast, TheAnswerSaysWhatIsBeforeItAndWhatWouldHelp) {
  held(0, 5, 40s);
  builder.world.drives.at(drive_id(0)).hot.reason = "mounted for backup (root)";
  mount(0, 0), mount(1, 1);
  auto const told = answer(question(), request_id(1), 1);
  ASSERT_TRUE(told.expected);
  EXPECT_EQ(told.before, 1U);
  EXPECT_THAT(told.reasons, Contains(HasSubstr("will most likely get drive 0 of Jukebox, which holds A00005, mounted for backup (root), for 40 s now; a medium is kept for 2 min there")));
  EXPECT_THAT(told.reasons, Contains(HasSubstr("before it drive 0 of Jukebox takes A00000 for request 05000000 of app0")));
  EXPECT_THAT(told.reasons, Contains(HasSubstr("1 waiting mount is served before it")));
  EXPECT_THAT(told.shorter, Contains(HasSubstr("with the highest priority")));
  EXPECT_THAT(told.shorter, Contains(HasSubstr("with one more drive")));
  EXPECT_THAT(told.shorter, Contains(HasSubstr("60 s sooner if A00005 in drive 0 of Jukebox were given back now")));
}

TEST_F(ForecastOfTwoDrives, ADriveThatIsOffWouldHelp) {
  builder.world.drives.at(drive_id(1)).record.enabled = false;
  builder.world.drives.at(drive_id(1)).record.name = "Jukebox drive 1";
  held(0, 5, 0s);
  mount(0, 0);
  auto const told = answer(question(), request_id(0), 0);
  EXPECT_THAT(told.shorter, Contains(HasSubstr("if drive 1 of Jukebox, which is disabled, were at work (rsm drive enable 'Jukebox drive 1')")));
}

TEST_F(ForecastOfTwoDrives, WhatIfADriveWereOff) {
  held(0, 5, 0s);
  mount(0, 0), mount(1, 1);
  WhatIf without;
  without.drives_off = {drive_id(1)};
  auto const before = question();
  auto const told = plan(before, without);
  ASSERT_TRUE(told.wait_if);
  EXPECT_EQ(told.wait, ((move + load) + (hold + unload + move + move + load)) / 2) << "the empty drive serves the first one, and the second gets the other when it is given back";
  EXPECT_GT(*told.wait_if, told.wait);
  ASSERT_FALSE(told.changed.empty());
  EXPECT_EQ(told.drives[1].doing, "is disabled");
  EXPECT_THAT(told.drives[1].next, IsEmpty());
  EXPECT_THAT(told.said, Contains(HasSubstr("later on average")));
  EXPECT_TRUE(before.world.drives.at(drive_id(1)).record.enabled) << "a what-if changes nothing";
}

TEST_F(Forecast, WhatIfThereWereOneDriveMore) {
  held(0, 5, 0s);
  mount(0, 0);
  WhatIf more;
  more.drives_more = 1;
  auto const told = plan(question(), more);
  ASSERT_EQ(told.drives.size(), 2U);
  EXPECT_EQ(told.drives[1].drive, DriveId{});
  EXPECT_EQ(told.drives[1].doing, "would be added, empty");
  ASSERT_EQ(told.drives[1].next.size(), 1U);
  EXPECT_EQ(told.drives[1].next[0].mounted, move + load);
  EXPECT_THAT(told.said, Contains(HasSubstr("sooner on average")));
}

TEST_F(Forecast, WhatIfTheLastHadTheHighestPriority) {
  held(0, 5, 0s);
  mount(0, 0), mount(1, 1), mount(2, 2);
  WhatIf what_if;
  what_if.request = request_id(2), what_if.priority = 15;
  auto const told = plan(question(), what_if);
  EXPECT_EQ(told.drives[0].next[0].request.id, request_id(2));
  EXPECT_THAT(told.changed, Contains(::testing::Field(&Change::request, request_id(0))));
}

TEST_F(Forecast, WhatStandsBehindThoseWhoArePlayedIsSaidAtTheirPace) {
  mount(0, 0), mount(1, 1);
  auto const q = question();
  auto const last = outlook(q).last;
  auto const told = answer(q, request_id(7), 9);
  ASSERT_TRUE(told.expected);
  EXPECT_EQ(told.expected->mounted, last * 5);
  EXPECT_THAT(told.reasons, Contains(HasSubstr("stands behind 9 others; the first 2 were looked at")));
}

TEST_F(Forecast, ItEndsHoweverManyWait) {
  policy = SchedulerPolicy::throughput;
  for (unsigned n = 0; n < limits::forecast_requests_most; ++n) mount(n, n % 5);
  std::size_t plans = 50;
  auto const served = play(question(), {}, plans);
  EXPECT_EQ(plans, 0U);
  EXPECT_FALSE(served.empty());
  EXPECT_LT(served.size(), waiting.size());
}

TEST_F(Forecast, SomeDrivesAreEnoughForAHistory) {
  std::vector<PastMount> history;
  for (unsigned n = 0; n < 60; ++n) history.push_back({medium_id(n % 6), side_id(n % 6, 0), from_ms(now_ms + 60'000 * static_cast<std::int64_t>(n)), 100s, 0});
  auto const rows = drives_tried(question(), history);
  ASSERT_GT(rows.size(), 2U);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].drives, rows[i - 1].drives + 1);
    EXPECT_LE(rows[i].wait_p90, rows[i - 1].wait_p90);
    EXPECT_EQ(rows[i].mounts, 60U);
  }
  EXPECT_LE(rows.back().wait_p90, unload + move + move + load) << "nobody waits for another one's use";
  EXPECT_THAT(drives_tried(question(), {}), IsEmpty());
}

// What goes home while nobody wants anything has not to be taken home by the next one.
TEST_F(Forecast, AHistoryIsPlayedAsItsProgramsDismount) {
  std::vector<PastMount> history;
  for (unsigned n = 0; n < 6; ++n) history.push_back({.medium = medium_id(n), .side = side_id(n, 0), .asked = from_ms(now_ms + 200'000 * static_cast<std::int64_t>(n)), .hold = 100s});
  EXPECT_EQ(drives_tried(question(), history).front().longest, unload + move + move + load);
  for (auto& mount : history) mount.at_once = true;
  EXPECT_EQ(drives_tried(question(), history).front().longest, move + load);
}

TEST_F(Forecast, WithoutARobotWhatIsInTheDriveComesWhenItIsGivenBack) {
  held(0, 0, 40s);
  mount(0, 0), mount(1, 1), mount(2, 0);
  auto q = question();
  q.by_hand = true;
  auto const first = answer(q, request_id(0), 0), last = answer(q, request_id(2), 2);
  ASSERT_TRUE(first.expected && last.expected);
  EXPECT_EQ(first.expected->mounted, hold - 40s);
  EXPECT_EQ(first.expected->drive, drive_id(0));
  EXPECT_EQ(last.expected->mounted, hold - 40s + hold) << "who waits for the same before it has it first";
  EXPECT_EQ(last.before, 1U) << "who waits for another one waits for a person";
  EXPECT_LE(last.expected->mounted, last.expected->mounted_p90);
  EXPECT_THAT(first.reasons, Contains(HasSubstr("holds")));
}

TEST_F(Forecast, WithoutARobotAPersonBringsTheOthers) {
  mount(0, 0);
  auto q = question();
  q.by_hand = true;
  auto told = answer(q, request_id(0), 0);
  EXPECT_TRUE(told.basis);
  EXPECT_FALSE(told.expected);
  EXPECT_THAT(told.reasons, ElementsAre(AllOf(HasSubstr("a person has to put"), Not(HasSubstr("then")))));
  held(0, 5, 40s);
  q = question();
  q.by_hand = true;
  told = answer(q, request_id(0), 0);
  EXPECT_FALSE(told.expected);
  EXPECT_THAT(told.reasons, ElementsAre(HasSubstr("then a person has to put")));
  learned = false;
  q = question();
  q.by_hand = true;
  q.waiting.front().medium = medium_id(5), q.waiting.front().side = side_id(5, 0);
  EXPECT_FALSE(answer(q, request_id(0), 0).expected) << "nobody has seen how long a medium is kept there";
}

TEST_F(Forecast, WithoutARobotWhatNobodyHasComesAtOnceAndWhatIsPromisedLater) {
  builder.in_drive(0, 0, 0, DriveState::dismountable, now_ms);
  mount(0, 0);
  auto q = question();
  q.by_hand = true;
  learned = false;
  EXPECT_EQ(answer(q, request_id(0), 0).expected->mounted, 0s);
  q.drives.at(drive_id(0)).request = request_id(7);  // it works for somebody
  EXPECT_EQ(answer(q, request_id(0), 0).expected->mounted, load + hold);
  auto unseen = question();
  unseen.by_hand = true;
  unseen.drives.at(drive_id(0)).request = request_id(7);
  EXPECT_FALSE(answer(unseen, request_id(0), 0).expected) << "nobody has seen how long a medium is kept there";
  q.drives.at(drive_id(0)).request = {};
  q.drives.at(drive_id(0)).phase = Phase::unloading;
  EXPECT_THAT(answer(q, request_id(0), 0).reasons, ElementsAre(HasSubstr("a person has to put")));
}

TEST_F(Forecast, WithoutARobotADriveThatIsNotThereServesNobody) {
  builder.in_drive(0, 0, 0, DriveState::dismountable, now_ms);
  mount(0, 0);
  auto q = question();
  q.by_hand = true;
  q.world.drives.at(drive_id(0)).record.condition.state = OperationalState::not_present;
  auto const told = answer(q, request_id(0), 0);
  EXPECT_FALSE(told.expected);
  EXPECT_THAT(told.reasons, ElementsAre(HasSubstr("serves nobody now")));
  q = question();
  q.by_hand = true;
  q.stands_still = "the drive is not there";
  EXPECT_FALSE(answer(q, request_id(0), 0).expected);
  EXPECT_THAT(answer(q, request_id(0), 0).reasons, ElementsAre(HasSubstr("serves nobody now: the drive is not there")));
}

TEST(AboutText, IsAsExactAsAForecastIs) {
  EXPECT_EQ(about_text(-3s), "0 s");
  EXPECT_EQ(about_text(44'600ms), "45 s");
  EXPECT_EQ(about_text(200s), "3 min");
  EXPECT_EQ(about_text(2h), "2 h");
  EXPECT_EQ(about_text(2h + 10min + 20s), "2 h 10 min");
}

}  // namespace
}  // namespace rsm::forecast
