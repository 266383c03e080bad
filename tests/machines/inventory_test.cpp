#include "libmgr/machines/inventory.hpp"

#include <gmock/gmock.h>

#include "libmgr/machines/limits.hpp"
#include "tests/machines/support.hpp"

namespace rsm::machine {
namespace {

using namespace testing;

class InventoryMachine : public ::testing::Test {
 protected:
  static port::ChangerDescription library(std::uint32_t slots) {
    port::ChangerDescription d;
    d.elements = {{ElementKind::slot, 0, slots}, {ElementKind::drive, 0, 1}};
    return d;
  }
  static port::ElementReport answer(port::ElementRange const& range) {
    port::ElementReport report;
    for (std::uint32_t n = 0; n < range.count; ++n) report.elements.push_back({.element = {range.kind, range.first + n}});
    return report;
  }
  // Answers every question; those that touch slot `dead` fail.
  InventoryActions read_all(InventoryActions actions, std::optional<std::uint32_t> dead = {}) {
    while (auto const* ask = find<AskElements>(actions)) {
      auto const range = ask->range;
      ++questions;
      bool const fails = dead && range.kind == ElementKind::slot && *dead >= range.first && *dead - range.first < range.count;
      actions = inventory.read(fails ? Result<port::ElementReport>(fail(Errc::medium_not_accessible, "slot", "no answer")) : answer(range));
    }
    return actions;
  }
  Inventory inventory;
  unsigned questions = 0;
};

TEST_F(InventoryMachine, ALargeLibraryIsAskedInRanges) {
  EXPECT_TRUE(has<AskDescription>(inventory.begin()));
  auto const read = read_all(inventory.described(library(100'000)));
  EXPECT_TRUE(has<ChangerRead>(read));
  EXPECT_EQ(inventory.elements().size(), 100'001U);
  EXPECT_EQ(questions, 101U);
  EXPECT_TRUE(inventory.left_out().empty());
}

TEST_F(InventoryMachine, ARangeThatDoesNotAnswerIsHalvedAndWhatIsLeftIsNamed) {
  inventory.begin();
  read_all(inventory.described(library(3000)), 1234);
  ASSERT_EQ(inventory.left_out().size(), 1U);
  EXPECT_EQ(inventory.left_out().front(), (port::ElementRange{ElementKind::slot, 1234, 1}));
  EXPECT_EQ(inventory.elements().size(), 3000U);
}

TEST_F(InventoryMachine, NeighboursThatDoNotAnswerAreNamedTogether) {
  inventory.begin();
  auto actions = inventory.described(library(8));
  while (auto const* ask = find<AskElements>(actions)) {
    auto const range = ask->range;
    bool const dead = range.kind == ElementKind::slot && range.first + range.count > 2;
    actions = inventory.read(dead ? Result<port::ElementReport>(fail(Errc::medium_not_accessible, "slot", "no answer")) : answer(range));
  }
  EXPECT_THAT(inventory.left_out(), ::testing::ElementsAre(port::ElementRange{ElementKind::slot, 2, 6}));
}

TEST_F(InventoryMachine, ItEndsWhenTheDrivesHaveAnswered) {
  inventory.begin();
  read_all(inventory.described(library(1)));
  EXPECT_TRUE(inventory.asking({drive_id(0), drive_id(1)}).empty());
  EXPECT_TRUE(inventory.drive_answered(drive_id(0)).empty());
  EXPECT_TRUE(inventory.drive_answered(drive_id(5)).empty());
  auto const done = inventory.drive_answered(drive_id(1));
  ASSERT_TRUE(has<InventoryDone>(done));
  EXPECT_TRUE(find<InventoryDone>(done)->outcome.has_value());
  EXPECT_TRUE(inventory.idle());
}

TEST_F(InventoryMachine, WithNoDriveToAskItEndsAtOnce) {
  inventory.begin();
  read_all(inventory.described(library(1)));
  EXPECT_TRUE(has<InventoryDone>(inventory.asking({})));
}

TEST_F(InventoryMachine, AnOpenDoorAndASilentChangerEndIt) {
  inventory.begin();
  auto open = library(4);
  open.door_open = true;
  EXPECT_EQ(find<InventoryDone>(inventory.described(open))->outcome.error().code, Errc::not_ready);
  EXPECT_TRUE(inventory.door_open());
  inventory.begin();
  EXPECT_EQ(find<InventoryDone>(inventory.described(fail(Errc::timeout, "arm", "no answer")))->outcome.error().code, Errc::timeout);
  inventory.begin();
  inventory.described(library(4));
  EXPECT_EQ(find<InventoryDone>(inventory.read(fail(Errc::timeout, "arm", "no answer")))->outcome.error().code, Errc::timeout);
  EXPECT_TRUE(inventory.idle());
}

// What it has said until then is no picture of the library; but one that never says all of it is taken as it is.
TEST_F(InventoryMachine, AChangerThatFallsSilentBeforeTheEndIsAskedAgainAsAWhole) {
  auto const look = [this] {
    inventory.begin();
    inventory.described(library(4));
    EXPECT_TRUE(has<AskElements>(inventory.read(answer({ElementKind::slot, 0, 4}))));
    return inventory.read(fail(Errc::device_not_available, "arm", "another computer has reserved it"));
  };
  for (unsigned n = 0; n < limits::device_retries_max; ++n) {
    auto const silent = look();
    ASSERT_TRUE(has<InventoryDone>(silent));
    EXPECT_EQ(find<InventoryDone>(silent)->outcome.error().code, Errc::device_not_available);
  }
  for (int n = 0; n < 2; ++n) {
    EXPECT_TRUE(has<ChangerRead>(look()));
    EXPECT_THAT(inventory.left_out(), ::testing::ElementsAre(port::ElementRange{ElementKind::drive, 0, 1}));
    inventory.asking({});
  }
  inventory.begin();
  read_all(inventory.described(library(4)));
  inventory.asking({});
  EXPECT_TRUE(has<InventoryDone>(look())) << "it had answered";
}

TEST_F(InventoryMachine, OneThatAnswersNothingAnyMoreIsNeverTakenAsItIs) {
  auto three = library(4);
  three.elements.push_back({ElementKind::port, 0, 1});
  for (unsigned n = 0; n < 2 * limits::device_retries_max; ++n) {
    inventory.begin();
    inventory.described(three);
    inventory.read(answer({ElementKind::slot, 0, 4}));
    auto actions = inventory.read(fail(Errc::timeout, "arm", "no answer"));
    if (!has<InventoryDone>(actions)) actions = inventory.read(fail(Errc::timeout, "arm", "no answer"));
    ASSERT_TRUE(has<InventoryDone>(actions));
    EXPECT_EQ(find<InventoryDone>(actions)->outcome.error().code, Errc::timeout);
  }
}

TEST_F(InventoryMachine, AnswersThatNobodyWaitsForAreNothing) {
  EXPECT_TRUE(inventory.described(library(1)).empty());
  EXPECT_TRUE(inventory.read(port::ElementReport{}).empty());
  EXPECT_TRUE(inventory.drive_answered(drive_id(0)).empty());
}

}  // namespace
}  // namespace rsm::machine
