// Time limits of mounts: 1460 in time, whatever the library or the drive does.
#include "libmgr/queue/limits.hpp"
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using emulated::FaultKind;
using testing::HasSubstr;

class Deadlines : public CoreRig {
 protected:
  // In the middle of a step a request is looked at again; a step that is silent counts as waiting.
  static constexpr Millis in_time = limits::silent_after + limits::deadline_look_pause + Millis{500};

  void expect_timeout(RequestId id, Millis limit) {
    TimePoint const due = request(id).queued + limit;
    auto const ended = end_of(id, limit + 5min);
    EXPECT_EQ(ended.state, RequestState::cancelled) << ended.reason;
    EXPECT_EQ(ended.error, static_cast<std::uint32_t>(Errc::timeout)) << ended.reason;
    EXPECT_THAT(ended.reason, HasSubstr("its time limit was over while it waited: "));
    EXPECT_LE(ended.completed.value_or(due), due + in_time) << ended.reason;
    EXPECT_GE(ended.completed.value_or(due), due) << ended.reason;
  }
  void furnished(std::uint32_t number_of_drives) {
    furnish("A", drives(number_of_drives, 6, 4));
    start_and_settle();
  }
  // A00001 is idle in drive 0: out of use, and it stays there.
  void idle_in_drive() {
    furnished(1);
    mounted("A00001");
    auto const deferred = dismount("A00001", true);
    ASSERT_TRUE(run_until([&] { return request(deferred).state == RequestState::deferred; }));
  }
};

TEST_F(Deadlines, AllDrivesAreHeld) {
  furnished(1);
  mounted("A00001");
  expect_timeout(mount_within("A00002", 25s), 25s);
  expect_timeout(mount_within("A00001", 0s), 0s);
}

TEST_F(Deadlines, TheArmHangsWhileADriveIsEmptiedForIt) {
  idle_in_drive();
  plant("A", {.kind = FaultKind::move_hangs});
  expect_timeout(mount_within("A00002", 25s), 25s);
}

TEST_F(Deadlines, TheArmHangsAndTheChangerAnswersNoQuestion) {
  idle_in_drive();
  plant("A", {.kind = FaultKind::jam_not_moved, .count = 0});
  auto const id = mount_within("A00002", 2min);
  run_for(20s);
  plant("A", {.kind = FaultKind::status_hangs, .element = emulated::arm, .count = 0});
  expect_timeout(id, 2min);
}

TEST_F(Deadlines, TheChangerIsSilentWhenItWantsToMove) {
  furnished(1);
  plant("A", {.kind = FaultKind::jam_not_moved, .count = 0});
  plant("A", {.kind = FaultKind::status_hangs, .element = emulated::arm, .count = 0});
  expect_timeout(mount_within("A00002", 5min), 5min);
}

TEST_F(Deadlines, TheChangerDiesAgainAndAgain) {
  idle_in_drive();
  devices("A").refuse = [](WatchedDevices::Seen const& what) -> std::optional<Error> {
    if (what.device == emulated::arm) return Error{Errc::device_not_available, "arm 0", "its handler died"};
    return std::nullopt;
  };
  expect_timeout(mount_within("A00002", 3min), 3min);
}

TEST_F(Deadlines, OldHandlesKeepTheDriveThatIsEmptiedForIt) {
  idle_in_drive();
  devices("A").refuse = [](WatchedDevices::Seen const& what) -> std::optional<Error> {
    if (what.what == "unload") return Error{Errc::busy, "drive 0", "handles of the user live on"};
    return std::nullopt;
  };
  expect_timeout(mount_within("A00002", 3min), 3min);
}

TEST_F(Deadlines, TheDriveThatIsEmptiedHangs) {
  idle_in_drive();
  auto const id = mount_within("A00002", 15s);
  ASSERT_TRUE(run_until([this] { return devices("A").count("unload") > 3; }, 1min));
  run_for(1s);
  devices("A").inner().handler({ElementKind::drive, 0})->hang();
  expect_timeout(id, 15s);
}

TEST_F(Deadlines, TheDriveThatIsEmptiedKeepsItsCartridge) {
  idle_in_drive();
  plant("A", {.kind = FaultKind::unload_fails, .count = 0});
  expect_timeout(mount_within("A00002", 3min), 3min);
}

TEST_F(Deadlines, ItsDriveIsSilent) {
  furnished(1);
  for (auto const kind : {FaultKind::load_hangs, FaultKind::volume_hangs, FaultKind::drive_dies}) {
    SCOPED_TRACE(word(kind));
    plant("A", {.kind = kind, .element = Element{ElementKind::drive, 0}});
    expect_timeout(mount_within("A00002", 25s), 25s);
    heal("A");
    if (drive("A", 0).record.condition.state == OperationalState::needs_service) db::must(enable_drive("A", 0));
    settle();
    EXPECT_NE(drive("A", 0).hot.state, DriveState::loaded) << "nobody was given it";
  }
}

TEST_F(Deadlines, ItHasADriveAndTheDoorIsOpened) {
  furnished(1);
  plant("A", {.kind = FaultKind::door_open});
  expect_timeout(mount_within("A00002", 25s), 25s);
}

TEST_F(Deadlines, ItsMediumIsOffline) {
  furnished(1);
  db::must(iron("A").hardware.hand_take({ElementKind::slot, 1}, now()));
  end_of(db::must(inventory("A")));
  expect_timeout(mount_within("A00002", 25s), 25s);
}

TEST_F(Deadlines, ARestartTakesNothingFromIt) {
  idle_in_drive();
  auto const id = mount_within("A00002", 3min);
  run_for(5s);
  kill();
  plant("A", {.kind = FaultKind::status_hangs, .element = emulated::arm, .count = 0});
  start();
  run_for(1min);
  EXPECT_FALSE(ready("A"));
  expect_timeout(id, 3min);
}

TEST_F(Deadlines, WhatRanOutWhileNobodyRanEndsAtTheStart) {
  furnished(1);
  mounted("A00001");
  auto const id = mount_within("A00002", 1min);
  kill();
  run_for(10min);
  start();
  EXPECT_EQ(end_of(id, 5s).error, static_cast<std::uint32_t>(Errc::timeout));
}

TEST_F(Deadlines, AMountThatIsAboutToSucceedIsNotEndedInTheMiddleOfAStep) {
  furnished(1);
  EXPECT_EQ(end_of(mount_within("A00002", 20s)).state, RequestState::passed) << "the arm has brought it, and it loads";
}

// "Never wait" is not "never be carried through".
TEST_F(Deadlines, WithoutTimeToWaitAMountThatCanStartAtOnceIsCarriedThrough) {
  idle_in_drive();
  auto const put_away_first = end_of(mount_within("A00002", 0s));
  EXPECT_EQ(put_away_first.state, RequestState::passed) << put_away_first.reason;
}

TEST_F(Deadlines, WithoutTimeToWaitACallOfSeveralMediaIsCarriedThroughToo) {
  furnished(2);
  auto wanted = mount_of({"A00001", "A00002"});
  wanted.timeout = 0s;
  for (auto id : db::must(mount(wanted))) EXPECT_EQ(end_of(id).state, RequestState::passed) << request(id).reason;
}

TEST_F(Deadlines, ACallOfSeveralMediaEndsWhenNoneOfThemGoesOn) {
  furnished(2);
  auto wanted = mount_of({"A00001", "A00002"});
  wanted.timeout = 25s;
  plant("A", {.kind = FaultKind::load_hangs, .element = Element{ElementKind::drive, 1}});
  auto const ids = db::must(mount(wanted));
  for (auto id : ids) {
    auto const ended = end_of(id, 5min);
    EXPECT_EQ(ended.error, static_cast<std::uint32_t>(Errc::timeout)) << ended.reason;
  }
}

}  // namespace
}  // namespace rsm
