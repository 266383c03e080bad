// What things take is learned by doing them, outlives the daemon, and says when a mount that waits will be served: on the whole core.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;

class OutlookOnTheCore : public CoreRig {
 protected:
  void SetUp() override {
    furnish("A", drives(1, 8, 6));
    start_and_settle();
  }
  TimingSketch const* timing(TimingKind kind) { return manager().timing(library_id("A").guid, kind); }
  std::uint64_t seen(TimingKind kind) { return timing(kind) == nullptr ? 0 : timing(kind)->seen(); }
  void use(std::string const& name, Millis for_so_long) {
    mounted(name);
    run_for(for_so_long);
    end_of(dismount(name));
  }
  forecast::Answer asked(RequestId id) {
    auto const work = manager().foresee(request(id));
    EXPECT_TRUE(work);
    auto answer = work ? (*work)() : forecast::Answer{};
    if (answer.expected) manager().forecast_told(request(id), *answer.expected, now());
    return answer;
  }
  Figures const& figures() { return *manager().observe().figures; }
};

TEST_F(OutlookOnTheCore, EveryStepIsALesson) {
  auto const moves = seen(TimingKind::move);
  use("A00001", 40s);
  EXPECT_GE(seen(TimingKind::move), moves + 2);
  for (auto const kind : {TimingKind::load, TimingKind::hold, TimingKind::unload, TimingKind::rewind, TimingKind::wait}) EXPECT_GE(seen(kind), 1U) << word(kind);
  EXPECT_GE(timing(TimingKind::hold)->quantile(0.5), 40s);
  EXPECT_LT(timing(TimingKind::hold)->quantile(0.5), 60s);
  DriveId const drive = this->drive("A", 0).record.id;
  ASSERT_NE(manager().timing(drive.guid, TimingKind::hold), nullptr);
  EXPECT_EQ(manager().timing(drive.guid, TimingKind::move), nullptr) << "moves are the arm's";
}

TEST_F(OutlookOnTheCore, ARemountInTheDriveIsNoLoad) {
  mounted("A00001");
  auto const loads = seen(TimingKind::load);
  auto const going = dismount("A00001", true);
  ASSERT_TRUE(run_until([&] { return request(going).state == RequestState::deferred; }));
  mounted("A00001");
  EXPECT_EQ(seen(TimingKind::load), loads);
}

TEST_F(OutlookOnTheCore, WhatWasLearnedOutlivesAnEndInOrderAndMostOfItACrash) {
  use("A00001", 40s);
  run_for(2min);
  use("A00002", 40s);  // what came before is written with this
  auto const holds = seen(TimingKind::hold);
  auto const middle = timing(TimingKind::move)->quantile(0.5);
  restart();
  run_for(1min);
  EXPECT_GE(seen(TimingKind::hold), holds - 1);
  EXPECT_EQ(timing(TimingKind::move)->quantile(0.5), middle);
}

// When somebody closes the door no history says.
TEST_F(OutlookOnTheCore, NoTimeIsSaidWhileTheDoorIsOpen) {
  for (int n = 0; n < 4; ++n) use(n % 2 == 0 ? "A00001" : "A00002", 60s);
  DoorCall const wanted{{}, library_id("A"), DoorAction::default_method};
  db::must(this->call([&](Manager& m, Caller c, Reply<Ids> reply) { m.submit(c, wanted, std::move(reply)); }));
  ASSERT_TRUE(run_until([&] { return iron("A").hardware.state().door_locked == false; }, 10min)) << everything();
  db::must(iron("A").hardware.set_door(true, now()));
  ASSERT_TRUE(run_until([&] { return library("A").doors.begin()->second.state == DoorState::open; }, 1min)) << everything();
  auto const waits = mount("A00003");
  run_for(5s);
  auto const told = asked(waits);
  EXPECT_FALSE(told.expected);
  EXPECT_THAT(told.reasons, Contains(HasSubstr("the door of A is open: close it")));
  auto const plan = (*manager().plan(library_id("A"), {}))();
  EXPECT_FALSE(plan.times);
  EXPECT_THAT(plan.said, Contains(HasSubstr("until then no times can be said")));
  db::must(iron("A").hardware.set_door(false, now()));
  end_of(waits);
}

TEST_F(OutlookOnTheCore, WhoWaitsIsToldWhenAndThatIsComparedWithWhatCame) {
  for (int n = 0; n < 4; ++n) use(n % 2 == 0 ? "A00001" : "A00002", 60s);
  mounted("A00001");
  auto const second = mount("A00002"), third = mount("A00003");
  run_for(1s);
  auto const told = asked(third);
  ASSERT_TRUE(told.basis);
  ASSERT_TRUE(told.expected);
  EXPECT_EQ(told.before, 1U);
  EXPECT_GT(told.expected->mounted, 1min);
  EXPECT_LE(told.expected->mounted, told.expected->mounted_p90);
  EXPECT_THAT(told.reasons, Contains(HasSubstr("A00002")));
  EXPECT_THAT(told.shorter, Contains(HasSubstr("with one more drive")));
  auto const plan = *manager().plan(library_id("A"), {});
  auto const next = plan();
  ASSERT_EQ(next.drives.size(), 1U);
  ASSERT_EQ(next.drives[0].next.size(), 2U);
  EXPECT_EQ(next.drives[0].next[0].request.id, second);
  EXPECT_EQ(next.drives[0].next[1].medium_name, "A00003");
  EXPECT_THAT(next.drives[0].doing, HasSubstr("holds A00001"));
  EXPECT_EQ(figures().forecasts_told(), 1U);
  EXPECT_EQ(figures().forecasts_settled(), 0U);
  run_for(59s);
  end_of(dismount("A00001"));
  end_of(second);
  run_for(60s);
  end_of(dismount("A00002"));
  end_of(third);
  EXPECT_EQ(figures().forecasts_settled(), 1U);
  EXPECT_EQ(figures().forecasts_within(), 1U);
  EXPECT_EQ(seen(TimingKind::forecast), 1U);
  EXPECT_FALSE(manager().foresee(request(third))) << "it waits no more";
}

TEST_F(OutlookOnTheCore, WhoGivesUpIsNotCounted) {
  for (int n = 0; n < 2; ++n) use("A00001", 60s);
  mounted("A00001");
  auto const second = mount("A00002");
  run_for(1s);
  ASSERT_TRUE(asked(second).expected);
  ASSERT_TRUE(cancel(second));
  run_for(1s);
  EXPECT_EQ(figures().forecasts_told(), 1U);
  EXPECT_EQ(figures().forecasts_settled(), 0U);
}

TEST_F(OutlookOnTheCore, BeforeTheFirstMountThereIsNoBasis) {
  ASSERT_EQ(timing(TimingKind::hold), nullptr);
  auto const first = mount("A00001"), waits = mount("A00002");
  ASSERT_TRUE(run_until([&] { return request(first).state == RequestState::passed; }));
  auto const told = asked(waits);
  EXPECT_FALSE(told.basis);
  EXPECT_FALSE(told.expected);
  EXPECT_EQ(figures().forecasts_told(), 0U);
}

}  // namespace
}  // namespace rsm
