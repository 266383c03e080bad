// Units of a target, whatever way of addressing it uses.
#include "drivers/scsi/lun_list.hpp"

#include <gmock/gmock.h>

#include "drivers/scsi/device_address.hpp"
#include "tests/drivers/scsi/answers.hpp"

namespace rsm::test {
namespace {

using ::testing::ElementsAre;

TEST(LunLists, PeripheralAndFlatAddressing) {
  auto const list = scsi::decode_lun_list(bytes("00000020 00000000 0000000000000000 0003000000000000 412c000000000000 0003000000000000"));
  ASSERT_TRUE(list);
  EXPECT_THAT(list->luns, ElementsAre(0, 3, 300));
  EXPECT_EQ(list->other, 0u);
  EXPECT_EQ(list->bytes_wanted, 40u);
}

TEST(LunLists, WhatNoAddressCanNameIsCounted) {
  // A bus below, a level below, extended addressing (a well-known unit).
  auto const list = scsi::decode_lun_list(bytes("00000020 00000000 0103000000000000 0003000100000000 c101000000000000 0001000000000000"));
  ASSERT_TRUE(list);
  EXPECT_THAT(list->luns, ElementsAre(1));
  EXPECT_EQ(list->other, 3u);
}

TEST(LunLists, OfAListThatWasCutWhatIsThere) {
  auto const list = scsi::decode_lun_list(bytes("00000020 00000000 0001000000000000 00020000"));
  ASSERT_TRUE(list);
  EXPECT_THAT(list->luns, ElementsAre(1));
  EXPECT_EQ(list->bytes_wanted, 40u);
  EXPECT_FALSE(scsi::decode_lun_list(bytes("00000020 000000")));
  EXPECT_TRUE(scsi::decode_lun_list(bytes("00000000 00000000"))->luns.empty());
}

TEST(LunLists, EveryNumberComesBackAsItWasSent) {
  for (std::uint32_t lun = 0; lun <= 16'383; ++lun) ASSERT_EQ(scsi::lun_of_sent(scsi::sent_lun(static_cast<std::uint16_t>(lun))), lun);
  EXPECT_FALSE(scsi::lun_of_sent(0x0100));
  EXPECT_FALSE(scsi::lun_of_sent(0x8000));
  EXPECT_FALSE(scsi::lun_of_sent(0xC101));
}

TEST(LunLists, PortalsAreWrittenAsInAddresses) {
  EXPECT_EQ(scsi::parse_portal("Library.example")->portal(), "library.example:3260");
  EXPECT_EQ(scsi::parse_portal("[::1]:13260")->portal(), "[::1]:13260");
  for (auto const* wrong :
       {"", ":3260", "host:", "host:0", "host:65536", "::1", "user@host", "user%secret@host", "host/target", "a b", "host\n", "127.0.0.1,127.0.0.2"})
    EXPECT_FALSE(scsi::parse_portal(wrong)) << wrong;
}

}  // namespace
}  // namespace rsm::test
