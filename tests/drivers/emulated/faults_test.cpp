// Every kind of fault: what it does, whom it hits, how often, and when it is over.
#include "tests/drivers/emulated/support.hpp"

namespace rsm::emulated {
namespace {

class Faults : public ::testing::Test {
 protected:
  FaultId arm_fault(Fault fault) { return hardware.add_fault(std::move(fault), now).value(); }
  Result<> move(Element from, Element to, bool turn = false) { return moved(hardware, from, to, now, turn); }
  void load(std::uint32_t number) {
    now = hardware.begin_load(number, now).value();
    ASSERT_TRUE(hardware.finish_load(number, now));
  }
  std::size_t armed() const { return hardware.state().faults.faults().size(); }
  void TearDown() override { EXPECT_TRUE(hardware.problems().empty()) << hardware.problems().front(); }

  Hardware hardware = made();
  TimePoint now = start;
};

TEST_F(Faults, SourceEmptyAndDestinationFullLieOnce) {
  arm_fault(fault_of(FaultKind::source_empty));
  arm_fault(fault_of(FaultKind::destination_full));
  EXPECT_EQ(code_of(move(slot(0), drive(0))), Errc::empty);
  EXPECT_EQ(code_of(move(slot(0), drive(0))), Errc::not_empty);
  EXPECT_TRUE(move(slot(0), drive(0)));
  EXPECT_EQ(armed(), 0u);
}

TEST_F(Faults, ATargetLimitsWhomTheyHit) {
  auto fault = fault_of(FaultKind::source_empty);
  fault.cartridge = "A00002";
  arm_fault(fault);
  fault = fault_of(FaultKind::destination_full);
  fault.element = drive(1);
  arm_fault(fault);
  EXPECT_TRUE(move(slot(0), drive(0)));
  EXPECT_EQ(code_of(move(slot(1), slot(5))), Errc::empty);
  EXPECT_EQ(code_of(move(slot(2), drive(1))), Errc::not_empty);
  EXPECT_EQ(armed(), 0u);
}

TEST_F(Faults, CountAndDurationEndThem) {
  auto fault = fault_of(FaultKind::source_empty);
  fault.count = 2;
  arm_fault(fault);
  EXPECT_EQ(code_of(move(slot(0), drive(0))), Errc::empty);
  EXPECT_EQ(code_of(move(slot(0), drive(0))), Errc::empty);
  EXPECT_EQ(armed(), 0u);
  fault.count = 0;
  fault.until = now + Millis{1000};
  arm_fault(fault);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(code_of(move(slot(0), drive(0))), Errc::empty);
  now += Millis{1000};
  EXPECT_TRUE(move(slot(0), drive(0)));
  EXPECT_EQ(armed(), 0u) << "what is over is forgotten";
}

TEST_F(Faults, UnreadableBarcodeShowsAFullElementWithoutOne) {
  auto fault = fault_of(FaultKind::unreadable_barcode);
  fault.cartridge = "A00002";
  arm_fault(fault);
  EXPECT_EQ(seen(look(hardware, now)->elements[1]), (Seen{slot(1), true, port::TagState::unreadable, ""}));
  EXPECT_EQ(look(hardware, now)->elements[1].barcode, "A00002");
}

TEST_F(Faults, ACartridgeThatNeverLoadsFailsInEveryDriveAndOthersDoNot) {
  auto fault = fault_of(FaultKind::load_fails);
  fault.cartridge = "A00002";
  fault.count = 0;
  arm_fault(fault);
  for (std::uint32_t number : {0u, 1u, 0u}) {
    ASSERT_TRUE(move(slot(1), drive(number)));
    now = hardware.begin_load(number, now).value();
    EXPECT_EQ(code_of(hardware.finish_load(number, now)), Errc::unable_to_load_medium);
    ASSERT_TRUE(move(drive(number), slot(1)));
  }
  ASSERT_TRUE(move(slot(0), drive(0)));
  load(0);
  EXPECT_EQ(armed(), 1u);
}

TEST_F(Faults, AQuestionAboutSpoiltElementsFailsOrHangs) {
  auto fault = fault_of(FaultKind::elements_fail);
  fault.element = slot(2);
  fault.to = slot(4);
  fault.count = 0;
  arm_fault(fault);
  EXPECT_EQ(code_of(hardware.elements({{ElementKind::slot, 0, 3}}, now)), Errc::medium_not_accessible);
  EXPECT_EQ(code_of(hardware.elements({{ElementKind::slot, 4, 1}}, now)), Errc::medium_not_accessible);
  EXPECT_TRUE(hardware.elements({{ElementKind::slot, 0, 2}, {ElementKind::slot, 5, 1}, {ElementKind::drive, 0, 2}}, now));
  EXPECT_EQ(code_of(look(hardware, now)), Errc::medium_not_accessible);
  hardware.heal(FaultKind::elements_fail, now);
  EXPECT_TRUE(look(hardware, now));

  fault = fault_of(FaultKind::elements_hang);
  fault.element = drive(1);
  arm_fault(fault);
  EXPECT_EQ(hardware.begin_elements({{ElementKind::slot, 0, 6}, {ElementKind::drive, 0, 1}}, now).fault, 0u);
  Hold const hold = hardware.begin_elements({{ElementKind::drive, 0, 2}}, now);
  EXPECT_TRUE(hardware.holds(hold.fault, now));
  EXPECT_EQ(hardware.begin_elements({{ElementKind::drive, 1, 1}}, now).fault, 0u) << "it hits once, and holds that one";
  hardware.heal(FaultKind::elements_hang, now);
  EXPECT_FALSE(hardware.holds(hold.fault, now));
  arm_fault(fault_of(FaultKind::status_hangs));
  EXPECT_NE(hardware.begin_elements({{ElementKind::slot, 0, 1}}, now).fault, 0u) << "any question";
  hardware.heal(std::nullopt, now);

  fault = fault_of(FaultKind::elements_fail);
  fault.element = slot(4);
  for (auto const to : {slot(2), drive(1)}) {
    fault.to = to;
    EXPECT_EQ(code_of(hardware.add_fault(fault, now)), Errc::invalid_parameter);
  }
}

TEST_F(Faults, LoadAndUnloadFail) {
  ASSERT_TRUE(move(slot(0), drive(0)));
  arm_fault(fault_of(FaultKind::load_fails));
  now = hardware.begin_load(0, now).value();
  EXPECT_EQ(code_of(hardware.finish_load(0, now)), Errc::unable_to_load_medium);
  EXPECT_EQ(hardware.drive(0, now)->phase, DrivePhase::inserted);
  load(0);
  arm_fault(fault_of(FaultKind::unload_fails));
  now = hardware.begin_unload(0, now).value();
  EXPECT_EQ(code_of(hardware.finish_unload(0, now)), Errc::unable_to_unload_media);
  EXPECT_TRUE(hardware.drive(0, now)->loaded);
}

TEST_F(Faults, AMoveThatHangsKeepsTheCartridgeInTheArmUntilItIsHealed) {
  arm_fault(fault_of(FaultKind::move_hangs));
  EXPECT_EQ(hardware.begin_move({slot(0), drive(0)}, now).value(), never);
  now += Millis{10'000'000};
  EXPECT_TRUE(look(hardware, now)->elements.back().full);
  EXPECT_EQ(code_of(hardware.begin_move({slot(1), drive(1)}, now)), Errc::busy);
  EXPECT_EQ(armed(), 1u) << "it holds what it hit";
  EXPECT_EQ(hardware.heal(FaultKind::load_fails, now), 0u);
  EXPECT_EQ(hardware.state().motion->end, never);
  EXPECT_EQ(hardware.heal(FaultKind::move_hangs, now), 1u);
  EXPECT_EQ(hardware.state().motion->end, now + Millis{9000});
  now += Millis{9000};
  EXPECT_TRUE(hardware.finish_move(now));
  EXPECT_EQ(place_of(hardware, "A00001"), "drive 0");
}

TEST_F(Faults, AHangWithADurationEndsByItself) {
  auto fault = fault_of(FaultKind::move_hangs);
  fault.until = now + Millis{5000};
  arm_fault(fault);
  EXPECT_EQ(hardware.begin_move({slot(0), drive(0)}, now).value(), now + Millis{14'000});
  hardware.settle(now + Millis{6000});
  EXPECT_EQ(hardware.heal(std::nullopt, now + Millis{6000}), 0u) << "over already";
  EXPECT_EQ(hardware.state().motion->end, now + Millis{14'000});
  now += Millis{14'000};
  EXPECT_TRUE(hardware.finish_move(now));
}

TEST_F(Faults, ALoadThatHangsGoesOnWhenHealed) {
  ASSERT_TRUE(move(slot(0), drive(0)));
  arm_fault(fault_of(FaultKind::load_hangs));
  EXPECT_EQ(hardware.begin_load(0, now).value(), never);
  EXPECT_EQ(hardware.begin_load(0, now).value(), never) << "a second handler joins";
  hardware.heal(std::nullopt, now);
  now += Millis{15'000};
  EXPECT_TRUE(hardware.finish_load(0, now));
}

TEST_F(Faults, StatusAndVolumeQuestionsHang) {
  EXPECT_EQ(hardware.begin_status(arm, now).fault, 0u);
  auto fault = fault_of(FaultKind::status_hangs);
  fault.element = drive(1);
  arm_fault(fault);
  EXPECT_EQ(hardware.begin_status(arm, now).fault, 0u);
  EXPECT_EQ(hardware.begin_status(drive(0), now).fault, 0u);
  Hold const hold = hardware.begin_status(drive(1), now);
  EXPECT_NE(hold.fault, 0u);
  EXPECT_EQ(hold.until, never);
  EXPECT_TRUE(hardware.holds(hold.fault, now));
  EXPECT_EQ(hardware.begin_status(drive(1), now).fault, 0u) << "it hits once, and holds that one";
  hardware.heal(std::nullopt, now);
  EXPECT_FALSE(hardware.holds(hold.fault, now));

  fault = fault_of(FaultKind::volume_hangs);
  fault.until = now + Millis{100};
  arm_fault(fault);
  Hold const volume = hardware.begin_volume_work(0, now);
  EXPECT_EQ(volume.until, now + Millis{100});
  EXPECT_TRUE(hardware.holds(volume.fault, now + Millis{99}));
  EXPECT_FALSE(hardware.holds(volume.fault, now + Millis{100}));
}

TEST_F(Faults, JamsReportAnErrorWhereverTheCartridgeIs) {
  arm_fault(fault_of(FaultKind::jam_moved));
  EXPECT_EQ(code_of(move(slot(0), drive(0), true)), Errc::gen_failure);
  EXPECT_EQ(place_of(hardware, "A00001"), "drive 0");
  EXPECT_EQ(hardware.drive(0, now)->side_up, 1u);
  arm_fault(fault_of(FaultKind::jam_not_moved));
  EXPECT_EQ(code_of(move(drive(0), drive(0), true)), Errc::gen_failure);
  EXPECT_EQ(place_of(hardware, "A00001"), "drive 0");
  EXPECT_EQ(hardware.drive(0, now)->side_up, 1u) << "not turned";
  arm_fault(fault_of(FaultKind::jam_not_moved));
  EXPECT_EQ(code_of(move(slot(1), drive(1))), Errc::gen_failure);
  EXPECT_EQ(place_of(hardware, "A00002"), "slot 1");
}

TEST_F(Faults, TheWrongCartridgeIsDeliveredAsASuccess) {
  arm_fault(fault_of(FaultKind::wrong_cartridge));
  EXPECT_TRUE(move(slot(2), drive(0)));
  EXPECT_EQ(place_of(hardware, "A00003"), "slot 2");
  EXPECT_EQ(place_of(hardware, "A00001"), "drive 0");
  EXPECT_EQ(armed(), 0u);
}

TEST_F(Faults, PersonsActJustBeforeTheCommand) {
  auto fault = fault_of(FaultKind::door_open);
  fault.until = now + Millis{2000};
  arm_fault(fault);
  EXPECT_EQ(code_of(move(slot(0), drive(0))), Errc::not_ready);
  now += Millis{2000};
  EXPECT_FALSE(look(hardware, now)->door_open) << "it was open for a time only";

  fault = fault_of(FaultKind::moved_by_hand);
  fault.to = slot(5);
  arm_fault(fault);
  EXPECT_EQ(code_of(move(slot(0), drive(0))), Errc::empty);
  EXPECT_EQ(place_of(hardware, "A00001"), "slot 5");

  fault = fault_of(FaultKind::taken_by_hand);
  fault.cartridge = "A00002";
  arm_fault(fault);
  EXPECT_FALSE(look(hardware, now)->elements[1].full);
  EXPECT_EQ(place_of(hardware, "A00002"), "outside");

  fault = fault_of(FaultKind::swapped_labels);
  fault.cartridge = "A00003";
  arm_fault(fault);
  EXPECT_EQ(look(hardware, now)->elements[2].barcode, "A00004");
  EXPECT_EQ(look(hardware, now)->elements[3].barcode, "A00003");
}

TEST_F(Faults, WhatNobodyCanDoNowStaysArmed) {
  ASSERT_TRUE(move(slot(0), drive(0)));
  load(0);
  auto fault = fault_of(FaultKind::taken_by_hand);
  fault.cartridge = "A00001";
  arm_fault(fault);
  ASSERT_TRUE(look(hardware, now));
  EXPECT_EQ(place_of(hardware, "A00001"), "drive 0");
  EXPECT_EQ(armed(), 1u);
  now = hardware.begin_unload(0, now).value();
  ASSERT_TRUE(look(hardware, now));
  EXPECT_EQ(place_of(hardware, "A00001"), "outside");
}

TEST_F(Faults, ADeadDriveDoesNotAnswerAndComesBack) {
  ASSERT_TRUE(move(slot(0), drive(0)));
  auto fault = fault_of(FaultKind::drive_dies);
  fault.element = drive(0);
  fault.until = now + Millis{1000};
  arm_fault(fault);
  EXPECT_FALSE(hardware.drive(0, now)->answers);
  EXPECT_EQ(code_of(hardware.begin_load(0, now)), Errc::device_not_available);
  EXPECT_EQ(code_of(hardware.begin_unload(0, now)), Errc::device_not_available);
  EXPECT_EQ(code_of(hardware.begin_move({drive(0), slot(0)}, now)), Errc::medium_not_accessible);
  EXPECT_FALSE(look(hardware, now)->elements[6].accessible);
  EXPECT_TRUE(hardware.drive(1, now)->answers);
  now += Millis{1000};
  EXPECT_TRUE(hardware.drive(0, now)->answers);
  load(0);
}

TEST_F(Faults, AreRefusedWhereTheyMakeNoSense) {
  auto fault = fault_of(FaultKind::load_fails);
  fault.element = drive(9);
  EXPECT_EQ(code_of(hardware.add_fault(fault, now)), Errc::resource_not_present);
  fault = fault_of(FaultKind::load_fails);
  fault.cartridge = "nobody";
  EXPECT_EQ(code_of(hardware.add_fault(fault, now)), Errc::object_not_found);
  fault = fault_of(FaultKind::load_fails);
  fault.until = now;
  EXPECT_EQ(code_of(hardware.add_fault(fault, now)), Errc::invalid_parameter);
  fault = fault_of(FaultKind::drive_dies);
  fault.element = slot(0);
  EXPECT_EQ(code_of(hardware.add_fault(fault, now)), Errc::invalid_parameter);
  fault = fault_of(FaultKind::load_fails);
  fault.to = slot(0);
  EXPECT_EQ(code_of(hardware.add_fault(fault, now)), Errc::invalid_parameter);
  fault = fault_of(FaultKind::load_fails);
  fault.other = "A00001";
  EXPECT_EQ(code_of(hardware.add_fault(fault, now)), Errc::invalid_parameter);
  EXPECT_EQ(armed(), 0u);
}

TEST_F(Faults, ThePlanHasALimit) {
  for (int i = 0; i < 1000; ++i) arm_fault(fault_of(FaultKind::load_fails));
  EXPECT_EQ(code_of(hardware.add_fault(fault_of(FaultKind::load_fails), now)), Errc::not_empty);
  EXPECT_EQ(hardware.heal(std::nullopt, now), 1000u);
}

}  // namespace
}  // namespace rsm::emulated
