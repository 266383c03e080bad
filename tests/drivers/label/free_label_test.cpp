// The label of free media: what is written is what is understood, and nothing else is.
#include "drivers/label/free_label.hpp"

#include <gtest/gtest.h>

#include "drivers/label/archive_label.hpp"
#include "drivers/label/tape_label.hpp"
#include "libmgr/domain/free_label.hpp"
#include "tests/drivers/label/media.hpp"

namespace rsm::test {
namespace {

constexpr char const* an_id = "6b0a0d3b-2a98-4e1b-b8f4-0123456789ab";
Omid const expected{"OPENRSM", an_id, "free medium"};

TEST(FreeLabel, WhatIsWrittenIsUnderstood) {
  auto const block = label::make_free_label(an_id);
  EXPECT_EQ(block.size(), 4096u);
  EXPECT_EQ(label::parse_free_label(block), expected);
  EXPECT_EQ(label::parse_archive_label(block), expected);
  EXPECT_EQ(free_label(*Guid::parse(an_id)), expected);
}

TEST(FreeLabel, ItsBytes) {
  Medium const block = label::make_free_label(an_id);
  std::string const text =
      "OPENRSM FREE MEDIUM 1\n"
      "6b0a0d3b-2a98-4e1b-b8f4-0123456789ab\n"
      "This medium is in a free pool of a media library. Nothing on it is needed.\n"
      "73EA0EF2\n";
  Medium whole(4096);
  put(whole, 0, text);
  EXPECT_EQ(block, whole) << std::string(reinterpret_cast<char const*>(block.data()), text.size());
}

TEST(FreeLabel, OneBitElsewhereAndItIsNone) {
  auto const whole = label::make_free_label(an_id);
  for (std::size_t at = 0; at < whole.size(); at += at < 160 ? 1 : 97) {
    auto broken = whole;
    broken[at] ^= std::byte{0x04};
    EXPECT_FALSE(label::parse_free_label(broken)) << "byte " << at;
  }
  EXPECT_FALSE(label::parse_free_label(std::span(whole).first(4095))) << "cut";
  EXPECT_FALSE(label::parse_free_label(label::make_free_label("6B0A0D3B-2A98-4E1B-B8F4-0123456789AB"))) << "ids are in lower case";
}

TEST(FreeLabel, WhatIsBehindItDoesNotMatter) {
  auto longer = label::make_free_label(an_id);
  longer.resize(64 * 1024, std::byte{0x5A});
  EXPECT_EQ(label::parse_free_label(longer), expected);
}

TEST(FreeLabel, OnATapeInOneRecordOrInTheBlocksOfTheDrive) {
  auto const block = label::make_free_label(an_id);
  std::vector<label::TapeRecord> one{block, {}};
  ASSERT_TRUE(label::parse_tape_label(one));
  EXPECT_EQ(label::parse_tape_label(one)->omid, expected);
  std::vector<label::TapeRecord> blocks;
  for (std::size_t at = 0; at < block.size(); at += 512) blocks.push_back(std::span(block).subspan(at, 512));
  blocks.emplace_back();
  ASSERT_TRUE(label::parse_tape_label(blocks));
  EXPECT_EQ(label::parse_tape_label(blocks)->omid, expected);
}

TEST(FreeLabel, WhatACrashLeavesIsKnownWhicheverOfTheTwoItIs) {
  Guid const fresh = *Guid::parse(an_id), other = *Guid::parse("00000000-0000-4000-8000-000000000001");
  Omid const old{"EXT4", "old", "name"};
  Omid const begun = free_label_to_write(old, fresh);
  EXPECT_TRUE(begun.same_medium(old)) << "not written yet";
  EXPECT_TRUE(begun.same_medium(free_label(fresh))) << "written";
  EXPECT_EQ(free_label_to_write(begun, other), begun) << "begun before: the same once more";
  EXPECT_FALSE(free_label_to_write(written(begun), other).id == begun.id) << "written: the next time another one";
  EXPECT_EQ(free_label_to_write(std::nullopt, fresh), free_label(fresh));
}

TEST(FirstBytes, OfEveryLabelOfATape) {
  EXPECT_EQ(label::parse_first_bytes(label::make_free_label(an_id)), expected);
  EXPECT_EQ(label::parse_first_bytes(bacula_block({})), (Omid{"BACULA", "VOL001", "VOL001"}));
  Medium ansi = volume_label("VOL001", Letters::ascii);
  EXPECT_EQ(label::parse_first_bytes(ansi), (Omid{"ANSI", "VOL001", "VOL001"}));
  ansi.resize(512);
  EXPECT_EQ(label::parse_first_bytes(ansi), (Omid{"ANSI", "VOL001", "VOL001"})) << "with what follows it";
  EXPECT_FALSE(label::parse_first_bytes(Medium(512)));
  EXPECT_FALSE(label::parse_first_bytes(Medium()));
}

}  // namespace
}  // namespace rsm::test
