// Sense data at its edges: what the files of cases do not have.
#include "drivers/scsi/sense.hpp"

#include <gtest/gtest.h>

#include "tests/drivers/scsi/answers.hpp"

namespace rsm::test {
namespace {

using scsi::decode_sense;
using scsi::SenseFormat;

TEST(Sense, WithoutItsKeyThereIsNoSenseData) {
  EXPECT_EQ(decode_sense(bytes("70")).format, SenseFormat::none);
  EXPECT_EQ(decode_sense(bytes("70 00")).format, SenseFormat::none);
  EXPECT_EQ(decode_sense(bytes("72")).format, SenseFormat::none);
  EXPECT_EQ(decode_sense(bytes("70 00 04")).key, 4);
  EXPECT_EQ(decode_sense(bytes("72 04")).key, 4);
}

TEST(Sense, InformationNeedsAllItsBytes) {
  EXPECT_FALSE(decode_sense(bytes("F0 00 03 00 00 01")).information);
  EXPECT_EQ(decode_sense(bytes("F0 00 03 00 00 01 00")).information, 256);
  EXPECT_EQ(decode_sense(bytes("F0 00 03 80 00 00 00")).information, -0x80000000LL);
}

TEST(Sense, KeySpecificBytesNeedAllThree) {
  EXPECT_TRUE(decode_sense(bytes("70 00 05 00000000 0A 00000000 24 00 00 C0 0006")).field);
  EXPECT_FALSE(decode_sense(bytes("70 00 05 00000000 09 00000000 24 00 00 C0 0006")).field) << "the additional length ends before them";
  EXPECT_FALSE(decode_sense(bytes("70 00 05 00000000 0A 00000000 24 00 00 C0 00")).field);
}

TEST(Sense, ABareDescriptorOfAKnownTypeIsSkipped) {
  auto const sense = decode_sense(bytes("72 04 44 00 000000 08 03 00 04 00 00 00 02 00"));
  EXPECT_EQ(sense.key, 4);
  EXPECT_EQ(sense.fru, 0);
  EXPECT_FALSE(sense.filemark);
  EXPECT_FALSE(sense.information);
}

TEST(Sense, ADescriptorThatIsCutCountsForNothing) {
  EXPECT_TRUE(decode_sense(bytes("72 05 24 00 000000 08 02 06 0000 CC 0001 00")).field);
  EXPECT_FALSE(decode_sense(bytes("72 05 24 00 000000 08 02 06 0000 CC 0001")).field);
  EXPECT_FALSE(decode_sense(bytes("72 05 24 00 000000 07 02 06 0000 CC 0001 00")).field) << "the additional length ends in it";
}

TEST(Sense, ADescriptorOfLengthZeroIsNoEndlessLoop) {
  auto const sense = decode_sense(bytes("72 04 44 00 000000 08 80 00 80 00 03 02 00 2A"));
  EXPECT_EQ(sense.fru, 42);
}

TEST(Sense, OnlyKeyZeroMakesAMarkACondition) {
  EXPECT_TRUE(decode_sense(bytes("70 00 80")).condition());
  EXPECT_TRUE(decode_sense(bytes("70 00 20")).condition());
  EXPECT_FALSE(decode_sense(bytes("70 00 4D")).condition());
  EXPECT_FALSE(decode_sense(bytes("70 00 00")).condition());
}

}  // namespace
}  // namespace rsm::test
