// Who is at the other end: a driver of one type of device takes no other for it.
#include "drivers/scsi/device_identity.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "drivers/scsi/commands.hpp"
#include "tests/drivers/scsi/answers.hpp"
#include "tests/drivers/scsi/virtual_clock.hpp"

namespace rsm::test {
namespace {

// A device with INQUIRY data and a serial number, and nothing else.
class Named final : public scsi::Transport {
 public:
  Result<scsi::Answer> send(scsi::Request const& request) override {
    bool const page = request.cdb[1] == std::byte{1};
    if (request.cdb[0] != std::byte{0x12} || (page && request.cdb[2] != std::byte{0x80})) return refused();
    Buffer answer(page ? 4 : 36, std::byte{' '});
    answer[0] = std::byte(qualifier << 5 | type);
    answer[1] = std::byte{0x80};
    answer[3] = std::byte(page ? serial.size() : 2);
    if (page) {
      answer[2] = std::byte{0};
      for (char const letter : serial) answer.push_back(std::byte(letter));
    } else {
      answer[4] = std::byte{31};
      std::memcpy(answer.data() + 8, "IBM", 3);
      std::memcpy(answer.data() + 16, "ULT3580-TD8", 11);
    }
    auto const size = std::min(answer.size(), request.in.size());
    std::memcpy(request.in.data(), answer.data(), size);
    return scsi::Answer{.transferred = size};
  }
  std::string const& name() const override { return name_; }

  unsigned type = scsi::device_type_tape;
  unsigned qualifier = 0;
  std::string serial = "1068000111";

 private:
  static scsi::Answer refused() {
    Buffer sense(18);
    sense[0] = std::byte{0x70}, sense[2] = std::byte{5}, sense[7] = std::byte{10}, sense[12] = std::byte{0x24};
    return {.status = scsi::status_check_condition, .sense = sense};
  }
  std::string name_ = "/dev/sg3";
};

class DeviceIdentities : public ::testing::Test {
 protected:
  auto as_tape_drive() { return scsi::read_identity_of(session, scsi::device_type_tape, "tape drive"); }

  Named device;
  VirtualClock clock;
  scsi::Session session{device, clock, "drive 1", scsi::DeviceKind::drive};
};

TEST_F(DeviceIdentities, ADeviceOfTheTypeIsTakenWithItsSerialNumber) {
  auto const identity = as_tape_drive();
  ASSERT_TRUE(identity) << identity.error().error.sentence();
  EXPECT_EQ(identity->vendor, "IBM");
  EXPECT_EQ(identity->product, "ULT3580-TD8");
  EXPECT_EQ(identity->serial, device.serial);
}

TEST_F(DeviceIdentities, AnotherTypeIsNamedAndNotTaken) {
  device.type = scsi::device_type_changer;
  auto const identity = as_tape_drive();
  ASSERT_FALSE(identity);
  EXPECT_FALSE(identity.error().answered);
  EXPECT_EQ(identity.error().error, (Error{Errc::device_not_available, "drive 1", "IBM ULT3580-TD8 is no tape drive (device type 08)"}));
}

TEST_F(DeviceIdentities, AUnitThatIsNotConnectedIsNotTaken) {
  device.qualifier = 1;
  ASSERT_FALSE(as_tape_drive());
  EXPECT_EQ(as_tape_drive().error().error.code, Errc::device_not_available);
}

}  // namespace
}  // namespace rsm::test
