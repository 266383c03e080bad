// Who has reserved a device.
#include "drivers/scsi/reservation.hpp"

#include <gmock/gmock.h>

#include "drivers/scsi/commands.hpp"
#include "tests/drivers/scsi/answers.hpp"

namespace rsm::test {
namespace {

using ::testing::ElementsAre;

TEST(Reservations, TheHolderAmongTheRegisteredIsNamed) {
  auto const holder = scsi::decode_full_status(
      bytes("00000007 00000078"
            "00000000000000aa 00000000 00 03 00000000 0001 00000018 05 00 0014 69716e2e323030312d30342e612e623a630000"
            "00"
            "0000000000001234 00000000 01 03 00000000 0001 00000030 45 00 002c 69716e2e323030312d30342e636f6d2e6578616d706c653a686f7374322c692c3078303032330000000000000000"));
  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->key, 0x1234u);
  EXPECT_EQ(holder->initiator, "iqn.2001-04.com.example:host2,i,0x0023");
  EXPECT_EQ(scsi::text_of(*holder), "iqn.2001-04.com.example:host2,i,0x0023 (reservation key 0x1234)");
}

TEST(Reservations, OtherWaysHaveAddresses) {
  auto const sas = scsi::decode_full_status(bytes("00000001 00000030 0000000000000001 00000000 01 03 00000000 0001 00000018 06 000000 5000c500a0b1c2d3 000000000000000000000000"));
  EXPECT_EQ(sas->initiator, "SAS address 5000c500a0b1c2d3");
  auto const fc = scsi::decode_full_status(bytes("00000001 00000030 0000000000000001 00000000 01 03 00000000 0001 00000018 00 000000 00000000 2100001b32000001 0000000000000000"));
  EXPECT_EQ(fc->initiator, "FC port 2100001b32000001");
}

TEST(Reservations, WhereOnlyTheKeyIsToldItIsSaid) {
  auto const holder = scsi::decode_reservation(bytes("00000007 00000010 00000000deadbeef 00000000 00 03 0000"));
  ASSERT_TRUE(holder);
  EXPECT_EQ(scsi::text_of(*holder), "another computer (reservation key 0xdeadbeef)");
}

TEST(Reservations, NobodyHoldsIt) {
  EXPECT_FALSE(scsi::decode_reservation(bytes("00000007 00000000")));
  EXPECT_FALSE(scsi::decode_full_status(bytes("00000007 00000018 00000000000000aa 00000000 00 03 00000000 0001 00000000")));
}

TEST(Reservations, AnAnswerThatIsCutGivesNothing) {
  auto const whole = bytes("00000001 00000030 0000000000000001 00000000 01 03 00000000 0001 00000018 06 000000 5000c500a0b1c2d3 000000000000000000000000");
  for (std::size_t length = 0; length < 32; ++length) EXPECT_FALSE(scsi::decode_full_status(scsi::Bytes(whole).first(length))) << length;
  for (std::size_t length = 32; length < whole.size(); ++length) EXPECT_TRUE(scsi::decode_full_status(scsi::Bytes(whole).first(length))) << length;
  EXPECT_FALSE(scsi::decode_reservation(bytes("00000007 00000010 00000000")));
}

TEST(Reservations, TheQuestion) {
  EXPECT_THAT((scsi::PersistentReserveIn{.what = scsi::PersistentReserveIn::What::full_status, .allocation = 4096}.cdb()), ElementsAre(0x5E, 3, 0, 0, 0, 0, 0, 0x10, 0, 0));
}

}  // namespace
}  // namespace rsm::test
