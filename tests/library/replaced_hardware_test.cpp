// Hardware that is not what it was: another drive, another changer, fewer slots, more slots.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::SizeIs;

class ReplacedHardware : public CoreRig {
 protected:
  void SetUp() override {
    furnish("A", drives(2, 6, 4));
    start_and_settle();
  }
  std::vector<std::string> reasons_of(Guid object) {
    std::vector<std::string> all;
    for (auto const& event : events_of(object)) all.push_back(event.reason);
    return all;
  }
  void look() { end_of(db::must(inventory("A"))); }
};

TEST_F(ReplacedHardware, AnotherDriveIsShownAndToldAfterAnInventory) {
  auto const before = drive("A", 1).record;
  auto const with = db::must(iron("A").hardware.replace_drive(1, {.revision = "2"}, now()));
  look();
  auto const after = drive("A", 1).record;
  EXPECT_EQ(after.id, before.id) << "the drive at this place";
  EXPECT_EQ(after.serial, with.serial);
  EXPECT_EQ(after.revision, "2");
  EXPECT_THAT(reasons_of(after.id.guid), Contains(HasSubstr("another drive is in its place: serial number " + with.serial + " instead of " + before.serial)));
  EXPECT_EQ(drive("A", 0).record.serial.find("-R"), std::string::npos) << "its neighbour";
}

TEST_F(ReplacedHardware, AndAtEachStart) {
  kill();
  auto const with = db::must(iron("A").hardware.replace_drive(0, {}, now()));
  start_and_settle();
  EXPECT_EQ(drive("A", 0).record.serial, with.serial);
}

TEST_F(ReplacedHardware, ANewDriveAnswersForItself) {
  plant("A", {.kind = emulated::FaultKind::drive_dies, .element = Element{ElementKind::drive, 0}, .count = 0});
  look();
  ASSERT_EQ(drive("A", 0).record.condition.state, OperationalState::needs_service);
  db::must(iron("A").hardware.replace_drive(0, {}, now()));
  EXPECT_TRUE(run_until([this] { return drive("A", 0).record.condition.state == OperationalState::ready; }, 5min));
}

TEST_F(ReplacedHardware, AnotherChangerIsShownAndTold) {
  for (bool const by_restart : {false, true}) {
    auto const before = library("A").changers.front();
    if (by_restart) kill();
    auto const with = db::must(iron("A").hardware.replace_changer({}, now()));
    by_restart ? start_and_settle() : look();
    auto const after = library("A").changers.front();
    EXPECT_THAT(library("A").changers, SizeIs(1));
    EXPECT_EQ(after.id, before.id);
    EXPECT_EQ(after.serial, with.serial);
    EXPECT_THAT(reasons_of(after.id.guid), Contains(HasSubstr("another changer is in its place: serial number " + with.serial + " instead of " + before.serial)));
  }
}

TEST_F(ReplacedHardware, WhatIsAsItWasIsNoNews) {
  auto const drive_events = events_of(drive("A", 0).record.id.guid).size(), changer_events = events_of(library("A").changers.front().id.guid).size();
  look();
  EXPECT_EQ(events_of(drive("A", 0).record.id.guid).size(), drive_events);
  EXPECT_EQ(events_of(library("A").changers.front().id.guid).size(), changer_events);
}

// ---- slots

TEST_F(ReplacedHardware, TheMediaOfSlotsThatAreGoneAreSomewhereElseAndLookedFor) {
  db::must(iron("A").hardware.set_slots(2, now()));
  look();
  for (std::uint32_t n = 2; n < 6; ++n) EXPECT_EQ(library("A").slots.at(n).state, SlotState::not_present) << n;
  for (std::string const name : {"A00003", "A00004"}) {
    EXPECT_EQ(place_of(name), "offline") << "where it is, nobody knows";
    EXPECT_THAT(reasons_of(medium(name).id.guid), Contains(HasSubstr("the library does not have it any more")));
  }
  EXPECT_EQ(place_of("A00001"), "slot 0");
  EXPECT_EQ(manager().media_in(library_id("A")), 2u);
  auto const waits = mount("A00003");
  run_for(1min);
  EXPECT_THAT(asked(OperatorKind::bring_medium), SizeIs(1));
  db::must(iron("A").hardware.set_slots(6, now()));
  look();
  EXPECT_EQ(end_of(waits).state, RequestState::passed);
  EXPECT_EQ(place_of("A00004"), "slot 3");
}

TEST_F(ReplacedHardware, NothingIsBroughtToASlotThatIsGone) {
  mounted("A00004");
  db::must(iron("A").hardware.set_slots(3, now()));
  db::must(iron("A").hardware.hand_take({ElementKind::slot, 1}, now()));
  look();
  auto const home = dismount("A00004");
  EXPECT_EQ(end_of(home, 5min).state, RequestState::passed);
  EXPECT_EQ(place_of("A00004"), "slot 1");
}

TEST_F(ReplacedHardware, AMagazineThatIsOutHoldsNothingAndComesBackWithItsMedia) {
  db::must(iron("A").hardware.take_magazine({2, 2}, now()));
  look();
  EXPECT_EQ(place_of("A00003"), "offline");
  EXPECT_EQ(library("A").slots.at(2).state, SlotState::not_present);
  db::must(iron("A").hardware.put_magazine(2, now()));
  look();
  EXPECT_EQ(place_of("A00003"), "slot 2");
  mounted("A00003");
}

TEST_F(ReplacedHardware, MoreSlotsAndAnotherDriveAreFound) {
  kill();
  refit("A", [](emulated::HardwareState& state) {
    state.slots = state.slots_ever = 9;
    state.drives.push_back({.identity = {"OPENRSM", "EMULATED DRIVE", "third", "1"}});
  });
  start_and_settle();
  EXPECT_EQ(library("A").slots.size(), 9u);
  EXPECT_EQ(drive("A", 2).record.serial, "third");
  for (std::string const name : {"A00001", "A00002", "A00003"}) mounted(name);
}

}  // namespace
}  // namespace rsm
