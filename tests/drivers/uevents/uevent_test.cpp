// What an event says, and whose word counts.
#include "drivers/uevents/uevent.hpp"

#include <gmock/gmock.h>
#include <sys/sysmacros.h>

#include "drivers/uevents/limits.hpp"
#include "tests/drivers/uevents/messages.hpp"

namespace rsm::test {
namespace {

using ::testing::HasSubstr;
using uevents::Uevent;

std::string why_not(std::string const& message) {
  auto const event = uevents::decode(message);
  return event ? "it was understood" : event.error().detail;
}

TEST(Uevents, ADiscThatWasPutInIsTheSameFromBothSenders) {
  Uevent const disc{.action = "change", .subsystem = "block", .type = "disk", .device = makedev(11, 0), .medium_changed = true};
  auto const messages = real_messages();
  EXPECT_EQ(*uevents::decode(messages[0]), disc);
  EXPECT_EQ(*uevents::decode(messages[1]), disc);
}

TEST(Uevents, TheButtonOfALockedDriveIsARequest) {
  auto const event = uevents::decode(real_messages()[3]);
  EXPECT_TRUE(event && event->eject_wanted && !event->medium_changed);
}

TEST(Uevents, EveryRealOneIsUnderstood) {
  for (auto const& message : real_messages()) EXPECT_TRUE(uevents::decode(message)) << message;
}

TEST(Uevents, OnlyAOneIsYes) {
  auto const event = uevents::decode(kernel_message("change@/x", {"ACTION=change", "DISK_MEDIA_CHANGE=0", "DISK_EJECT_REQUEST=", "MAJOR=8", "MINOR=x1"}));
  ASSERT_TRUE(event);
  EXPECT_FALSE(event->medium_changed || event->eject_wanted);
  EXPECT_FALSE(event->device) << "half a number is none";
}

TEST(Uevents, WhatIsNoEventIsRefused) {
  EXPECT_THAT(why_not(""), HasSubstr("begin"));
  EXPECT_THAT(why_not("hello"), HasSubstr("begin"));
  EXPECT_THAT(why_not(kernel_message("change@/x", {"SUBSYSTEM=block"})), HasSubstr("what happened"));
  EXPECT_THAT(why_not(std::string(limits::uevent_bytes_max + 1, 'x')), HasSubstr("longer"));
  EXPECT_THAT(why_not(kernel_message("change@/x", std::vector<std::string>(limits::uevent_variables_max + 1, "A=1"))), HasSubstr("more variables"));
}

TEST(Uevents, AMessageOfUdevdThatLiesIsRefused) {
  std::string const good = udev_message({"ACTION=add"});
  ASSERT_TRUE(uevents::decode(good));
  EXPECT_THAT(why_not(good.substr(0, 20)), HasSubstr("too short"));
  for (std::size_t at : {16U, 20U}) {  // where the variables begin, and how long they are
    std::string lie = good;
    lie[at + 3] = '\x7f';
    EXPECT_THAT(why_not(lie), HasSubstr("lies"));
  }
  std::string other = good;
  other[8] = '\0';
  EXPECT_THAT(why_not(other), HasSubstr("another version"));
}

TEST(Uevents, TheKernelAndRootCountAndNobodyElse) {
  using uevents::Sender, uevents::trusted, uevents::group_kernel, uevents::group_udev;
  EXPECT_TRUE(trusted({.port = 0, .groups = group_kernel, .credentials = Sender::Credentials{0, 0}}));
  EXPECT_TRUE(trusted({.port = 4711, .groups = group_udev, .credentials = Sender::Credentials{311, 0}}));
  EXPECT_FALSE(trusted({.port = 0, .groups = group_kernel, .credentials = std::nullopt})) << "nobody vouches for it";
  EXPECT_FALSE(trusted({.port = 4711, .groups = group_kernel, .credentials = Sender::Credentials{0, 0}})) << "the kernel has port 0";
  EXPECT_FALSE(trusted({.port = 0, .groups = group_kernel, .credentials = Sender::Credentials{12, 0}})) << "a process";
  EXPECT_FALSE(trusted({.port = 4711, .groups = group_udev, .credentials = Sender::Credentials{12, 1000}})) << "a user";
  EXPECT_FALSE(trusted({.port = 4711, .groups = 0, .credentials = Sender::Credentials{12, 0}})) << "sent to us alone";
}

}  // namespace
}  // namespace rsm::test
