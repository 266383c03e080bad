// Words and numbers of the enumerations: those of the Windows headers where they have one.
#include "libmgr/domain/words.hpp"

#include <gtest/gtest.h>

#include <boost/mp11/algorithm.hpp>
#include <set>

#include "libmgr/domain/drive.hpp"
#include "libmgr/domain/event.hpp"
#include "libmgr/domain/library.hpp"
#include "libmgr/domain/medium.hpp"
#include "libmgr/domain/place.hpp"
#include "libmgr/domain/pool.hpp"
#include "libmgr/domain/request.hpp"

namespace rsm {
namespace {

template <class E>
struct Words : testing::Test {};
using Enumerations = testing::Types<DriveState, ObjectType, EventKind, OperationalState, LibraryType, InventoryMethod, SlotState,
                                    PortContent, PortPosition, DoorState, SideState, MediaState, BarCodeState, ReadWrite, ElementKind,
                                    PoolType, Operation, RequestState, OperatorCommand, OperatorState>;
TYPED_TEST_SUITE(Words, Enumerations);

TYPED_TEST(Words, EveryValueHasItsOwnWordAndNumberAndGoesRound) {
  std::set<std::string> words;
  std::set<std::int64_t> numbers;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<TypeParam>>([&](auto described) {
    auto const text = word(described.value);
    EXPECT_EQ(parse_word<TypeParam>(text), described.value) << text;
    EXPECT_TRUE(words.insert(text).second) << text;
    EXPECT_TRUE(numbers.insert(number(described.value)).second) << text;
    EXPECT_EQ(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string::npos) << text;
  });
  EXPECT_GE(words.size(), 2U);
}

TYPED_TEST(Words, AZeroByteDoesNotEndAWord) {
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<TypeParam>>([](auto described) {
    EXPECT_FALSE(parse_word<TypeParam>(word(described.value) + '\0'));
    EXPECT_FALSE(parse_word<TypeParam>(word(described.value) + '\0' + "x"));
  });
}

TYPED_TEST(Words, WhatIsNoWordIsRefused) {
  for (std::string_view const text : {"", " ", "UNKNOWN", "nonsense", "0", "ready ", "ready\n"})
    EXPECT_FALSE(parse_word<TypeParam>(text)) << text;
}

TEST(WordsOf, AValueWithoutAWordSaysUnknown) {
  EXPECT_EQ(word(static_cast<DriveState>(200)), "unknown");
}

TEST(WordsOf, NumbersAreThoseOfTheWindowsHeaders) {
  EXPECT_EQ(number(DriveState::unloaded), 5);
  EXPECT_EQ(number(DriveState::dismountable), 7);
  EXPECT_EQ(number(ObjectType::logical_medium), 11);
  EXPECT_EQ(number(ObjectType::side), 14);
  EXPECT_EQ(number(ObjectType::medium), 15);
  EXPECT_EQ(number(OperationalState::needs_service), 20);
  EXPECT_EQ(number(SideState::allocated), 5);
  EXPECT_EQ(number(MediaState::opreq), 6);
  EXPECT_EQ(number(PoolType::application), 1000);
  EXPECT_EQ(number(Operation::dismount), 16);
  EXPECT_EQ(number(Operation::mount), 17);
  EXPECT_EQ(number(RequestState::waiting), 5);
  EXPECT_EQ(number(RequestState::cancelled), 7);
}

TEST(Place, ReadsAsPeopleSayIt) {
  EXPECT_EQ((Element{ElementKind::slot, 3}.text()), "slot 3");
  EXPECT_EQ(place_text(Offline{}), "offline");
  EXPECT_EQ(place_text(InElement{{}, {ElementKind::drive, 0}}), "drive 0");
}

}  // namespace
}  // namespace rsm
