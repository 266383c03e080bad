// Drives that the library says nothing of: nothing is decided about them before it has.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class UntoldDrives : public CoreRig {
 protected:
  bool carries() { return iron("A").hardware.state().motion.has_value(); }
  // The arm has a cartridge; when the daemon comes back the move has ended, and the drives say nothing.
  void the_daemon_dies_on_the_way() {
    ASSERT_TRUE(run_until([this] { return carries(); }, 10min)) << everything();
    kill();
    ASSERT_TRUE(run_until([this] { return !carries(); }, 10min));
    start();
    the_drives_cannot_be_asked();
  }
  void the_drives_cannot_be_asked() {
    devices("A").refuse = [](WatchedDevices::Seen const& seen) -> std::optional<Error> {
      bool const of_drives = std::ranges::any_of(seen.ranges, [](auto const& range) { return range.kind == ElementKind::drive; });
      if (seen.what == "elements" && of_drives) return Error{Errc::medium_not_accessible, "drives", "hardware error while looking at them"};
      return {};
    };
  }
};

TEST_F(UntoldDrives, AFullOneDoesNotCountAsEmpty) {
  furnish("A", one_drive(6, 4));
  start_and_settle();
  auto const first = mount("A00002");
  the_daemon_dies_on_the_way();
  auto const second = mount("A00003");
  run_for(20min);
  EXPECT_EQ(devices("A").count("move"), 0U) << everything();
  EXPECT_EQ(drive("A", 0).record.condition.state, OperationalState::initializing);
  EXPECT_THAT(why(second), HasSubstr("the library has not said what is in it"));
  EXPECT_TRUE(open(first));
  devices("A").refuse = nullptr;
  EXPECT_EQ(end_of(first).state, RequestState::passed) << everything();
  end_of(dismount("A00002"));
  EXPECT_EQ(end_of(second).state, RequestState::passed);
}

// Its way home has ended, and only the drive could say that it is not there any more.
TEST_F(UntoldDrives, WhatCameFromOneIsNoStrangerInItsSlot) {
  furnish("A", one_drive(6, 4));
  start_and_settle();
  auto const before = medium("A00002").id;
  mounted("A00002");
  auto const id = dismount("A00002");
  the_daemon_dies_on_the_way();
  run_for(5min);
  devices("A").refuse = nullptr;
  EXPECT_EQ(end_of(id).state, RequestState::passed) << everything();
  settle();
  EXPECT_EQ(medium("A00002").id, before);
  EXPECT_EQ(place_of("A00002"), "slot 1");
  EXPECT_TRUE(world().intents.empty());
}

// Its slot is empty, and the drive that it was brought to says nothing: nobody has to bring it.
TEST_F(UntoldDrives, WhatWasOnItsWayToOneIsNotOffline) {
  furnish("A", one_drive(6, 4));
  start_and_settle();
  auto const id = mount("A00002");
  the_daemon_dies_on_the_way();
  run_for(20min);
  EXPECT_EQ(place_of("A00002"), "drive 0") << everything();
  EXPECT_THAT(asked(OperatorKind::bring_medium), testing::IsEmpty());
  EXPECT_THAT(why(id), HasSubstr("the library has not said what is in it"));
  for (auto const& event : events_of(medium("A00002").id.guid)) EXPECT_THAT(event.reason, testing::Not(HasSubstr("not every element could be asked")));
  devices("A").refuse = nullptr;
  EXPECT_EQ(end_of(id).state, RequestState::passed) << everything();
  EXPECT_EQ(devices("A").count("move"), 0U) << "it was there already";
}

TEST_F(UntoldDrives, WhatItDoesNotHoldAfterAllIsLookedFor) {
  furnish("A", one_drive(6, 4));
  start_and_settle();
  auto const id = mount("A00002");
  ASSERT_TRUE(run_until([this] { return carries(); }, 10min)) << everything();
  kill();
  ASSERT_TRUE(run_until([this] { return !carries(); }, 10min));
  db::must(iron("A").hardware.hand_take({ElementKind::drive, 0}, now()));
  start();
  the_drives_cannot_be_asked();
  run_for(5min);
  EXPECT_EQ(place_of("A00002"), "drive 0") << everything();
  devices("A").refuse = nullptr;
  ASSERT_TRUE(run_until([this] { return medium("A00002").offline(); }, 10min)) << everything();
  EXPECT_EQ(drive("A", 0).hot.state, DriveState::dismounted);
  EXPECT_TRUE(run_until([this] { return asked(OperatorKind::bring_medium).size() == 1; }, 1min)) << everything();
  EXPECT_TRUE(open(id));
}

// Both ends of its move are empty, and the arm says nothing.
TEST_F(UntoldDrives, WhatMayBeInTheArmIsNotOffline) {
  furnish("A", one_drive(6, 4));
  start_and_settle();
  auto const id = mount("A00002");
  ASSERT_TRUE(run_until([this] { return carries(); }, 10min)) << everything();
  kill();
  ASSERT_TRUE(run_until([this] { return !carries(); }, 10min));
  db::must(iron("A").hardware.hand_take({ElementKind::drive, 0}, now()));
  start();
  devices("A").refuse = [](WatchedDevices::Seen const& seen) -> std::optional<Error> {
    bool const of_the_arm = std::ranges::any_of(seen.ranges, [](auto const& range) { return range.kind == ElementKind::arm; });
    if (seen.what == "elements" && of_the_arm) return Error{Errc::medium_not_accessible, "arm", "hardware error while looking at it"};
    return {};
  };
  run_for(5min);
  EXPECT_EQ(place_of("A00002"), "arm 0") << everything();
  EXPECT_THAT(asked(OperatorKind::bring_medium), testing::IsEmpty());
  devices("A").refuse = nullptr;
  EXPECT_TRUE(run_until([this] { return asked(OperatorKind::bring_medium).size() == 1; }, 10min)) << everything();
  EXPECT_TRUE(medium("A00002").offline());
  EXPECT_TRUE(open(id));
}

TEST_F(UntoldDrives, OneThatWasToldOfBeforeIsUsedOn) {
  furnish("A", one_drive(6, 4));
  start_and_settle();
  the_drives_cannot_be_asked();
  EXPECT_THAT(end_of(db::must(inventory("A"))).reason, HasSubstr("drive 0"));
  EXPECT_EQ(drive("A", 0).record.condition.state, OperationalState::ready);
}

TEST_F(UntoldDrives, WhatIsMountedInOneStaysSo) {
  furnish("A", one_drive(6, 4));
  start_and_settle();
  mounted("A00002");
  kill();
  start();
  the_drives_cannot_be_asked();
  run_for(5min);
  EXPECT_EQ(drive("A", 0).hot.state, DriveState::loaded);
  auto const id = dismount("A00002");
  run_for(5min);
  EXPECT_EQ(devices("A").count("move"), 0U) << everything();
  EXPECT_THAT(why(id), HasSubstr("the library has not said what is in it"));
  devices("A").refuse = nullptr;
  EXPECT_EQ(end_of(id).state, RequestState::passed) << everything();
}

// What a library told before its look failed is not known, so what waits for the arm waits for the next look, too.
TEST_F(UntoldDrives, NoMoveBeginsAfterALookThatFailed) {
  furnish("A", one_drive(6, 4));
  start_and_settle();
  auto const first = db::must(transfer("A00001", "A", {ElementKind::slot, 4})), second = db::must(transfer("A00002", "A", {ElementKind::slot, 5}));
  ASSERT_TRUE(run_until([this] { return carries(); }, 10min)) << everything();
  auto const moves = devices("A").count("move");
  devices("A").refuse = [](WatchedDevices::Seen const& seen) -> std::optional<Error> {
    if (seen.what == "describe") return Error{Errc::timeout, "changer", "it took longer than 30 s to say who it is"};
    return {};
  };
  EXPECT_EQ(end_of(db::must(inventory("A"))).state, RequestState::failed);
  run_for(5min);
  EXPECT_FALSE(open(first));
  EXPECT_EQ(devices("A").count("move"), moves) << everything();
  devices("A").refuse = nullptr;
  EXPECT_EQ(end_of(second).state, RequestState::passed) << everything();
}

}  // namespace
}  // namespace rsm
