// A daemon that dies while a cartridge is on its way: what arrived where it was meant to go is used there, and nothing is done twice.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using emulated::FaultKind;
using testing::IsEmpty;

class KilledOnTheWay : public CoreRig {
 protected:
  std::uint64_t moves() { return iron("A").hardware.state().moves; }
  std::uint64_t loads() {
    std::uint64_t sum = 0;
    for (auto const& drive : iron("A").hardware.state().drives) sum += drive.loads;
    return sum;
  }
  bool carries() { return iron("A").hardware.state().motion.has_value(); }
  void furnished(emulated::Geometry geometry) {
    furnish("A", geometry);
    start_and_settle();
    moves_before_ = moves(), loads_before_ = loads();
  }
  std::uint64_t moves_since() { return moves() - moves_before_; }
  std::uint64_t loads_since() { return loads() - loads_before_; }
  // Dead while the arm carries; it ends its move before the next daemon comes.
  void killed_while_it_carries() {
    ASSERT_TRUE(run_until([this] { return carries(); }, 10min)) << everything();
    kill();
    ASSERT_TRUE(run_until([this] { return !carries(); }, 10min));
  }

 private:
  std::uint64_t moves_before_ = 0, loads_before_ = 0;
};

TEST_F(KilledOnTheWay, AMountGoesOnInTheDriveThatItsCartridgeHasReached) {
  furnished(drives(2, 6, 4));
  auto const id = mount("A00002");
  killed_while_it_carries();
  start();
  EXPECT_EQ(end_of(id).state, RequestState::passed) << everything();
  EXPECT_EQ(moves_since(), 1U);
  EXPECT_EQ(loads_since(), 1U);
}

TEST_F(KilledOnTheWay, WhatTheArmStillCarriesIsBroughtWhereItWasMeantToGo) {
  furnished(drives(2, 6, 4));
  auto const id = mount("A00002");
  ASSERT_TRUE(run_until([this] { return carries(); }, 10min)) << everything();
  restart();
  EXPECT_EQ(end_of(id).state, RequestState::passed) << everything();
  EXPECT_EQ(loads_since(), 1U);
  EXPECT_EQ(moves_since(), 1U);
}

TEST_F(KilledOnTheWay, SoDoesOneWhoseArrivalWasRecorded) {
  furnished(one_drive(6, 4));
  auto const id = mount("A00002");
  ASSERT_TRUE(run_until([this] { return drive("A", 0).hot.state == DriveState::mounted; }, 10min)) << everything();
  restart();
  EXPECT_EQ(end_of(id).state, RequestState::passed) << everything();
  EXPECT_EQ(moves_since(), 1U);
  EXPECT_EQ(loads_since(), 1U);
}

TEST_F(KilledOnTheWay, TheOtherSideIsUpWhereItWasTurnedOnItsWay) {
  auto geometry = one_drive(6, 4);
  geometry.sides = 2;
  furnished(geometry);
  auto const id = mount("A00002/1");
  killed_while_it_carries();
  start();
  EXPECT_EQ(end_of(id).state, RequestState::passed) << everything();
  EXPECT_EQ(moves_since(), 1U);
  EXPECT_EQ(loads_since(), 1U);
}

TEST_F(KilledOnTheWay, ACallOfSeveralMediaGoesOnWithTheOneThatIsThere) {
  furnished(drives(2, 6, 4));
  auto const ids = db::must(mount(mount_of({"A00001", "A00002"})));
  killed_while_it_carries();
  start();
  for (auto const& id : ids) EXPECT_EQ(end_of(id).state, RequestState::passed) << everything();
  EXPECT_EQ(moves_since(), 2U);
  EXPECT_EQ(loads_since(), 2U);
}

TEST_F(KilledOnTheWay, AnIdentificationGoesOnInTheDrive) {
  furnish("A", one_drive(6, 1));
  start();
  killed_while_it_carries();
  start();
  settle();
  EXPECT_EQ(medium("A00001").sides.front().state, SideState::import) << everything();
  EXPECT_EQ(loads(), 1U);
}

TEST_F(KilledOnTheWay, WhatNobodyWantsAnyMoreGoesHome) {
  furnished(one_drive(6, 4));
  auto const id = mount("A00002");
  killed_while_it_carries();
  settings.on_restart = OnRestart::cancel;
  start();
  EXPECT_EQ(end_of(id).state, RequestState::cancelled);
  settle();
  EXPECT_EQ(place_of("A00002"), "slot 1");
  EXPECT_EQ(loads_since(), 0U);
}

// Some drives answer after an unload as before.
TEST_F(KilledOnTheWay, WhatWasUnloadedGoesHomeAlsoFromADriveThatSaysItIsLoaded) {
  furnished(one_drive(6, 4));
  mounted("A00002");
  auto const id = dismount("A00002");
  devices("A").refuse = [](WatchedDevices::Seen const& seen) -> std::optional<Error> {
    if (seen.what != "move") return {};
    return Error{Errc::medium_not_accessible, "arm 0", "the move does not begin"};
  };
  ASSERT_TRUE(run_until([this] { return drive("A", 0).hot.state == DriveState::unloaded; }, 10min)) << everything();
  run_for(1s);
  kill();
  auto const loaded_at = db::must(iron("A").hardware.begin_load(0, now()));
  run_for(loaded_at - now());
  db::must(iron("A").hardware.finish_load(0, now()));
  settings.on_restart = OnRestart::cancel;  // nobody waits for it
  start();
  EXPECT_EQ(end_of(id).state, RequestState::cancelled);
  ASSERT_TRUE(run_until([this] { return place_of("A00002") == "slot 1"; }, 10min)) << everything();
  EXPECT_EQ(moves_since(), 2U);
}

TEST_F(KilledOnTheWay, OneWhoseCallCannotGoOnMakesRoom) {
  furnished(drives(2, 6, 4));
  auto const ids = db::must(mount(mount_of({"A00001", "A00002"})));
  ASSERT_TRUE(run_until([this] { return drive("A", 0).hot.state == DriveState::mounted || drive("A", 1).hot.state == DriveState::mounted; }, 10min)) << everything();
  std::uint32_t const other = drive("A", 0).hot.state == DriveState::mounted ? 1 : 0;
  kill();
  plant("A", {.kind = FaultKind::drive_dies, .element = Element{ElementKind::drive, other}});
  start();
  ASSERT_TRUE(run_until([&] { return ready("A") && drive("A", other).record.condition.state == OperationalState::needs_service; }, 1h)) << everything();
  mounted("A00003");
  heal("A");
  end_of(dismount("A00003"));
  for (auto const& id : ids) EXPECT_EQ(end_of(id).state, RequestState::passed) << everything();
}

TEST_F(KilledOnTheWay, OneThatCannotBeLoadedGoesHomeAndIsTriedInAnotherDrive) {
  furnished(drives(2, 6, 4));
  auto const id = mount("A00002");
  killed_while_it_carries();
  plant("A", {.kind = FaultKind::load_fails});
  start();
  EXPECT_EQ(end_of(id).state, RequestState::passed) << everything();
  EXPECT_EQ(moves_since(), 3U);
}

TEST_F(KilledOnTheWay, AnEjectGoesOnAtThePort) {
  furnished(one_drive(6, 4));
  auto const id = db::must(eject("A00002"));
  killed_while_it_carries();
  start();
  ASSERT_TRUE(run_until([this] { return iron("A").hardware.state().ports.front().extended; }, 10min)) << everything();
  EXPECT_EQ(moves_since(), 1U);
  db::must(iron("A").hardware.port_take(0, now()));
  EXPECT_EQ(end_of(id).state, RequestState::passed);
}

TEST_F(KilledOnTheWay, AnInjectEndsWithTheCartridgeInItsSlot) {
  furnished(one_drive(6, 4));
  cut_new("A", "X00001");
  auto const id = db::must(inject("A"));
  put_in_port("A", "X00001");
  killed_while_it_carries();
  start();
  EXPECT_EQ(end_of(id, 5min).state, RequestState::passed) << everything();
  settle();
  EXPECT_EQ(place_of("X00001"), "slot 4");
  EXPECT_EQ(medium("X00001").sides.front().state, SideState::import);
}

TEST_F(KilledOnTheWay, ADismountEndsWithTheCartridgeAtHome) {
  furnished(one_drive(6, 4));
  mounted("A00002");
  auto const id = dismount("A00002");
  killed_while_it_carries();
  start();
  EXPECT_EQ(end_of(id).state, RequestState::passed);
  settle();
  EXPECT_EQ(moves_since(), 2U);
  EXPECT_EQ(place_of("A00002"), "slot 1");
  EXPECT_THAT(asked(OperatorKind::drive_service), IsEmpty());
}

}  // namespace
}  // namespace rsm
