// Mounts that can never be served are refused at once, with the sentence why; nothing is moved for them, then or later.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using emulated::FaultKind;
using testing::HasSubstr;
using testing::IsEmpty;

class RefusedMounts : public CoreRig {
 protected:
  void furnished(std::uint32_t number_of_drives) {
    furnish("A", drives(number_of_drives, 8, 5));
    start_and_settle();
  }
  // Out of use, and it stays in its drive.
  void idle_in_drive(std::string const& name) {
    mounted(name);
    auto const deferred = dismount(name, true);
    ASSERT_TRUE(run_until([&] { return request(deferred).state == RequestState::deferred; }));
  }
  std::size_t moves() { return devices("A").count("move"); }
  void expect_refused(MountCall const& wanted, Errc code, std::string const& why) {
    auto const before = world().requests.size();
    auto const refused = mount(wanted);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, code) << refused.error().text();
    EXPECT_THAT(refused.error().text(), HasSubstr(why));
    EXPECT_EQ(world().requests.size(), before);
  }
};

TEST_F(RefusedMounts, MoreMediaThanDrives) {
  furnished(2);
  idle_in_drive("A00004");
  auto const before = moves();
  expect_refused(mount_of({"A00001", "A00002", "A00003"}), Errc::resource_not_available, "it has 2 drives, and 3 media were asked for in one call");
  run_for(2min);
  EXPECT_EQ(moves(), before) << "nothing is taken out for it";
  for (auto id : db::must(mount(mount_of({"A00001", "A00002"})))) EXPECT_EQ(end_of(id).state, RequestState::passed);
}

TEST_F(RefusedMounts, OneDriveNamedTwice) {
  furnished(2);
  auto wanted = mount_of({"A00001", "A00002"});
  wanted.drives = {drive("A", 1).record.id, drive("A", 1).record.id};
  expect_refused(wanted, Errc::invalid_parameter, "the same drive twice");
}

TEST_F(RefusedMounts, TheSameCartridgeTwice) {
  furnished(2);
  expect_refused(mount_of({"A00001", "A00001"}), Errc::invalid_media, "the same cartridge twice");
}

TEST_F(RefusedMounts, ALibraryWithoutADrive) {
  furnish("A", drives(1, 8, 5));
  start_and_settle();
  kill();
  refit("A", [](emulated::HardwareState& state) { state.drives.clear(); });
  start();
  ASSERT_TRUE(run_until([this] { return ready("A"); }));
  expect_refused(mount_of({"A00001"}), Errc::resource_not_available, "it has 0 drives");
}

TEST_F(RefusedMounts, AllDrivesDisabled) {
  furnished(1);
  auto const id = drive("A", 0).record.id.guid;
  std::optional<Result<std::vector<RequestId>>> disabled;
  manager().submit(caller, SwitchCall{{}, ObjectType::drive, id, false}, [&](Result<std::vector<RequestId>> result) { disabled = std::move(result); });
  ASSERT_TRUE(run_until([&] { return disabled.has_value(); }));
  end_of(db::must(*disabled).front());
  expect_refused(mount_of({"A00001"}), Errc::resource_not_available, "all its drives are disabled (rsm drive enable)");
}

// Before the library has said what it has, nothing is judged; then what cannot be served ends.
TEST_F(RefusedMounts, WhatIsAskedBeforeTheLibraryAnswersEndsWhenItHas) {
  furnished(2);
  kill();
  refit("A", [](emulated::HardwareState& state) { state.drives.resize(1); });
  start();
  auto const ids = db::must(mount(mount_of({"A00001", "A00002"})));
  for (auto id : ids) {
    auto const ended = end_of(id, 5min);
    EXPECT_EQ(ended.error, static_cast<std::uint32_t>(Errc::resource_not_available));
    EXPECT_THAT(ended.reason, HasSubstr("has only 1 of the drives that its call needs"));
  }
}

TEST_F(RefusedMounts, WhenDrivesGoAwayLaterTheRequestIsTold) {
  furnished(2);
  mounted("A00004");
  auto const ids = db::must(mount(mount_of({"A00001", "A00002"})));
  run_for(1min);
  for (auto id : ids) ASSERT_TRUE(open(id));
  kill();
  refit("A", [](emulated::HardwareState& state) { state.drives.resize(1); });
  start();
  for (auto id : ids) EXPECT_EQ(end_of(id, 5min).error, static_cast<std::uint32_t>(Errc::resource_not_available));
}

TEST_F(RefusedMounts, OfASingleMountTooAndOfOneForADriveThatIsGone) {
  furnished(2);
  mounted("A00004");
  mounted("A00005");
  auto const any = mount("A00001");
  auto wanted = mount_of({"A00002"});
  wanted.drives = {drive("A", 1).record.id};
  auto const only_there = db::must(mount(wanted)).front();
  run_for(1min);
  kill();
  refit("A", [](emulated::HardwareState& state) {
    for (auto& [name, cartridge] : state.cartridges)
      if (cartridge.place && cartridge.place->kind == ElementKind::drive && cartridge.place->number == 1) cartridge.place.reset();
    state.drives.resize(1);
  });
  start();
  auto const ended = end_of(only_there, 5min);
  EXPECT_EQ(ended.error, static_cast<std::uint32_t>(Errc::resource_not_available)) << ended.reason;
  EXPECT_TRUE(open(any)) << "the other drive will be free";
  expect_refused(wanted, Errc::resource_not_available, "the library does not have it any more");
}

TEST_F(RefusedMounts, ADriveThatNeedsServiceIsTold) {
  furnished(2);
  plant("A", {.kind = FaultKind::drive_dies, .element = Element{ElementKind::drive, 1}, .count = 0});
  end_of(db::must(inventory("A")));
  auto const ids = db::must(mount(mount_of({"A00001", "A00002"})));
  run_for(1min);
  // Which of the two the policy places first is not what this is about: one has the drive that works, the other lacks one.
  EXPECT_THAT((std::vector{why(ids.front()), why(ids.back())}), testing::UnorderedElementsAre(HasSubstr("until all media of its call can be mounted together"), HasSubstr("drive 1 needs service: it cannot be used: the drive does not answer")));
}

// ---- nothing is taken out for who cannot start

TEST_F(RefusedMounts, ACallThatCouldStartLaterEvictsNothingNow) {
  furnished(2);
  mounted("A00004");  // held by a session
  idle_in_drive("A00005");
  auto const before = moves();
  auto const ids = db::must(mount(mount_of({"A00001", "A00002"})));
  run_for(3min);
  EXPECT_EQ(moves(), before);
  EXPECT_EQ(drive("A", 1).hot.state, DriveState::dismountable);
  // Another one that becomes idle, and is wanted again, is not taken either.
  dismount("A00004");
  for (auto id : ids) EXPECT_EQ(end_of(id).state, RequestState::passed);
}

TEST_F(RefusedMounts, AMountForADriveThatIsHeldEvictsNothing) {
  furnished(2);
  mounted("A00004");
  auto const held = world().drive_of(medium("A00004").id)->record.id;
  idle_in_drive("A00005");
  auto const before = moves();
  auto wanted = mount_of({"A00001"});
  wanted.drives = {held};
  auto const waits = db::must(mount(wanted)).front();
  run_for(3min);
  EXPECT_EQ(moves(), before);
  EXPECT_TRUE(open(waits));
}

TEST_F(RefusedMounts, AMountOfAMediumInUseEvictsNothing) {
  furnished(2);
  mounted("A00004");
  idle_in_drive("A00005");
  auto const before = moves();
  mount("A00004");
  run_for(3min);
  EXPECT_EQ(moves(), before);
}

}  // namespace
}  // namespace rsm
