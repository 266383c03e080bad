#include "libmgr/machines/arm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libmgr/machines/limits.hpp"
#include "tests/machines/support.hpp"

namespace rsm::machine {
namespace {

using namespace testing;

constexpr Element slot_3{ElementKind::slot, 3};

class ArmMachine : public ::testing::Test {
 protected:
  ArmView at(std::optional<Element> place, bool door_open = false) {
    ArmView v;
    v.at = place;
    v.medium_name = "A00001";
    v.where = place ? place->text() : "offline";
    v.door_open = door_open;
    return v;
  }
  ArmActions begin(bool turn = false) {
    arm.ask({WorkId{7}, request_id(1), medium_id(1), drive_0, turn});
    return arm.begin(at(slot_3));
  }
  // To the point where the hardware is asked after the move.
  void move(Result<> answer = {}) {
    begin();
    arm.durable(at(slot_3));
    arm.moved(at(slot_3), std::move(answer));
  }
  Arm arm;
};

TEST_F(ArmMachine, TheIntentIsRecordedAndDurableBeforeTheMove) {
  auto const begun = begin();
  ASSERT_TRUE(has<RecordIntent>(begun));
  EXPECT_TRUE(has<AwaitDurable>(begun));
  EXPECT_FALSE(has<SendMove>(begun));
  auto const durable = arm.durable(at(slot_3));
  ASSERT_TRUE(has<SendMove>(durable));
  EXPECT_EQ(find<SendMove>(durable)->what, (port::Move{slot_3, drive_0, false}));
}

TEST_F(ArmMachine, WhatIsTriedAgainAfterItsRequestHasEndedIsMovedForNobody) {
  move(fail(Errc::device_not_available, "arm 0", "its handler died"));
  EXPECT_TRUE(has<Pause>(arm.looked(at(slot_3))));
  arm.request_ended(request_id(2));
  EXPECT_EQ(arm.current()->request, request_id(1));
  arm.request_ended(request_id(1));
  auto const again = arm.pause_over(at(slot_3));
  ASSERT_TRUE(has<RecordIntent>(again)) << "its cartridge may lie in the arm";
  EXPECT_EQ(find<RecordIntent>(again)->task.request, RequestId{});
}

// ---- two change places: medium 1 of slot 3 with medium 2 of slot 5

class Exchange : public ArmMachine {
 protected:
  ArmView both(std::optional<Element> one, std::optional<Element> other, bool recognized = true) {
    ArmView v = at(one);
    v.partner_name = "A00002";
    v.partner_at = other;
    v.partner_where = other ? other->text() : "offline";
    v.both_recognized = recognized;
    return v;
  }
  ArmActions ask() {
    arm.ask({WorkId{7}, request_id(1), medium_id(1), slot_5, false, medium_id(2)});
    return arm.begin(both(slot_3, slot_5));
  }
  void exchange(Result<> answer = {}) {
    ask();
    arm.durable(both(slot_3, slot_5));
    arm.moved(both(slot_3, slot_5), std::move(answer));
  }
  static constexpr Element slot_5{ElementKind::slot, 5};
};

TEST_F(Exchange, OneCommandAfterItsIntent) {
  ASSERT_TRUE(has<RecordIntent>(ask()));
  auto const durable = arm.durable(both(slot_3, slot_5));
  ASSERT_TRUE(has<SendMove>(durable));
  EXPECT_EQ(find<SendMove>(durable)->what, (port::Move{slot_3, slot_5, false, true}));
  arm.moved(both(slot_3, slot_5), {});
  auto const done = arm.looked(both(slot_5, slot_3));
  ASSERT_TRUE(has<ArmDone>(done));
  EXPECT_TRUE(find<ArmDone>(done)->outcome);
}

TEST_F(Exchange, NotBegunWithoutThePartner) {
  arm.ask({WorkId{7}, request_id(1), medium_id(1), slot_5, false, medium_id(2)});
  auto const done = arm.begin(both(slot_3, Element{ElementKind::slot, 6}));
  EXPECT_FALSE(has<RecordIntent>(done));
  ASSERT_TRUE(has<ArmDone>(done));
  EXPECT_THAT(find<ArmDone>(done)->outcome.error().detail, ::testing::HasSubstr("A00002, which is in slot 6"));
}

TEST_F(Exchange, OneHalfIsLookedForEverywhereAndThenHasFailed) {
  exchange(fail(Errc::medium_not_accessible, "arm", "jammed"));
  auto const look = arm.looked(both(slot_5, std::nullopt));
  ASSERT_TRUE(has<Look>(look));
  EXPECT_TRUE(find<Look>(look)->everything);
  auto const done = arm.looked(both(slot_5, Element{ElementKind::arm, 0}));
  ASSERT_TRUE(has<ArmDone>(done));
  ASSERT_FALSE(find<ArmDone>(done)->outcome);
  EXPECT_THAT(find<ArmDone>(done)->outcome.error().detail, ::testing::HasSubstr("the cartridge is in slot 5, and A00002 is in arm 0"));
  EXPECT_EQ(find<ArmDone>(done)->commands, 1u);
}

TEST_F(Exchange, TriedAgainOnlyWhereBothAreRecognizedAtTheirOldPlaces) {
  exchange(fail(Errc::medium_not_accessible, "arm", "jammed"));
  EXPECT_TRUE(has<Pause>(arm.looked(both(slot_3, slot_5))));
  ASSERT_TRUE(has<RecordIntent>(arm.pause_over(both(slot_3, slot_5))));
  arm.durable(both(slot_3, slot_5));
  arm.moved(both(slot_3, slot_5), fail(Errc::medium_not_accessible, "arm", "jammed"));
  EXPECT_TRUE(has<Look>(arm.looked(both(slot_3, slot_5, false))));
  auto const done = arm.looked(both(slot_3, slot_5, false));
  ASSERT_TRUE(has<ArmDone>(done)) << "a second command could undo the first";
  EXPECT_FALSE(find<ArmDone>(done)->outcome);
}

TEST_F(Exchange, AnErrorAfterItWasDoneIsNoFailure) {
  exchange(fail(Errc::timeout, "arm", "no answer"));
  EXPECT_TRUE(find<ArmDone>(arm.looked(both(slot_5, slot_3)))->outcome);
}

TEST_F(ArmMachine, AnAnsweredMoveIsDoneWhenTheHardwareSaysSo) {
  move();
  auto const done = arm.looked(at(drive_0));
  ASSERT_TRUE(has<ArmDone>(done));
  EXPECT_TRUE(find<ArmDone>(done)->outcome.has_value());
  EXPECT_EQ(find<ArmDone>(done)->task.work, WorkId{7});
  EXPECT_TRUE(arm.idle());
}

TEST_F(ArmMachine, AFailedMoveThatHasArrivedIsDone) {
  move(fail(Errc::timeout, "arm", "no answer"));
  EXPECT_TRUE(find<ArmDone>(arm.looked(at(drive_0)))->outcome.has_value());
}

TEST_F(ArmMachine, AMoveThatIsNotDoneIsTriedAgainWithItsIntentRecordedAnew) {
  move(fail(Errc::medium_not_accessible, "arm", "jammed"));
  EXPECT_TRUE(has<Pause>(arm.looked(at(slot_3))));
  EXPECT_TRUE(has<RecordIntent>(arm.pause_over(at(slot_3))));
}

TEST_F(ArmMachine, NothingIsSentToWhereAnotherCartridgeIs) {
  ArmView taken = at(slot_3);
  taken.destination_holds = "A00002";
  arm.ask({WorkId{7}, request_id(1), medium_id(1), drive_0, false});
  auto const done = arm.begin(taken);
  EXPECT_FALSE(has<RecordIntent>(done));
  ASSERT_TRUE(has<ArmDone>(done));
  EXPECT_EQ(find<ArmDone>(done)->outcome.error().code, Errc::not_empty);
  EXPECT_THAT(find<ArmDone>(done)->outcome.error().detail, ::testing::HasSubstr("A00002 is in it"));
  EXPECT_EQ(find<ArmDone>(done)->commands, 0u);
  EXPECT_TRUE(arm.idle());
}

TEST_F(ArmMachine, AMoveIsNotTriedAgainWhereAnotherCartridgeHasCome) {
  move();
  ArmView taken = at(slot_3);
  taken.destination_holds = "A00002";
  auto const done = arm.looked(taken);
  EXPECT_FALSE(has<Pause>(done));
  ASSERT_TRUE(has<ArmDone>(done));
  EXPECT_EQ(find<ArmDone>(done)->outcome.error().code, Errc::not_empty);
  EXPECT_EQ(find<ArmDone>(done)->commands, 1u);
}

TEST_F(ArmMachine, TriesEnd) {
  move(fail(Errc::medium_not_accessible, "arm", "jammed"));
  ArmActions last;
  for (unsigned n = 1; n <= limits::move_attempts_max; ++n) {
    last = arm.looked(at(slot_3));
    if (has<ArmDone>(last)) break;
    arm.pause_over(at(slot_3));
    arm.durable(at(slot_3));
    arm.moved(at(slot_3), fail(Errc::medium_not_accessible, "arm", "jammed"));
  }
  ASSERT_TRUE(has<ArmDone>(last));
  EXPECT_EQ(find<ArmDone>(last)->outcome.error().code, Errc::medium_not_accessible);
  EXPECT_EQ(find<ArmDone>(last)->commands, limits::move_attempts_max);
}

TEST_F(ArmMachine, WhatIsAtNeitherEndIsLookedForEverywhere) {
  move();
  auto const look = arm.looked(at(std::nullopt));
  ASSERT_TRUE(has<Look>(look));
  EXPECT_TRUE(find<Look>(look)->everything);
  EXPECT_FALSE(find<ArmDone>(arm.looked(at(std::nullopt)))->outcome.has_value());
}

TEST_F(ArmMachine, AnOpenDoorLeavesTheMoveUndecided) {
  move();
  EXPECT_TRUE(has<Pause>(arm.looked(at(slot_3, true))));
  EXPECT_FALSE(arm.idle());
  EXPECT_TRUE(has<Look>(arm.pause_over(at(slot_3))));
}

TEST_F(ArmMachine, ASilentChangerNeedsServiceAfterSomeTriesAndIsAskedOn) {
  move();
  bool service = false;
  for (unsigned n = 0; n <= limits::device_retries_max; ++n) {
    auto const silent = arm.not_looked(at(slot_3), {Errc::timeout, "arm", "no answer"});
    service = find<ChangerSilent>(silent)->needs_service;
    EXPECT_TRUE(has<Pause>(silent));
    arm.pause_over(at(slot_3));
  }
  EXPECT_TRUE(service);
  EXPECT_TRUE(has<ChangerAnswers>(arm.looked(at(drive_0))));
}

TEST_F(ArmMachine, AChangerThatAnswersWithItsDoorOpenAnswers) {
  move();
  for (unsigned n = 0; n <= limits::device_retries_max; ++n) {
    arm.not_looked(at(slot_3), {Errc::timeout, "arm", "no answer"});
    arm.pause_over(at(slot_3));
  }
  EXPECT_TRUE(has<ChangerAnswers>(arm.looked(at(slot_3, true))));
}

TEST_F(ArmMachine, WhatHasNotBegunCanBeTakenBack) {
  arm.ask({WorkId{7}, request_id(1), medium_id(1), drive_0, false});
  EXPECT_TRUE(arm.withdraw(WorkId{7}));
  EXPECT_FALSE(arm.may_begin());
  begin();
  EXPECT_FALSE(arm.withdraw(WorkId{7}));
}

TEST_F(ArmMachine, AMoveWhoseRequestHasEndedIsNotTriedAgain) {
  move(fail(Errc::medium_not_accessible, "arm", "jammed"));
  arm.forget_request(WorkId{7});
  auto const done = arm.looked(at(slot_3));
  ASSERT_TRUE(has<ArmDone>(done));
  EXPECT_TRUE(find<ArmDone>(done)->task.request.is_zero());
}

TEST_F(ArmMachine, AMoveWhoseRequestHasEndedBeforeItsIntentIsDurableIsNotBegun) {
  begin();
  arm.forget_request(WorkId{7});
  auto const actions = arm.durable(at(slot_3));
  EXPECT_FALSE(has<SendMove>(actions));
  ASSERT_TRUE(has<ArmDone>(actions));
  EXPECT_FALSE(find<ArmDone>(actions)->outcome.has_value());
}

TEST_F(ArmMachine, ATurnBringsTheOtherSideUp) {
  begin(true);
  arm.durable(at(slot_3));
  arm.moved(at(slot_3), {});
  EXPECT_EQ(find<ArmDone>(arm.looked(at(drive_0)))->side_up, 1U);
}

}  // namespace
}  // namespace rsm::machine
