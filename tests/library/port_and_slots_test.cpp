// The port and the slots: where a cartridge may go while somebody is at the port, an inventory is asked for, or the last slot is somebody's home.
#include "tests/library/core_rig.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class PortAndSlots : public CoreRig {
 protected:
  bool port_is_out() { return iron("A").hardware.state().ports.front().extended; }
  // An eject that waits for its person.
  RequestId eject_that_waits(std::string const& name) {
    auto const id = db::must(eject(name));
    EXPECT_TRUE(run_until([this] { return port_is_out(); }, 3min)) << everything();
    run_for(2s);
    return id;
  }
};

// ---- a slot that will be free is free

TEST_F(PortAndSlots, AnInventoryWhileAnEjectWaitsStopsNoDismount) {
  furnish("A", one_drive(3, 3));
  start_and_settle();
  mounted("A00001");
  auto const ejected = eject_that_waits("A00002");
  auto const inventoried = db::must(inventory("A"));
  auto const dismounted = dismount("A00001");
  EXPECT_EQ(end_of(inventoried, 1min).state, RequestState::passed);
  EXPECT_EQ(end_of(dismounted, 3min).state, RequestState::passed) << everything();
  EXPECT_EQ(place_of("A00001"), "slot 0");
  EXPECT_TRUE(open(ejected));
  EXPECT_THAT(asked(OperatorKind::slot_wanted), IsEmpty());
  mounted("A00003");
}

TEST_F(PortAndSlots, NorDoesOneThatHasToWaitForTheArm) {
  furnish("A", drives(2, 4, 4));
  start_and_settle();
  mounted("A00001");
  eject_that_waits("A00002");
  auto const mounting = mount("A00003");
  run_for(1s);
  auto const inventoried = db::must(inventory("A"));
  auto const dismounted = dismount("A00001");
  run_for(1s);
  EXPECT_THAT(asked(OperatorKind::slot_wanted), IsEmpty());
  EXPECT_EQ(end_of(inventoried, 1min).state, RequestState::passed);
  EXPECT_EQ(end_of(dismounted, 3min).state, RequestState::passed);
  EXPECT_EQ(end_of(mounting, 3min).state, RequestState::passed);
}

// It was said to need a person, and to wait for "on its way to port 0": whose way?
TEST_F(PortAndSlots, WhatTheArmBringsToThePortNeedsNobodyYet) {
  furnish("A", one_drive(3, 3));
  start_and_settle();
  db::must(eject("A00001"));
  auto const waits = db::must(eject("A00002"));
  ASSERT_TRUE(run_until([this] { return !world().intents.empty(); }, 1min)) << everything();
  EXPECT_THAT(manager().attention(), IsEmpty());
  EXPECT_THAT(why(waits), HasSubstr("waits for the port: A00001 is on its way to port 0 of A"));
  ASSERT_TRUE(run_until([this] { return port_is_out(); }, 3min)) << everything();
  run_for(2s);
  EXPECT_THAT(manager().attention(), Contains(HasSubstr("take A00001 out of port 0 of A")));
  EXPECT_THAT(manager().explain(request(waits)).facts, IsEmpty()) << "that its drive is empty is beside the point";
}

// Somebody has put it there and said nothing.
TEST_F(PortAndSlots, WhatLiesInThePortIsSaidWithWhatHelps) {
  furnish("A", one_drive(3, 3));
  start_and_settle();
  cut_new("A", "Y00001");
  db::must(iron("A").hardware.hand_put("Y00001", {ElementKind::port, 0}, now()));
  end_of(db::must(inventory("A")), 5min);
  run_for(5s);
  EXPECT_THAT(manager().attention(), Contains(testing::AllOf(HasSubstr("is in port 0 of A"), HasSubstr("no slot is free"), HasSubstr("rsm library inject")))) << everything();
}

// Taken out of the port and put into a slot by hand: it is in the library, and its record stays.
TEST_F(PortAndSlots, WhatIsPutBackByHandWhileItIsEjectedIsNotForgotten) {
  furnish("A", one_drive(3, 2));
  start_and_settle();
  auto const id = medium("A00001").id;
  auto const out = eject_that_waits("A00001");
  run_for(500ms);  // between two looks at the port
  Element const port{ElementKind::port, 0}, slot{ElementKind::slot, 2};
  ASSERT_TRUE(iron("A").hardware.hand_take(port, now()));
  ASSERT_TRUE(iron("A").hardware.hand_put("A00001", slot, now()));
  auto const looked = db::must(inventory("A"));
  EXPECT_EQ(end_of(out).state, RequestState::passed) << request(out).reason;
  EXPECT_EQ(end_of(looked).state, RequestState::passed);
  settle();
  EXPECT_EQ(medium("A00001").id, id);
  EXPECT_EQ(place_of("A00001"), "slot 2");
}

// ---- which cartridge it is

// Two cartridges whose bar codes cannot be read have changed places, and nobody has noticed yet.
class TwoChangedPlaces : public PortAndSlots {
 protected:
  void SetUp() override {
    furnish("A", one_drive(4, 3));
    start_and_settle();
    auto& hardware = iron("A").hardware;
    for (auto const* code : {"A00001", "A00002"}) db::must(hardware.soil_label(code, true, now()));
    db::must(hardware.hand_move(first, spare, now()));
    db::must(hardware.hand_move(second, first, now()));
    db::must(hardware.hand_move(spare, second, now()));
    EXPECT_EQ(end_of(db::must(inventory("A"))).state, RequestState::passed);
    ASSERT_EQ(place_of("A00001"), "slot 0") << "as believed";
  }
  // The label of one was read: it is the other one, which is believed in the other's place.
  void one_is_read() {
    auto const wrong = mount("A00001");
    EXPECT_EQ(end_of(wrong).error, static_cast<std::uint32_t>(Errc::unexpected_omid));
    ASSERT_TRUE(run_until([this] { return medium("A00001").offline(); })) << everything();
  }
  Element const first{ElementKind::slot, 0}, second{ElementKind::slot, 1}, spare{ElementKind::slot, 3}, port{ElementKind::port, 0};
};

TEST_F(TwoChangedPlaces, AnEjectWaitsUntilItIsKnownWhichOfThemItIs) {
  one_is_read();
  ASSERT_EQ(place_of("A00002"), "slot 1");
  auto const out = db::must(eject("A00002"));
  run_for(100ms);
  EXPECT_THAT(why(out), HasSubstr("another cartridge bears the label of A00002"));
  ASSERT_TRUE(run_until([this] { return port_is_out(); }, 20min)) << everything();
  EXPECT_EQ(iron("A").hardware.in(port)->name, "A00002");
  db::must(iron("A").hardware.hand_take(port, now()));
  EXPECT_EQ(end_of(out).state, RequestState::passed);
  settle();
  EXPECT_EQ(place_of("A00001"), "slot 1");
  EXPECT_FALSE(known("A00002")) << "ejected; media of its pool are not kept";
}

// It cannot be known: then what is taken out is not forgotten, because the one that stays may be it.
TEST_F(TwoChangedPlaces, WhatIsTakenOutUnreadIsNotForgotten) {
  auto const id = medium("A00002").id;
  one_is_read();
  plant("A", {.kind = emulated::FaultKind::load_fails, .cartridge = "A00001", .count = 0});
  auto const out = eject_that_waits("A00002");
  EXPECT_EQ(iron("A").hardware.in(port)->name, "A00001");
  db::must(iron("A").hardware.hand_take(port, now()));
  EXPECT_EQ(end_of(out).state, RequestState::passed) << request(out).reason;
  settle();
  EXPECT_EQ(medium("A00002").id, id);
  EXPECT_EQ(place_of("A00002"), "slot 0");
  EXPECT_EQ(place_of("A00001"), "offline");
}

TEST_F(PortAndSlots, ACopyWhoseOriginalIsEjectedAndForgottenIsAMediumOfItsOwn) {
  furnish("A", one_drive(4, 2));
  start_and_settle();
  auto copy = iron("A").hardware.state().cartridges.at("A00001");
  copy.name = copy.barcode = "X00001";
  copy.place = copy.source = std::nullopt;
  db::must(iron("A").hardware.add_cartridge(std::move(copy), now()));
  db::must(iron("A").hardware.hand_put("X00001", {ElementKind::slot, 2}, now()));
  end_of(db::must(inventory("A")));
  settle();
  ASSERT_FALSE(medium("X00001").enabled) << "a copy";
  eject_that_waits("A00001");
  db::must(iron("A").hardware.hand_take({ElementKind::port, 0}, now()));
  settle();
  ASSERT_FALSE(known("A00001"));
  EXPECT_TRUE(medium("X00001").enabled);
  EXPECT_EQ(medium("X00001").sides.front().state, SideState::import);
}

// Its bar code cannot be read when it comes; the daemon is killed before it has left the port, and then it can.
TEST_F(PortAndSlots, WhoeverWasBelievedInThePortIsNotThereWhenItsBarCodeSaysWhoIs) {
  furnish("A", one_drive(3, 2));
  start_and_settle();
  db::must(iron("A").hardware.hand_take({ElementKind::slot, 0}, now()));
  end_of(db::must(inventory("A")));
  ASSERT_EQ(place_of("A00001"), "offline");
  db::must(iron("A").hardware.soil_label("A00001", true, now()));
  auto const id = db::must(inject("A"));
  put_in_port("A", "A00001");
  ASSERT_TRUE(run_until([this] { return static_cast<bool>(library("A").ports.at(0).medium); })) << everything();
  MediumId const provisional = library("A").ports.at(0).medium;
  run_for(5ms);  // recorded
  restart();
  ASSERT_TRUE(run_until([this] { return ready("A"); }));
  ASSERT_EQ(library("A").ports.at(0).medium, provisional);
  db::must(iron("A").hardware.soil_label("A00001", false, now()));
  EXPECT_EQ(end_of(id).state, RequestState::passed) << request(id).reason;
  settle();
  EXPECT_EQ(place_of("A00001"), "slot 0");
  EXPECT_FALSE(world().media.contains(provisional) && !world().media.at(provisional).offline());
}

TEST_F(PortAndSlots, WhatNobodyTakesHasItsPlaceBack) {
  settings.libraries.clear();
  furnish("A", one_drive(3, 3));
  start_and_settle();
  mounted("A00001");
  auto const ejected = eject_that_waits("A00002");
  auto const dismounted = dismount("A00001");
  EXPECT_EQ(end_of(dismounted, 3min).state, RequestState::passed);
  auto const ended = end_of(ejected, 30min);
  EXPECT_EQ(ended.error, static_cast<std::uint32_t>(Errc::timeout));
  EXPECT_EQ(place_of("A00002"), "slot 1");
  EXPECT_EQ(place_of("A00001"), "slot 0");
}

// ---- the last slot is the home of one that is mounted

class LastSlotReserved : public PortAndSlots {
 protected:
  void SetUp() override {
    furnish("A", one_drive(2, 2));
    start_and_settle();
    mounted("A00001");
    cut_new("A", "Y00001");
    injected = db::must(inject("A"));
    put_in_port("A", "Y00001");
    auto const ended = end_of(injected, 5min);
    EXPECT_EQ(ended.error, static_cast<std::uint32_t>(Errc::library_full)) << ended.reason;
  }
  RequestId injected;
};

TEST_F(LastSlotReserved, TheQuestionStaysUntilASlotIsFree) {
  ASSERT_THAT(asked(OperatorKind::library_full), SizeIs(1));
  run_for(1h);
  ASSERT_THAT(asked(OperatorKind::library_full), SizeIs(1));
  EXPECT_THAT(manager().attention(), Contains(HasSubstr("library A is full: take Y00001 out of port 0")));
  EXPECT_EQ(place_of("Y00001"), "port 0") << "what was refused is not worked on";
  auto const home = dismount("A00001");
  EXPECT_EQ(end_of(home).state, RequestState::passed);
  EXPECT_EQ(place_of("A00001"), "slot 0");
  EXPECT_THAT(asked(OperatorKind::library_full), SizeIs(1)) << "its reason is still there";
  db::must(iron("A").hardware.hand_take({ElementKind::slot, 1}, now()));
  end_of(db::must(inventory("A")));
  EXPECT_THAT(asked(OperatorKind::library_full), IsEmpty());
  EXPECT_EQ(end_of(db::must(inject("A")), 5min).state, RequestState::passed);
  EXPECT_EQ(place_of("Y00001"), "slot 1");
}

TEST_F(LastSlotReserved, OrUntilAPersonRefuses) {
  auto const question = asked(OperatorKind::library_full).front().id;
  auto const refused = answer(question, false);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->state, OperatorState::refused);
  run_for(10min);
  EXPECT_THAT(asked(OperatorKind::library_full), IsEmpty());
}

TEST_F(LastSlotReserved, OrUntilThePortIsEmpty) {
  auto const out = eject_that_waits("Y00001");
  db::must(iron("A").hardware.port_take(0, now()));
  EXPECT_EQ(end_of(out, 5min).state, RequestState::passed);
  EXPECT_THAT(asked(OperatorKind::library_full), IsEmpty());
}

TEST_F(LastSlotReserved, ARestartKeepsIt) {
  restart();
  ASSERT_TRUE(run_until([this] { return ready("A"); }));
  run_for(1min);
  EXPECT_THAT(asked(OperatorKind::library_full), SizeIs(1));
}

// ---- a library without a drive

TEST_F(PortAndSlots, ALibraryWithoutADriveWhereCartridgesWaitNeedsAPerson) {
  furnish("A", drives(0, 4, 2));
  start();
  ASSERT_TRUE(run_until([this] { return ready("A"); }));
  run_for(1min);
  EXPECT_EQ(world().requests.size(), 2u) << "identifications";
  EXPECT_THAT(manager().attention(), Contains(HasSubstr("library A has no drive")));
  for (auto const& [id, request] : world().requests) EXPECT_THAT(why(id), HasSubstr("waits for an empty drive"));
}

TEST_F(PortAndSlots, NoAttentionWhileItHasOne) {
  furnish("A", one_drive(4, 2));
  start_and_settle();
  EXPECT_THAT(manager().attention(), IsEmpty());
}

TEST_F(PortAndSlots, WhenTheLastDriveGoesAPersonIsToldAndWhenOneComesItGoesOn) {
  furnish("A", one_drive(4, 2));
  start_and_settle();
  auto drives_before = iron("A").hardware.state().drives;
  kill();
  refit("A", [](emulated::HardwareState& state) { state.drives.clear(); });
  start();
  ASSERT_TRUE(run_until([this] { return ready("A"); }));
  EXPECT_THAT(manager().attention(), Contains(HasSubstr("library A has no drive")));
  kill();
  refit("A", [&](emulated::HardwareState& state) { state.drives = drives_before; });
  start_and_settle();
  EXPECT_THAT(manager().attention(), IsEmpty());
  mounted("A00001");
}

}  // namespace
}  // namespace rsm
