#include "libmgr/domain/ids.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "libmgr/base/random.hpp"

namespace rsm {
namespace {

constexpr auto text = "00112233-4455-6677-8899-aabbccddeeff";

TEST(Guid, TheTextIsInTheOrderOfTheBytes) {
  Guid guid;
  for (std::size_t i = 0; i < 16; ++i) guid.bytes[i] = static_cast<std::uint8_t>(i * 0x11);
  EXPECT_EQ(guid.text(), text);
  EXPECT_EQ(Guid::parse(text), guid);
}

TEST(Guid, EveryDocumentedSpellingIsUnderstood) {
  auto const guid = Guid::parse(text);
  ASSERT_TRUE(guid);
  EXPECT_EQ(Guid::parse("{00112233-4455-6677-8899-aabbccddeeff}"), guid);
  EXPECT_EQ(Guid::parse("00112233-4455-6677-8899-AABBCCDDEEFF"), guid);
  EXPECT_EQ(Guid::parse("00112233445566778899aabbccddeeff"), guid);
}

TEST(Guid, HostileTextIsNoGuid) {
  std::string const good = text;
  for (std::string const& bad :
       {std::string{}, std::string{"{}"}, good.substr(1), good + "0", "{" + good, good + "}", "(" + good + ")",
        "{" + good.substr(0, 35) + "}", " " + good.substr(1), std::string(36, '-'), std::string(32, 'g'), std::string(36, '\0'),
        std::string(32, '\xff'), std::string{"0011223344556677-8899-aabbccddeeff--"}, std::string{"00112233_4455_6677_8899_aabbccddeeff"},
        std::string{"{00112233445566778899aabbccddeeff}"}, std::string{"0x112233-4455-6677-8899-aabbccddeeff"},
        std::string{"00112233-4455-6677-8899-aabbccddee\0f", 36}, std::string(1'000'000, '0')})
    EXPECT_FALSE(Guid::parse(bad)) << bad.substr(0, 60);
}

TEST(Guid, EveryWrongCharacterAtEveryPlaceIsRefused) {
  for (std::size_t at = 0; at < 36; ++at)
    for (char wrong : {'/', ':', '@', 'G', '`', 'g', ' ', '\0'}) {
      std::string damaged = text;
      damaged[at] = wrong;
      EXPECT_FALSE(Guid::parse(damaged)) << at << " " << wrong;
    }
}

TEST(Guid, TextAndParseGoRoundForAnyBytes) {
  SeededRandom random(7);
  std::set<Guid> seen;
  for (int i = 0; i < 1000; ++i) {
    auto const guid = random.guid();
    EXPECT_EQ(Guid::parse(guid.text()), guid);
    EXPECT_TRUE(seen.insert(guid).second);
    EXPECT_EQ(guid.bytes[6] >> 4, 4);     // version 4
    EXPECT_EQ(guid.bytes[8] >> 6, 0b10);  // RFC 4122
  }
}

TEST(Guid, TheOrderIsThatOfTheText) {
  SeededRandom random(8);
  for (int i = 0; i < 200; ++i) {
    auto const a = random.guid(), b = random.guid();
    EXPECT_EQ(a < b, a.text() < b.text());
  }
}

TEST(Ids, ZeroMeansNone) {
  DriveId id;
  EXPECT_TRUE(id.is_zero());
  EXPECT_FALSE(id);
  EXPECT_EQ(id.text(), "00000000-0000-0000-0000-000000000000");
  id.guid.bytes[15] = 1;
  EXPECT_TRUE(id);
}

TEST(Ids, KindsDoNotMix) {
  static_assert(!std::is_convertible_v<DriveId, SideId>);
  static_assert(!std::is_convertible_v<Guid, DriveId>);
  static_assert(!std::equality_comparable_with<DriveId, SideId>);
}

TEST(Random, TheSameSeedGivesTheSameNumbersEverywhere) {
  SeededRandom random(42);
  EXPECT_EQ(random.next(), 1546998764402558742ULL);  // xoshiro256** after splitmix64(42)
  SeededRandom again(42), other(43);
  again.next();
  EXPECT_EQ(random.next(), again.next());
  EXPECT_NE(random.next(), other.next());
}

TEST(RequestIds, AnIdCarriesTheNumberInItsFirstBytesAndIsNamedByIt) {
  auto const chance = *Guid::parse("ffffffff-ffff-4fff-bfff-ffffffffffff");
  auto const id = request_id(1042, chance);
  EXPECT_EQ(id.text(), "00000000-0412-8fff-bfff-ffffffffffff") << "version 8, and the rest is chance";
  EXPECT_EQ(number_in(id), 1042u);
  EXPECT_EQ(name_of(id), "request 1042");
  EXPECT_LT(request_id(255, chance), request_id(256, Guid{})) << "ids grow with their numbers";
  std::uint64_t const last = (std::uint64_t{1} << 48) - 1;
  EXPECT_EQ(number_in(request_id(last, chance)), last);
}

TEST(RequestIds, AnIdFromBeforeCarriesNone) {
  RequestId const old{*Guid::parse("a319d9b5-e14a-4236-85aa-7fee938371b9")};
  EXPECT_EQ(number_in(old), std::nullopt);
  EXPECT_EQ(name_of(old), "request a319d9b5-e14a-4236-85aa-7fee938371b9");
  EXPECT_EQ(number_in(RequestId{}), std::nullopt);
}

}  // namespace
}  // namespace rsm
