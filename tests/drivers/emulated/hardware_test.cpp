// Moves, ports, door and persons: every transition and every refusal, in virtual time.
#include <set>

#include "drivers/emulated/limits.hpp"
#include "tests/drivers/emulated/support.hpp"

namespace rsm::emulated {
namespace {

TEST(HardwareMake, FillsTheSlotsInOrderAndNamesWhatIsWrong) {
  auto const hardware = made();
  EXPECT_EQ(place_of(hardware, "A00001"), "slot 0");
  EXPECT_EQ(place_of(hardware, "A00004"), "slot 3");
  EXPECT_TRUE(hardware.problems().empty());
  EXPECT_EQ(made().state(), made().state()) << "the same seed gives the same library";

  auto const refused = [](auto change) {
    Geometry g = small_library();
    change(g);
    auto const result = Hardware::make(g);
    EXPECT_EQ(code_of(result), Errc::invalid_parameter);
    return result ? std::string{} : result.error().object;
  };
  EXPECT_EQ(refused([](Geometry& g) { g.drives = limits::emulator_drives_max + 1; }), "drives");
  EXPECT_EQ(refused([](Geometry& g) { g.slots = 0; }), "slots");
  EXPECT_EQ(refused([](Geometry& g) { g.slots = 1'000'000; }), "slots");
  EXPECT_EQ(refused([](Geometry& g) { g.cartridges = 7; }), "cartridges");
  EXPECT_EQ(refused([](Geometry& g) { g.sides = 3; }), "sides");
  EXPECT_EQ(refused([](Geometry& g) { g.barcode_prefix = "a"; }), "barcode prefix");
  EXPECT_EQ(refused([](Geometry& g) { g.filesystem = "vfat"; }), "file system");
  EXPECT_EQ(refused([](Geometry& g) { g.timing.scale = -1; }), "timing");
}

TEST(HardwareMake, SeedsGiveDifferentLabels) {
  Geometry g = small_library();
  g.filesystem = "ext4";
  auto const one = made(g);
  g.seed = 2;
  auto const two = made(g);
  EXPECT_NE(one.state().cartridges.at("A00001").labels[0].id, two.state().cartridges.at("A00001").labels[0].id);
  EXPECT_EQ(one.state().cartridges.at("A00001").labels[1].info, "A00001.1");
  EXPECT_EQ(one.state().cartridges.at("A00001").labels[1].type, "EXT4");
}

TEST(HardwareStatus, ReportsEveryElementByKindAndNumber) {
  auto hardware = made();
  auto const status = look(hardware, start).value();
  ASSERT_EQ(status.elements.size(), 6u + 2 + 1 + 1);
  EXPECT_EQ(seen(status.elements[0]), (Seen{slot(0), true, port::TagState::readable, "A00001"}));
  EXPECT_EQ(seen(status.elements[5]), (Seen{slot(5), false, port::TagState::none, ""}));
  EXPECT_EQ(status.elements[6].element, drive(0));
  EXPECT_EQ(status.elements[8].element, io_port(0));
  EXPECT_EQ(status.elements[9].element, arm);
  EXPECT_FALSE(status.door_open);
  auto const about = hardware.describe();
  EXPECT_EQ(about.media_type_code, 0x3Bu);
  EXPECT_EQ(about.sides, 2u);
  EXPECT_FALSE(about.door_open);
  EXPECT_FALSE(about.serial.empty());
  EXPECT_EQ(about.elements, (std::vector<port::ElementRange>{{ElementKind::slot, 0, 6}, {ElementKind::drive, 0, 2}, {ElementKind::port, 0, 1}, {ElementKind::arm, 0, 1}}));

  Geometry g = small_library();
  g.sides = 1;
  EXPECT_EQ(made(g).describe().media_type_code, 0x1004u);
}

TEST(HardwareStatus, AnswersForTheRangesAskedAndForNothingElse) {
  auto hardware = made();
  auto const some = hardware.elements({{ElementKind::drive, 1, 1}, {ElementKind::slot, 2, 2}, {ElementKind::slot, 3, 2}, {ElementKind::port, 0, 0}}, start).value();
  std::vector<Element> names;
  for (auto const& e : some.elements) names.push_back(e.element);
  EXPECT_EQ(names, (std::vector{slot(2), slot(3), slot(4), drive(1)})) << "by kind, then number, each once";
  EXPECT_TRUE(hardware.elements({}, start)->elements.empty());
  EXPECT_EQ(code_of(hardware.elements({{ElementKind::slot, 5, 2}}, start)), Errc::resource_not_present);
  EXPECT_EQ(code_of(hardware.elements({{ElementKind::slot, 0xFFFFFFFF, 2}}, start)), Errc::resource_not_present);
  EXPECT_EQ(code_of(hardware.elements({{ElementKind::slot, 0, 1001}}, start)), Errc::invalid_parameter);
  EXPECT_EQ(code_of(hardware.elements({{ElementKind::slot, 0, 0xFFFFFFFF}, {ElementKind::slot, 0, 2}}, start)), Errc::invalid_parameter);
}

TEST(HardwareStatus, HasWhatALibraryTellsOfAnElement) {
  auto hardware = made();
  TimePoint now = start;
  ASSERT_TRUE(moved(hardware, slot(0), drive(0), now, true));
  auto const before = look(hardware, now).value();
  auto const& in_drive = before.elements[6];
  EXPECT_EQ(in_drive.source, slot(0));
  EXPECT_TRUE(in_drive.inverted);
  EXPECT_EQ(in_drive.drive_serial, hardware.drive(0, now)->identity.serial);
  EXPECT_EQ(before.elements[1].source, std::nullopt) << "a person put it there";
  std::set<std::uint32_t> addresses;
  for (auto const& e : before.elements) addresses.insert(e.address);
  EXPECT_EQ(addresses.size(), before.elements.size()) << "no two have the same";
  ASSERT_TRUE(moved(hardware, drive(0), slot(5), now));
  EXPECT_EQ(look(hardware, now)->elements[5].source, slot(0)) << "the last storage element, not the drive";
  ASSERT_TRUE(hardware.hand_move(slot(5), slot(4), now));
  EXPECT_EQ(look(hardware, now)->elements[4].source, std::nullopt);
  Fault dead = fault_of(FaultKind::drive_dies);
  dead.element = drive(1);
  ASSERT_TRUE(hardware.add_fault(dead, now));
  auto const sick = look(hardware, now)->elements[7];
  EXPECT_FALSE(sick.accessible);
  EXPECT_EQ(sick.exception, (port::ElementException{0x04, 0x03, "the drive does not answer; repair it"}));
}

TEST(HardwareLabels, MayBeDoubleOrMissingOrWithBlanks) {
  auto hardware = made();
  ASSERT_TRUE(hardware.put_label("A00002", "A00001", start));
  ASSERT_TRUE(hardware.put_label("A00003", "", start));
  ASSERT_TRUE(hardware.put_label("A00004", "A 1 B", start));
  auto const report = look(hardware, start).value();
  EXPECT_EQ(report.elements[0].barcode, "A00001");
  EXPECT_EQ(report.elements[1].barcode, "A00001");
  EXPECT_EQ(seen(report.elements[2]), (Seen{slot(2), true, port::TagState::none, ""}));
  EXPECT_EQ(report.elements[3].barcode, "A 1 B");
  EXPECT_TRUE(hardware.problems().empty());
  auto const which = hardware.find("A00001");
  ASSERT_EQ(code_of(which), Errc::invalid_parameter);
  EXPECT_NE(which.error().detail.find("name:A00001, name:A00002"), std::string::npos) << which.error().detail;
  EXPECT_EQ((*hardware.find("name:A00002"))->name, "A00002");
  EXPECT_EQ((*hardware.find("A00003"))->name, "A00003") << "no bar code, so it is a name";
  EXPECT_EQ((*hardware.find("A 1 B"))->name, "A00004");
  EXPECT_EQ(code_of(hardware.find("")), Errc::object_not_found);
  EXPECT_EQ(hardware.hand_take(slot(2), start).value(), "name:A00003");
}

TEST(HardwareCleaner, CleansTheDriveAndIsNeverLoaded) {
  auto hardware = made();
  TimePoint now = start;
  ASSERT_TRUE(hardware.add_cartridge({.name = "CLN001", .barcode = "CLN001", .cleaner = true}, now));
  ASSERT_TRUE(hardware.hand_put("CLN001", slot(5), now));
  ASSERT_TRUE(moved(hardware, slot(5), drive(0), now));
  for (std::uint32_t uses : {1u, 2u}) {
    now = hardware.begin_load(0, now).value();
    auto const loaded = hardware.finish_load(0, now);
    ASSERT_EQ(code_of(loaded), Errc::unable_to_load_medium);
    EXPECT_NE(loaded.error().detail.find("cleaning cartridge"), std::string::npos);
    EXPECT_EQ(hardware.state().cartridges.at("CLN001").cleanings, uses);
  }
  EXPECT_EQ(hardware.drive(0, now)->phase, DrivePhase::inserted);
  EXPECT_TRUE(moved(hardware, drive(0), slot(5), now));
}

TEST(HardwareCleaner, CleansByItselfAndTheDriveAsksOnceForIt) {
  auto hardware = made();
  TimePoint now = start;
  ASSERT_TRUE(hardware.add_cartridge({.name = "CLN001", .barcode = "CLN001", .cleaner = true}, now));
  ASSERT_TRUE(hardware.hand_put("CLN001", slot(5), now));
  EXPECT_EQ(code_of(hardware.soil_drive(9, now)), Errc::resource_not_present);
  ASSERT_TRUE(hardware.soil_drive(0, now));
  ASSERT_EQ(hardware.untold(0).size(), 1u);
  EXPECT_TRUE(hardware.untold(0).empty()) << "each is told once";
  ASSERT_TRUE(moved(hardware, slot(5), drive(0), now));
  EXPECT_TRUE(hardware.drive(0, now)->cleaning);
  EXPECT_EQ(code_of(hardware.begin_move({drive(0), slot(5)}, now)), Errc::medium_not_accessible) << "it does not let go of it";
  now = hardware.drive(0, now)->end;
  EXPECT_FALSE(hardware.drive(0, now)->cleaning);
  EXPECT_EQ(hardware.state().cartridges.at("CLN001").cleanings, 1u);
  EXPECT_FALSE(hardware.state().drives[0].dirty.has_value());
  EXPECT_TRUE(moved(hardware, drive(0), slot(5), now));
}

TEST(HardwareDoor, IsOpenedWhenItIsUnlocked) {
  auto hardware = made();
  TimePoint const now = start;
  EXPECT_TRUE(hardware.set_door(true, now)) << "nobody has ever locked it";
  ASSERT_TRUE(hardware.lock_door(true, now));
  EXPECT_TRUE(hardware.set_door(false, now));
  EXPECT_EQ(code_of(hardware.set_door(true, now)), Errc::invalid_operation);
  ASSERT_TRUE(hardware.lock_door(false, now));
  EXPECT_TRUE(hardware.set_door(true, now));
}

TEST(HardwareService, DrivesAndChangersAreReplaced) {
  auto hardware = made();
  TimePoint now = start;
  Fault dead = fault_of(FaultKind::drive_dies);
  dead.element = drive(0);
  ASSERT_TRUE(hardware.add_fault(dead, now));
  auto const before = look(hardware, now).value().elements[6];
  auto const about = hardware.describe();
  ASSERT_TRUE(moved(hardware, slot(0), drive(1), now));
  EXPECT_EQ(code_of(hardware.replace_drive(1, {}, now)), Errc::not_empty);
  EXPECT_EQ(code_of(hardware.replace_drive(2, {}, now)), Errc::resource_not_present);
  ASSERT_TRUE(hardware.replace_drive(0, {.revision = "2"}, now));
  auto const after = look(hardware, now).value().elements[6];
  EXPECT_NE(after.drive_serial, before.drive_serial);
  EXPECT_TRUE(after.accessible) << "the new one is not dead";
  EXPECT_EQ(hardware.drive(0, now)->identity.revision, "2");
  EXPECT_EQ(hardware.drive(0, now)->identity.serial, after.drive_serial);
  EXPECT_EQ(hardware.describe(), about) << "the changer is the same";
  std::string const third = hardware.replace_drive(0, {}, now)->serial;
  EXPECT_NE(third, after.drive_serial);
  EXPECT_NE(third, before.drive_serial);
  EXPECT_EQ(code_of(hardware.replace_drive(0, {.serial = third}, now)), Errc::invalid_parameter);

  ASSERT_TRUE(hardware.replace_changer({.product = "OTHER", .serial = "S2"}, now));
  EXPECT_EQ(hardware.describe().serial, "S2");
  EXPECT_EQ(hardware.describe().product, "OTHER");
  EXPECT_EQ(hardware.describe().vendor, about.vendor);
  EXPECT_EQ(place_of(hardware, "A00001"), "drive 1") << "what is in the library stays";
  ASSERT_TRUE(hardware.begin_move({drive(1), slot(0)}, now));
  EXPECT_EQ(code_of(hardware.replace_changer({}, now)), Errc::busy);
}

TEST(HardwareService, MagazinesAreTakenOutAndComeBackWithWhatIsInThem) {
  auto hardware = made();
  TimePoint now = start;
  ASSERT_TRUE(hardware.take_magazine({1, 2}, now));
  auto const report = look(hardware, now).value();
  for (std::size_t i : {1u, 2u}) {
    EXPECT_FALSE(report.elements[i].full);
    EXPECT_FALSE(report.elements[i].accessible);
    EXPECT_EQ(report.elements[i].exception, (port::ElementException{0x3B, 0x12, "its magazine is taken out"}));
  }
  EXPECT_TRUE(report.elements[3].full);
  EXPECT_EQ(hardware.describe().elements[0].count, 6u) << "the changer still has the elements";
  EXPECT_EQ(code_of(moved(hardware, slot(1), drive(0), now)), Errc::medium_not_accessible);
  EXPECT_EQ(code_of(moved(hardware, slot(0), slot(2), now)), Errc::medium_not_accessible);
  EXPECT_EQ(code_of(hardware.hand_take(slot(1), now)), Errc::invalid_operation);
  EXPECT_EQ(code_of(hardware.take_magazine({2, 2}, now)), Errc::invalid_operation);
  EXPECT_EQ(code_of(hardware.take_magazine({0, 2}, now)), Errc::invalid_operation);
  EXPECT_EQ(code_of(hardware.take_magazine({5, 2}, now)), Errc::resource_not_present);
  EXPECT_EQ(code_of(hardware.take_magazine({5, 0xFFFFFFFF}, now)), Errc::resource_not_present);
  EXPECT_EQ(code_of(hardware.take_magazine({5, 0}, now)), Errc::invalid_parameter);
  EXPECT_EQ(code_of(hardware.set_slots(3, now)), Errc::invalid_operation);
  EXPECT_EQ(code_of(hardware.put_magazine(0, now)), Errc::object_not_found);
  ASSERT_TRUE(hardware.put_magazine(1, now));
  EXPECT_EQ(look(hardware, now)->elements[1].barcode, "A00002");
  ASSERT_TRUE(hardware.begin_move({slot(0), drive(0)}, now));
  EXPECT_EQ(code_of(hardware.take_magazine({0, 1}, now)), Errc::busy);
  EXPECT_TRUE(hardware.problems().empty());
}

TEST(HardwareService, SlotsVanishAndComeBack) {
  auto hardware = made();
  TimePoint now = start;
  ASSERT_TRUE(hardware.set_slots(2, now));
  EXPECT_EQ(hardware.describe().elements[0], (port::ElementRange{ElementKind::slot, 0, 2}));
  EXPECT_EQ(code_of(hardware.elements({{ElementKind::slot, 2, 1}}, now)), Errc::resource_not_present);
  EXPECT_EQ(code_of(moved(hardware, slot(2), drive(0), now)), Errc::resource_not_present);
  EXPECT_EQ(place_of(hardware, "A00003"), "slot 2") << "it went with its slot";
  EXPECT_TRUE(hardware.problems().empty());
  ASSERT_TRUE(Hardware::restore(hardware.state()));
  ASSERT_TRUE(hardware.set_slots(8, now));
  EXPECT_EQ(look(hardware, now)->elements[2].barcode, "A00003");
  EXPECT_FALSE(look(hardware, now)->elements[7].full);
  EXPECT_EQ(code_of(hardware.set_slots(0, now)), Errc::invalid_parameter);
  EXPECT_EQ(code_of(hardware.set_slots(limits::emulator_elements_max + 1, now)), Errc::invalid_parameter);
}

TEST(HardwareMake, WithoutDrivesAndWithAHundredThousandSlots) {
  Geometry g = small_library();
  g.drives = 0;
  g.slots = limits::emulator_elements_max;
  g.sides = 1;
  auto hardware = made(g);
  EXPECT_EQ(hardware.describe().elements[0].count, 100'000u);
  EXPECT_EQ(hardware.describe().elements[1].kind, ElementKind::port);
  auto const last = hardware.elements({{ElementKind::slot, 99'000, 1000}}, start);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->elements.back().element, slot(99'999));
  EXPECT_TRUE(hardware.problems().empty());
}

TEST(HardwareMove, IsWrittenDownBeforeItBeginsAndTheClockTellsWhereTheCartridgeIs) {
  auto hardware = made();
  EXPECT_EQ(hardware.begin_move({slot(0), drive(1)}, start).value(), at(9000));
  ASSERT_TRUE(hardware.state().motion);
  EXPECT_EQ(hardware.state().motion->cartridge, "A00001");
  EXPECT_EQ(place_of(hardware, "A00001"), "arm 0");
  EXPECT_EQ(code_of(hardware.finish_move(at(8999))), Errc::not_ready);
  auto const in_flight = look(hardware, at(8999)).value();
  EXPECT_EQ(seen(in_flight.elements.back()), (Seen{arm, true, port::TagState::readable, "A00001"}));
  EXPECT_FALSE(in_flight.elements[0].full);
  // Nobody finishes it: the next look finds it arrived.
  EXPECT_TRUE(look(hardware, at(9000))->elements[7].full);
  EXPECT_EQ(place_of(hardware, "A00001"), "drive 1");
  EXPECT_TRUE(hardware.finish_move(at(9000)));
  EXPECT_EQ(hardware.drive(1, at(9000))->phase, DrivePhase::inserted);
}

TEST(HardwareMove, ARestoredLibraryKnowsFromTheClock) {
  auto hardware = made();
  ASSERT_TRUE(hardware.begin_move({slot(0), drive(0), true}, start));
  auto early = Hardware::restore(hardware.state()).value();
  auto late = Hardware::restore(hardware.state()).value();
  early.settle(at(5000));
  late.settle(at(3'600'000));
  EXPECT_EQ(place_of(early, "A00001"), "arm 0");
  EXPECT_EQ(place_of(late, "A00001"), "drive 0");
  EXPECT_EQ(late.drive(0, at(3'600'000))->side_up, 1u);
}

TEST(HardwareMove, RefusesWhatCannotBe) {
  auto hardware = made();
  auto const refusal = [&](port::Move const& what) { return code_of(hardware.begin_move(what, start)); };
  auto const before = hardware.state();
  EXPECT_EQ(refusal({slot(5), drive(0)}), Errc::empty);
  EXPECT_EQ(refusal({slot(0), slot(1)}), Errc::not_empty);
  EXPECT_EQ(refusal({slot(0), slot(6)}), Errc::resource_not_present);
  EXPECT_EQ(refusal({drive(2), slot(5)}), Errc::resource_not_present);
  EXPECT_EQ(refusal({slot(0), arm}), Errc::invalid_parameter);
  EXPECT_EQ(refusal({arm, slot(5)}), Errc::empty);
  EXPECT_EQ(refusal({slot(0), slot(0)}), Errc::invalid_parameter);
  EXPECT_EQ(refusal({drive(0), drive(0)}), Errc::invalid_parameter);
  EXPECT_EQ(hardware.state(), before) << "a refused move changes nothing";

  ASSERT_TRUE(hardware.begin_move({slot(0), drive(0)}, start));
  EXPECT_EQ(refusal({slot(1), drive(1)}), Errc::busy);
}

TEST(HardwareMove, RefusesAThreadedCartridgeAndAnOpenDoorAndAnExtendedPort) {
  auto hardware = made();
  TimePoint now = start;
  ASSERT_TRUE(moved(hardware, slot(0), drive(0), now));
  ASSERT_TRUE(hardware.begin_load(0, now));
  EXPECT_EQ(code_of(hardware.begin_move({drive(0), slot(0)}, now)), Errc::medium_not_accessible) << "while loading";
  now += Millis{15'000};
  EXPECT_EQ(code_of(hardware.begin_move({drive(0), slot(0)}, now)), Errc::medium_not_accessible) << "loaded";
  ASSERT_TRUE(hardware.begin_unload(0, now));
  EXPECT_EQ(code_of(hardware.begin_move({drive(0), slot(0)}, now)), Errc::medium_not_accessible) << "while unloading";
  now += Millis{22'000};
  EXPECT_TRUE(moved(hardware, drive(0), slot(0), now));

  ASSERT_TRUE(hardware.set_door(true, now));
  EXPECT_EQ(code_of(hardware.begin_move({slot(0), drive(0)}, now)), Errc::not_ready);
  EXPECT_TRUE(look(hardware, now)->door_open);
  ASSERT_TRUE(hardware.set_door(false, now));
  ASSERT_TRUE(hardware.extend_port(0, true, now));
  EXPECT_EQ(code_of(hardware.begin_move({slot(0), io_port(0)}, now)), Errc::not_ready);
}

TEST(HardwareMove, TurnsTwoSidedCartridgesIntoDrivesOnly) {
  auto hardware = made();
  TimePoint now = start;
  ASSERT_TRUE(moved(hardware, slot(0), drive(0), now, true));
  EXPECT_EQ(now, at(13'000)) << "a turn takes its time";
  EXPECT_EQ(hardware.drive(0, now)->side_up, 1u);
  ASSERT_TRUE(moved(hardware, drive(0), drive(0), now, true));
  EXPECT_EQ(hardware.drive(0, now)->side_up, 0u) << "taken out, turned, put back";
  ASSERT_TRUE(moved(hardware, drive(0), drive(0), now, true));
  ASSERT_TRUE(moved(hardware, drive(0), drive(1), now));
  EXPECT_EQ(hardware.drive(1, now)->side_up, 1u) << "a move without turn keeps the side up";
  EXPECT_EQ(hardware.drive(0, now)->phase, DrivePhase::empty);
  ASSERT_TRUE(moved(hardware, drive(1), slot(5), now));
  ASSERT_TRUE(moved(hardware, slot(5), drive(0), now));
  EXPECT_EQ(hardware.drive(0, now)->side_up, 0u) << "slots keep side 0 up";

  Geometry g = small_library();
  g.sides = 1;
  auto one_sided = made(g);
  EXPECT_EQ(code_of(one_sided.begin_move({slot(0), drive(0), true}, start)), Errc::not_supported);
}

TEST(HardwareMove, TwoSlotsChangeTheirCartridges) {
  auto hardware = made();
  EXPECT_TRUE(hardware.describe().exchanges);
  EXPECT_EQ(code_of(hardware.begin_move({slot(0), slot(5), false, true}, start)), Errc::empty) << "nothing to take there";
  EXPECT_EQ(code_of(hardware.begin_move({slot(0), drive(0), false, true}, start)), Errc::invalid_parameter);
  EXPECT_EQ(hardware.begin_move({slot(0), slot(1), false, true}, start).value(), at(18'000)) << "two moves in one";
  EXPECT_EQ(place_of(hardware, "A00001"), "arm 0");
  EXPECT_EQ(place_of(hardware, "A00002"), "slot 1");
  EXPECT_TRUE(hardware.problems().empty()) << hardware.problems().front();
  auto restored = Hardware::restore(hardware.state()).value();
  for (auto* one : {&hardware, &restored}) {
    EXPECT_TRUE(one->finish_move(at(18'000)));
    EXPECT_EQ(place_of(*one, "A00001"), "slot 1");
    EXPECT_EQ(place_of(*one, "A00002"), "slot 0");
    EXPECT_TRUE(one->problems().empty());
  }
}

TEST(HardwareMove, TakesNoTimeWithScaleZeroAndPartsOfItWithOthers) {
  Geometry g = small_library();
  g.timing.scale = 0;
  auto hardware = made(g);
  EXPECT_EQ(hardware.begin_move({slot(0), drive(0)}, start).value(), start);
  EXPECT_TRUE(hardware.finish_move(start));
  EXPECT_EQ(hardware.begin_load(0, start).value(), start);
  EXPECT_TRUE(hardware.finish_load(0, start));
  ASSERT_TRUE(hardware.set_scale(0.02, start));
  EXPECT_EQ(hardware.begin_move({slot(1), drive(1)}, start).value(), at(180));
  EXPECT_EQ(code_of(hardware.set_scale(-1, start)), Errc::invalid_parameter);
  EXPECT_EQ(code_of(hardware.set_scale(1001, start)), Errc::invalid_parameter);
}

TEST(HardwareMove, FinishWithoutBeginIsAnError) {
  auto hardware = made();
  EXPECT_EQ(code_of(hardware.finish_move(start)), Errc::invalid_operation);
}

TEST(HardwareDrive, APersonPullsTheCartridgeOutWhateverTheDriveDoes) {
  auto hardware = made();
  TimePoint now = start;
  EXPECT_EQ(code_of(hardware.hand_pull(0, now)), Errc::empty);
  EXPECT_EQ(code_of(hardware.hand_pull(2, now)), Errc::resource_not_present);
  ASSERT_TRUE(moved(hardware, slot(0), drive(0), now));
  TimePoint const loaded = hardware.begin_load(0, now).value();
  EXPECT_EQ(code_of(hardware.hand_take(drive(0), now)), Errc::invalid_operation) << "it holds its cartridge";
  EXPECT_EQ(hardware.hand_pull(0, now).value(), "A00001") << "in the middle of a load";
  EXPECT_EQ(hardware.drive(0, now)->phase, DrivePhase::empty);
  EXPECT_EQ(hardware.state().cartridges.at("A00001").place, std::nullopt);
  EXPECT_EQ(code_of(hardware.finish_load(0, loaded)), Errc::no_media_in_drive);
  EXPECT_TRUE(hardware.problems().empty());
  EXPECT_TRUE(hardware.hand_put("A00001", drive(0), loaded)) << "and puts it in again";
}

TEST(HardwareDrive, LoadsAndUnloadsInTheirTime) {
  auto hardware = made();
  TimePoint now = start;
  EXPECT_EQ(code_of(hardware.begin_load(0, now)), Errc::no_media_in_drive);
  EXPECT_EQ(code_of(hardware.begin_unload(0, now)), Errc::no_media_in_drive);
  EXPECT_EQ(code_of(hardware.begin_load(2, now)), Errc::resource_not_present);
  EXPECT_EQ(code_of(hardware.drive(2, now)), Errc::resource_not_present);
  ASSERT_TRUE(moved(hardware, slot(0), drive(0), now));
  EXPECT_EQ(code_of(hardware.finish_load(0, now)), Errc::invalid_operation);
  EXPECT_EQ(hardware.begin_unload(0, now).value(), now) << "unloaded already";

  TimePoint const loaded = now + Millis{15'000};
  EXPECT_EQ(hardware.begin_load(0, now).value(), loaded);
  EXPECT_EQ(hardware.begin_load(0, now + Millis{1}).value(), loaded) << "joins the load under way";
  EXPECT_EQ(code_of(hardware.finish_load(0, loaded - Millis{1})), Errc::not_ready);
  EXPECT_EQ(code_of(hardware.begin_unload(0, now)), Errc::not_ready);
  EXPECT_TRUE(hardware.finish_load(0, loaded));
  EXPECT_TRUE(hardware.drive(0, loaded)->loaded);
  EXPECT_EQ(hardware.begin_load(0, loaded).value(), loaded) << "loaded already";
  EXPECT_EQ(code_of(hardware.finish_unload(0, loaded)), Errc::invalid_operation);

  TimePoint const unloaded = loaded + Millis{22'000};
  EXPECT_EQ(hardware.begin_unload(0, loaded).value(), unloaded);
  EXPECT_EQ(hardware.begin_unload(0, loaded + Millis{5}).value(), unloaded);
  EXPECT_EQ(code_of(hardware.begin_load(0, loaded)), Errc::not_ready);
  EXPECT_EQ(code_of(hardware.finish_unload(0, unloaded - Millis{1})), Errc::not_ready);
  EXPECT_TRUE(hardware.finish_unload(0, unloaded));
  EXPECT_EQ(hardware.drive(0, unloaded)->phase, DrivePhase::inserted);
  EXPECT_EQ(hardware.state().drives[0].loads, 1u);
}

TEST(HardwarePort, IsReachedByAPersonOnlyWhileItIsExtended) {
  auto hardware = made();
  TimePoint now = start;
  EXPECT_EQ(code_of(hardware.extend_port(1, true, now)), Errc::resource_not_present);
  EXPECT_EQ(code_of(hardware.port_take(0, now)), Errc::invalid_operation);
  EXPECT_EQ(code_of(hardware.port_press(0, now)), Errc::invalid_operation);
  ASSERT_TRUE(moved(hardware, slot(0), io_port(0), now));
  ASSERT_TRUE(hardware.begin_move({slot(1), slot(5)}, now));
  EXPECT_TRUE(hardware.extend_port(0, true, now)) << "the arm is elsewhere";
  now += Millis{9000};
  EXPECT_FALSE(look(hardware, now)->elements[8].accessible);
  EXPECT_EQ(hardware.port_take(0, now).value(), "A00001");
  EXPECT_EQ(code_of(hardware.port_take(0, now)), Errc::empty);
  EXPECT_EQ(place_of(hardware, "A00001"), "outside");
  EXPECT_EQ(code_of(hardware.port_put(0, "B1", now)), Errc::object_not_found);
  EXPECT_EQ(code_of(hardware.port_put(0, "A00002", now)), Errc::invalid_operation) << "it is in a slot";
  EXPECT_TRUE(hardware.port_put(0, "A00001", now));
  EXPECT_TRUE(hardware.port_press(0, now));
  EXPECT_TRUE(look(hardware, now)->elements[8].accessible);
  ASSERT_TRUE(hardware.begin_move({io_port(0), slot(0)}, now));
  EXPECT_EQ(code_of(hardware.extend_port(0, true, now)), Errc::busy);
}

TEST(HardwareDoor, IsLockedWhileTheArmMoves) {
  auto hardware = made();
  ASSERT_TRUE(hardware.begin_move({slot(0), drive(0)}, start));
  EXPECT_EQ(code_of(hardware.set_door(true, start)), Errc::busy);
  EXPECT_TRUE(hardware.set_door(true, at(9000)));
}

TEST(HardwareHand, MovesTakesAndPutsWithoutAskingTheLibrary) {
  auto hardware = made();
  TimePoint now = start;
  EXPECT_TRUE(hardware.hand_move(slot(0), slot(5), now));
  EXPECT_EQ(place_of(hardware, "A00001"), "slot 5");
  EXPECT_EQ(code_of(hardware.hand_move(slot(0), slot(4), now)), Errc::empty);
  EXPECT_EQ(code_of(hardware.hand_move(slot(1), slot(5), now)), Errc::not_empty);
  EXPECT_EQ(code_of(hardware.hand_move(slot(9), slot(4), now)), Errc::resource_not_present);
  EXPECT_EQ(code_of(hardware.hand_move(slot(1), arm, now)), Errc::invalid_parameter);
  EXPECT_EQ(hardware.hand_take(slot(5), now).value(), "A00001");
  EXPECT_EQ(code_of(hardware.hand_take(slot(5), now)), Errc::empty);
  EXPECT_EQ(code_of(hardware.hand_put("A00001", slot(1), now)), Errc::not_empty);
  EXPECT_EQ(code_of(hardware.hand_put("A00002", slot(0), now)), Errc::invalid_operation);
  EXPECT_TRUE(hardware.hand_put("A00001", drive(0), now));
  EXPECT_EQ(hardware.drive(0, now)->phase, DrivePhase::inserted);
  ASSERT_TRUE(hardware.begin_load(0, now));
  EXPECT_EQ(code_of(hardware.hand_take(drive(0), now)), Errc::invalid_operation) << "the drive holds it";
  ASSERT_TRUE(hardware.begin_move({slot(1), slot(4)}, now));
  EXPECT_EQ(code_of(hardware.hand_move(slot(2), slot(1), now)), Errc::busy) << "the arm may come back there";
  EXPECT_EQ(code_of(hardware.hand_move(slot(2), slot(4), now)), Errc::busy);
  EXPECT_TRUE(hardware.problems().empty());
}

TEST(HardwareHand, SwapsSoilsAndProtects) {
  auto hardware = made();
  EXPECT_TRUE(hardware.swap_labels("A00001", "A00002", start));
  EXPECT_EQ(look(hardware, start)->elements[0].barcode, "A00002");
  EXPECT_EQ((*hardware.find("A00002"))->name, "A00001");
  EXPECT_EQ(code_of(hardware.swap_labels("A00001", "A00001", start)), Errc::invalid_parameter);
  EXPECT_EQ(code_of(hardware.swap_labels("A00001", "ZZZ", start)), Errc::object_not_found);
  EXPECT_TRUE(hardware.soil_label("A00002", true, start));
  EXPECT_EQ(seen(look(hardware, start)->elements[0]), (Seen{slot(0), true, port::TagState::unreadable, ""}));
  EXPECT_TRUE(hardware.soil_label("A00002", false, start));
  EXPECT_EQ(look(hardware, start)->elements[0].barcode, "A00002");
  EXPECT_TRUE(hardware.set_write_protect("A00002", true, start));
  EXPECT_TRUE(hardware.state().cartridges.at("A00001").write_protected);
  ASSERT_TRUE(hardware.hand_move(slot(0), drive(0), start));
  EXPECT_EQ(code_of(hardware.set_write_protect("A00002", false, start)), Errc::invalid_operation);
}

TEST(HardwareCartridge, ANewOneBeginsOutside) {
  auto hardware = made();
  Cartridge fresh{.name = "B7", .barcode = "", .place = {}, .labels = {{}, {}}};
  EXPECT_TRUE(hardware.add_cartridge(fresh, start));
  EXPECT_EQ(place_of(hardware, "B7"), "outside");
  EXPECT_EQ(code_of(hardware.add_cartridge(fresh, start)), Errc::already_exists);
  fresh.name = "b8";
  EXPECT_EQ(code_of(hardware.add_cartridge(fresh, start)), Errc::invalid_parameter);
  fresh.name = "B8";
  fresh.labels.pop_back();
  EXPECT_EQ(code_of(hardware.add_cartridge(fresh, start)), Errc::invalid_parameter);
}

TEST(ElementText, IsReadInEveryUsualSpelling) {
  for (auto const* text : {"slot 3", "slot3", "slot:3", "slot-3"}) EXPECT_EQ(parse_element(text), slot(3)) << text;
  for (auto const* text : {"", "slot", "3", "slot 3x", "slot  3", "shelf 1", "slot -1", "slot 99999999999"})
    EXPECT_FALSE(parse_element(text)) << text;
}

}  // namespace
}  // namespace rsm::emulated
