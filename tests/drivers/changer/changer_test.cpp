// The changer driver on every model: who it is, what is in it, moves, and what a caller may ask wrongly.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/drivers/changer/bench.hpp"

namespace rsm::test {
namespace {

class EveryModel : public ::testing::TestWithParam<LibraryModel> {};
INSTANTIATE_TEST_SUITE_P(Changer, EveryModel, ::testing::ValuesIn(all_models()), [](auto const& one) {
  std::string name = one.param.id;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST_P(EveryModel, SaysWhoItIsAndWhatItHas) {
  Bench bench(GetParam());
  auto const said = bench.changer.describe();
  ASSERT_TRUE(said) << said.error().text();
  EXPECT_EQ(said->vendor, GetParam().vendor);
  EXPECT_EQ(said->product, GetParam().product);
  EXPECT_EQ(said->serial, "LIB0004711");
  EXPECT_EQ(said->revision, "1.23");
  EXPECT_EQ(said->elements, bench.book.ranges());
  EXPECT_EQ(said->sides, GetParam().rotates ? 2u : 1u);
  EXPECT_FALSE(said->door_open);
}

TEST_P(EveryModel, TellsWhatIsInIt) {
  Bench bench(GetParam());
  auto const seen = bench.inventory();
  ASSERT_TRUE(seen) << seen.error().text();
  EXPECT_EQ(bench.difference(*seen), "");
  EXPECT_EQ(bench.library->initializations(), GetParam().needs_initialize || GetParam().id == "disc-orion" ? 1u : 0u);
  EXPECT_TRUE(bench.inventory()) << "and again";
}

TEST_P(EveryModel, WhatIsAwayIsNotEmpty) {
  Bench bench(GetParam());
  auto& cells = bench.library->cells();
  cells.at(*bench.book.address_of({ElementKind::slot, 0})).away = true;
  cells.at(*bench.book.address_of({ElementKind::drive, bench.book.count(ElementKind::drive) - 1})).away = true;
  auto const seen = bench.inventory();
  ASSERT_TRUE(seen) << seen.error().text();
  EXPECT_EQ(bench.difference(*seen), "");
}

TEST_P(EveryModel, MovesAndAsksThreeElementsAtMost) {
  Bench bench(GetParam());
  ASSERT_TRUE(bench.inventory());
  Element const slot = bench.full_slot(), drive{ElementKind::drive, 0};
  std::string const cartridge = bench.cell(slot).cartridge;
  auto const before = bench.library->commands();
  auto const moved = bench.changer.move({slot, drive});
  ASSERT_TRUE(moved) << moved.error().text();
  EXPECT_LE(bench.library->commands() - before, 4u);
  EXPECT_EQ(bench.cell(drive).cartridge, cartridge);
  EXPECT_EQ(bench.library->moves(), 1u);
  ASSERT_TRUE(bench.changer.move({drive, slot}));
  EXPECT_EQ(bench.cell(slot).cartridge, cartridge);
  EXPECT_EQ(bench.difference(*bench.inventory()), "");
}

TEST_P(EveryModel, WhatCannotBeMovesNothing) {
  Bench bench(GetParam());
  ASSERT_TRUE(bench.inventory());
  Element const full = bench.full_slot(), empty = bench.empty_slot(), drive{ElementKind::drive, 0};
  EXPECT_EQ(bench.changer.move({empty, drive}).error().code, Errc::empty);
  ASSERT_TRUE(bench.changer.move({full, drive}));
  EXPECT_EQ(bench.changer.move({bench.full_slot(), drive}).error().code, Errc::not_empty);
  EXPECT_EQ(bench.changer.move({drive, drive}).error().code, Errc::not_empty);
  EXPECT_EQ(bench.changer.move({{ElementKind::slot, 65'000}, drive}).error().code, Errc::resource_not_present);
  EXPECT_EQ(bench.changer.move({drive, {ElementKind::drive, 60'000}}).error().code, Errc::resource_not_present);
  EXPECT_EQ(bench.library->moves(), 1u);
}

TEST_P(EveryModel, QuestionsThatCannotBe) {
  Bench bench(GetParam());
  EXPECT_EQ(bench.changer.elements({{ElementKind::slot, 0, 1001}}).error().code, Errc::invalid_parameter);
  EXPECT_EQ(bench.changer.elements({{ElementKind::slot, bench.book.count(ElementKind::slot), 1}}).error().code, Errc::resource_not_present);
  EXPECT_EQ(bench.changer.elements({{ElementKind::slot, 0xFFFFFFFF, 2}}).error().code, Errc::resource_not_present);
  auto const twice = bench.changer.elements({{ElementKind::drive, 0, 1}, {ElementKind::slot, 1, 1}, {ElementKind::slot, 0, 2}});
  ASSERT_TRUE(twice);
  ASSERT_EQ(twice->elements.size(), 3u);
  EXPECT_EQ(twice->elements[0].element, (Element{ElementKind::slot, 0}));
  EXPECT_EQ(twice->elements[2].element, (Element{ElementKind::drive, 0}));
  EXPECT_TRUE(bench.changer.elements({})->elements.empty());
}

LibraryModel with_slots(LibraryModel model, std::uint16_t slots) {
  model.elements = {.transport = {1, 1}, .storage = {4096, slots}, .import_export = {16, 30}, .drive = {256, 20}};
  return model;
}

TEST_P(EveryModel, AThousandSlotsInFewerThanTwentyCommands) {
  Bench bench(with_slots(GetParam(), 1000));
  ASSERT_TRUE(bench.changer.describe());
  auto const before = bench.library->commands();
  auto const seen = bench.changer.elements({{ElementKind::slot, 0, 1000}});
  ASSERT_TRUE(seen) << seen.error().text();
  EXPECT_LT(bench.library->commands() - before, 20u);
  EXPECT_EQ(seen->elements.size(), 1000u);
  EXPECT_TRUE(std::ranges::all_of(seen->elements, [](auto const& status) { return !status.exception; }));
  auto const all = bench.inventory();
  ASSERT_TRUE(all);
  EXPECT_EQ(bench.difference(*all), "");
}

TEST(Changer, AMoveThatTheLibraryNeverMakesIsExplained) {
  Bench bench(model_named("ibm-ts4500"));
  ASSERT_TRUE(bench.inventory());
  auto const moved = bench.changer.move({{ElementKind::slot, 0}, {ElementKind::arm, 0}});
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().code, Errc::resource_not_present);
  EXPECT_EQ(bench.library->moves(), 0u);
  EXPECT_NE(moved.error().detail.find("it moves nothing from slot to arm"), std::string::npos) << moved.error().detail;
}

TEST(Changer, ACartridgeIsTurnedOver) {
  Bench bench(model_named("disc-orion"));
  ASSERT_TRUE(bench.inventory());
  Element const slot = bench.full_slot(), drive{ElementKind::drive, 0};
  ASSERT_TRUE(bench.changer.move({slot, drive, true}));
  EXPECT_TRUE(bench.cell(drive).inverted);
  ASSERT_TRUE(bench.changer.move({drive, drive, true}));
  EXPECT_FALSE(bench.cell(drive).inverted);
  EXPECT_EQ(bench.difference(*bench.inventory()), "");
}

TEST(Changer, ThePortIsLockedAlsoAfterAReset) {
  Bench bench(model_named("ibm-3573-tl"));
  ASSERT_TRUE(bench.changer.extend_port(0, false));
  EXPECT_TRUE(bench.library->removal_prevented());
  bench.library->attention(6, 0x29, 0);
  ASSERT_TRUE(bench.changer.elements({{ElementKind::drive, 0, 1}}));
  EXPECT_EQ(std::ranges::count(bench.library->operations(), std::uint8_t{0x1E}), 2);
  ASSERT_TRUE(bench.changer.extend_port(0, true));
  EXPECT_FALSE(bench.library->removal_prevented());
  EXPECT_EQ(bench.changer.extend_port(7, true).error().code, Errc::resource_not_present);
}

TEST(Changer, TheDoorHasTheSameLock) {
  Bench bench(model_named("ibm-3573-tl"));
  ASSERT_TRUE(bench.changer.unlock_door(false));
  EXPECT_TRUE(bench.library->removal_prevented());
  ASSERT_TRUE(bench.changer.unlock_door(true));
  EXPECT_FALSE(bench.library->removal_prevented());
  bench.library->attention(6, 0x29, 0);
  ASSERT_TRUE(bench.changer.elements({{ElementKind::drive, 0, 1}}));
  EXPECT_FALSE(bench.library->removal_prevented()) << "and is not set again after a reset while a person is at it";
}

// There is one lock for all: who closes the port leaves the door to the person it was opened to, and the other way round.
TEST(Changer, WhatIsOpenForAPersonStaysOpenWhenSomethingElseIsClosed) {
  Bench bench(model_named("ibm-3573-tl"));
  ASSERT_TRUE(bench.changer.unlock_door(true));
  ASSERT_TRUE(bench.changer.extend_port(0, true));
  ASSERT_TRUE(bench.changer.extend_port(0, false));
  EXPECT_FALSE(bench.library->removal_prevented()) << "the door is open for somebody";
  ASSERT_TRUE(bench.changer.unlock_door(false));
  EXPECT_TRUE(bench.library->removal_prevented());
  ASSERT_TRUE(bench.changer.extend_port(0, true));
  ASSERT_TRUE(bench.changer.unlock_door(true));
  ASSERT_TRUE(bench.changer.unlock_door(false));
  EXPECT_FALSE(bench.library->removal_prevented()) << "the port is open for somebody";
  ASSERT_TRUE(bench.changer.extend_port(0, false));
  EXPECT_TRUE(bench.library->removal_prevented());
}

TEST(Changer, NewAddressesAreFoundByThemselves) {
  Bench bench(model_named("ibm-3573-tl"));
  ASSERT_TRUE(bench.inventory());
  bench.library->set_first_slot(0x2000);
  port::Move const move{{ElementKind::slot, 0}, {ElementKind::drive, 0}};
  EXPECT_EQ(bench.changer.move(move).error().code, Errc::not_ready) << "the numbers may mean other elements by now";
  EXPECT_EQ(bench.library->moves(), 0u);
  EXPECT_TRUE(bench.changer.move(move));
  bench.library->set_first_slot(0x3000);
  auto const seen = bench.changer.elements({{ElementKind::slot, 1, 1}});
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->elements[0].address, 0x3001u);
  EXPECT_FALSE(seen->elements[0].exception);
}

TEST(Changer, OneRefusalOfTagsIsNotRemembered) {
  Bench bench(model_named("ibm-3573-tl"));
  ASSERT_TRUE(bench.inventory());
  bench.library->spoil(2, {.sense = fixed_sense(5, 0x24, 0)});
  EXPECT_EQ(bench.changer.elements({{ElementKind::slot, 0, 1}})->elements[0].barcode, "");
  EXPECT_EQ(bench.changer.elements({{ElementKind::slot, 0, 1}})->elements[0].barcode, "A00000");
}

TEST(Changer, WhatIsInTheTransportSpeaksAgainstAMove) {
  Bench bench(model_named("spectra-python"));
  ASSERT_TRUE(bench.inventory());
  Element const slot{ElementKind::slot, 0};
  // Said to be done, with a remark.
  bench.library->spoil(1, {.kind = Fault::Kind::error_half_way, .sense = fixed_sense(1, 0x5D, 0)});
  auto const moved = bench.changer.move({slot, {ElementKind::port, 0}});
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().code, Errc::medium_not_accessible);
  EXPECT_NE(moved.error().detail.find("a cartridge is in the transport"), std::string::npos) << moved.error().detail;
  // Something lies in it: a move that was given up is not sent again.
  bench.library->spoil(1, {.sense = fixed_sense(0xB, 0x47, 0)});
  auto const before = bench.library->commands();
  EXPECT_EQ(bench.changer.move({{ElementKind::slot, 2}, {ElementKind::drive, 0}}).error().code, Errc::medium_not_accessible);
  EXPECT_EQ(bench.library->commands() - before, 4u);
}

TEST(Changer, TagsThatAreRefusedTwiceAreNotAskedForAnyMore) {
  Bench bench(model_named("quantum-dlt4700"));
  ASSERT_TRUE(bench.changer.elements({{ElementKind::slot, 0, 2}}));
  ASSERT_TRUE(bench.changer.elements({{ElementKind::slot, 0, 2}}));
  auto const before = bench.library->commands();
  ASSERT_TRUE(bench.changer.elements({{ElementKind::slot, 0, 2}}));
  EXPECT_EQ(bench.library->commands() - before, 2u) << "TEST UNIT READY and one question";
}

TEST(Changer, QuestionableSlotsAreScannedOnceWhereTheModelKnowsHow) {
  for (auto const id : {"ibm-3573-tl", "ibm-03584", "stk-l700"}) {
    Bench bench(model_named(id));
    ASSERT_TRUE(bench.inventory());
    bench.library->cells().at(*bench.book.address_of({ElementKind::slot, 3})).questionable = true;
    auto const seen = bench.changer.elements({{ElementKind::slot, 0, 9}});
    ASSERT_TRUE(seen);
    bool const knows = std::string_view(id) != "stk-l700";
    EXPECT_EQ(seen->elements[3].exception.has_value(), !knows);
    EXPECT_EQ(bench.library->initializations(), knows ? 1u : 0u);
    std::uint8_t const operation = std::string_view(id) == "ibm-03584" ? 0xE7 : 0x37;
    EXPECT_EQ(std::ranges::count(bench.library->operations(), operation), knows ? 1 : 0);
    ASSERT_TRUE(bench.changer.elements({{ElementKind::slot, 0, 9}}));
    EXPECT_EQ(bench.library->initializations(), knows ? 1u : 0u);
  }
}

TEST(Changer, ALibraryThatWantsItIsInitializedOnceInAQuestion) {
  Bench bench(model_named("spectra-python"));
  ASSERT_TRUE(bench.inventory());
  bench.library->spoil(2, {.sense = fixed_sense(2, 0x04, 0x02)});
  ASSERT_TRUE(bench.changer.elements({{ElementKind::slot, 0, 9}}));
  EXPECT_EQ(bench.library->initializations(), 1u);
  bench.library->spoil(2, {.sense = fixed_sense(2, 0x04, 0x02), .times = 99});
  EXPECT_EQ(bench.changer.elements({{ElementKind::slot, 0, 9}}).error().code, Errc::not_ready);
  EXPECT_EQ(std::ranges::count(bench.library->operations(), std::uint8_t{0x07}), 2);
}

TEST_P(EveryModel, TwoSlotsChangeTheirCartridgesWhereThereIsACommandForIt) {
  Bench bench(GetParam());
  ASSERT_TRUE(bench.inventory());
  auto const described = bench.changer.describe();
  ASSERT_TRUE(described);
  Element const one{ElementKind::slot, 0}, other{ElementKind::slot, 2};
  std::string const first = bench.cell(one).cartridge, second = bench.cell(other).cartridge;
  auto const before = bench.library->commands();
  auto const exchanged = bench.changer.move({one, other, false, true});
  if (GetParam().exchanges) {
    EXPECT_TRUE(described->exchanges);
    ASSERT_TRUE(exchanged) << exchanged.error().text();
    EXPECT_LE(bench.library->commands() - before, 4u) << "the command, both slots and the transport";
    EXPECT_EQ(bench.cell(one).cartridge, second);
    EXPECT_EQ(bench.cell(other).cartridge, first);
  } else {
    EXPECT_EQ(exchanged.error().code, Errc::not_supported);
    EXPECT_FALSE(bench.changer.describe()->exchanges) << "also where it was announced and then refused";
    EXPECT_EQ(bench.cell(one).cartridge, first);
  }
  EXPECT_EQ(bench.difference(*bench.inventory()), "");
}

TEST(Changer, AnExchangeThatIsOnlyAnnouncedIsNeverSent) {
  Bench bench(model_named("qualstar-tls"));
  EXPECT_FALSE(bench.changer.describe()->exchanges);
  EXPECT_EQ(bench.changer.move({{ElementKind::slot, 0}, {ElementKind::slot, 2}, false, true}).error().code, Errc::not_supported);
  EXPECT_EQ(std::ranges::count(bench.library->operations(), std::uint8_t{0xA6}), 0);
}

TEST(Changer, AnExchangeIsOfTwoFullSlots) {
  Bench bench(model_named("ibm-3573-tl"));
  ASSERT_TRUE(bench.inventory());
  Element const full{ElementKind::slot, 0}, empty{ElementKind::slot, 1};
  EXPECT_EQ(bench.changer.move({full, {ElementKind::drive, 0}, false, true}).error().code, Errc::invalid_parameter);
  EXPECT_EQ(bench.changer.move({full, full, false, true}).error().code, Errc::invalid_parameter);
  EXPECT_EQ(bench.changer.move({full, {ElementKind::slot, 9999}, false, true}).error().code, Errc::resource_not_present);
  EXPECT_EQ(bench.changer.move({full, empty, false, true}).error().code, Errc::empty);
  EXPECT_EQ(bench.library->moves(), 0u);
}

// Whatever it said: it is sent once, and what became of it is asked.
TEST(Changer, AFailedExchangeIsNotSentAgain) {
  using Kind = Fault::Kind;
  struct Row {
    Kind kind;
    std::string_view says;
  };
  for (auto const& row : {Row{Kind::sense, "both are full"}, Row{Kind::error_after, "both are full"}, Row{Kind::error_half_way, "a cartridge is in the transport"}}) {
    Bench bench(model_named("ibm-3573-tl"));
    ASSERT_TRUE(bench.inventory());
    bench.library->spoil(1, {.kind = row.kind, .sense = fixed_sense(0xB, 0x47, 0)});
    auto const exchanged = bench.changer.move({{ElementKind::slot, 0}, {ElementKind::slot, 2}, false, true});
    ASSERT_FALSE(exchanged);
    EXPECT_NE(exchanged.error().detail.find(row.says), std::string::npos) << exchanged.error().detail;
    EXPECT_EQ(std::ranges::count(bench.library->operations(), std::uint8_t{0xA6}), 1);
  }
}

// Of a move that failed: what the caller hears, and whether it was sent again.
struct MoveCase {
  unsigned key, asc, ascq;
  Fault::Kind kind;
  Errc error;
  unsigned moves, sent;
  std::string_view says;
};
TEST(Changer, FailedMovesSayWhatBecameOfThem) {
  using Kind = Fault::Kind;
  MoveCase const cases[] = {
      {0xB, 0x47, 0x00, Kind::sense, Errc::success, 1, 2, ""},  // the link failed, nothing was moved: once more
      {0xB, 0x47, 0x00, Kind::error_after, Errc::medium_not_accessible, 1, 1, "slot 0 is empty and drive 0 is full"},
      {0xB, 0x47, 0x00, Kind::error_half_way, Errc::medium_not_accessible, 1, 1, "a cartridge is in the transport"},
      {0x4, 0x15, 0x01, Kind::sense, Errc::gen_failure, 0, 1, "slot 0 is still full"},  // its own mechanics
      {0x2, 0x04, 0x01, Kind::sense, Errc::success, 1, 2, ""},
      {0x2, 0x04, 0x83, Kind::sense, Errc::not_ready, 0, 1, "close the door"},
      {0x6, 0x28, 0x00, Kind::sense, Errc::not_ready, 0, 1, "the elements must be read"},
      {0x5, 0x3A, 0x00, Kind::sense, Errc::medium_not_accessible, 0, 1, "slot 0 is still full"},
  };
  for (auto const& expected : cases) {
    Bench bench(model_named("spectra-python"));
    ASSERT_TRUE(bench.inventory());
    auto const sent = std::ranges::count(bench.library->operations(), std::uint8_t{0xA5});
    bench.library->spoil(1, {.kind = expected.kind, .sense = fixed_sense(expected.key, expected.asc, expected.ascq)});
    auto const moved = bench.changer.move({{ElementKind::slot, 0}, {ElementKind::drive, 0}});
    EXPECT_EQ(moved ? Errc::success : moved.error().code, expected.error) << expected.says;
    EXPECT_NE((moved ? std::string() : moved.error().detail).find(expected.says), std::string::npos) << moved.error().detail;
    EXPECT_EQ(bench.library->moves(), expected.moves);
    EXPECT_EQ(std::ranges::count(bench.library->operations(), std::uint8_t{0xA5}) - sent, expected.sent);
  }
}

TEST(Changer, AMoveWithoutAnswerIsNotLookedAt) {
  Bench bench(model_named("spectra-python"));
  ASSERT_TRUE(bench.inventory());
  bench.library->spoil(1, {.kind = Fault::Kind::silent_after});
  auto const before = bench.library->commands();
  auto const moved = bench.changer.move({{ElementKind::slot, 0}, {ElementKind::drive, 0}});
  EXPECT_EQ(moved.error().code, Errc::timeout);
  EXPECT_NE(moved.error().detail.find("the elements must be read"), std::string::npos);
  EXPECT_EQ(bench.library->commands() - before, 1u);
}

TEST(Changer, OurOwnLockIsLiftedForAMoveThatNeedsIt) {
  Bench bench(model_named("ibm-3573-tl"));
  ASSERT_TRUE(bench.changer.extend_port(0, false));
  bench.library->spoil(1, {.sense = fixed_sense(5, 0x53, 0x02)});
  ASSERT_TRUE(bench.changer.move({bench.full_slot(), {ElementKind::port, 0}}));
  EXPECT_TRUE(bench.library->removal_prevented()) << "and set again";
  EXPECT_EQ(bench.library->moves(), 1u);
}

TEST(Changer, AnOpenDoorIsTold) {
  Bench bench(model_named("spectra-python"));
  ASSERT_TRUE(bench.changer.describe());
  bench.library->spoil(1, {.sense = fixed_sense(2, 0x04, 0x83)});
  auto const seen = bench.changer.elements({{ElementKind::drive, 0, 1}});
  ASSERT_TRUE(seen);
  EXPECT_TRUE(seen->door_open);
  bench.library->spoil(1, {.sense = fixed_sense(2, 0x04, 0x83), .times = 9});
  auto const closed = bench.changer.elements({{ElementKind::drive, 0, 1}});
  EXPECT_EQ(closed.error().code, Errc::not_ready);
  EXPECT_NE(closed.error().detail.find("close the door"), std::string::npos);
}

}  // namespace
}  // namespace rsm::test
