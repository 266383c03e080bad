// What optical drives tell of tray, medium and mechanism.
#include "drivers/scsi/optical_events.hpp"

#include <gtest/gtest.h>

#include "tests/drivers/scsi/answers.hpp"

namespace rsm::test {
namespace {

using Activity = scsi::MechanismStatus::Activity;
using Changer = scsi::MechanismStatus::Changer;

TEST(MediaEvents, TheCommandAsksOnceForEventsOfMedia) {
  EXPECT_EQ(scsi::GetMediaEvents{}.cdb(), (scsi::Cdb10{0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8, 0}));
  EXPECT_EQ(scsi::GetMediaEvents{.allocation = 0x0102}.cdb(), (scsi::Cdb10{0x4A, 1, 0, 0, 0x10, 0, 0, 1, 2, 0}));
}

TEST(MediaEvents, EventTrayAndMedium) {
  EXPECT_EQ(scsi::decode_media_status(media_status_answer()).value(), (scsi::MediaStatus{.event = scsi::MediaEvent::new_medium, .medium_present = true}));
  EXPECT_EQ(scsi::decode_media_status(bytes("00 06 04 5E 01 02 02 03")).value(),
            (scsi::MediaStatus{.event = scsi::MediaEvent::eject_request, .medium_present = true, .first_slot = 2, .last_slot = 3}));
  EXPECT_EQ(scsi::decode_media_status(bytes("00 06 04 5E F3 01 00 00")).value(), (scsi::MediaStatus{.event = scsi::MediaEvent::removal, .tray_open = true}));
  EXPECT_EQ(scsi::decode_media_status(bytes("00 06 04 5E 07 00 00 00"))->event, scsi::MediaEvent::reserved);
  for (unsigned code = 0; code < 16; ++code) {
    auto answer = media_status_answer();
    answer[4] = static_cast<std::byte>(code);
    EXPECT_FALSE(scsi::media_event_name(scsi::decode_media_status(answer)->event).empty());
  }
}

TEST(MediaEvents, ADriveWithoutThemSaysSo) {
  EXPECT_EQ(scsi::decode_media_status(bytes("00 02 80 02")).value(), (scsi::MediaStatus{.supported = false}));
}

TEST(MediaEvents, WhatIsNoAnswer) {
  EXPECT_EQ(scsi::decode_media_status(bytes("00 06 04")).error().code, Errc::bad_length);
  EXPECT_EQ(scsi::decode_media_status(bytes("00 06 04 5E 02 02 00")).error().code, Errc::bad_length);
  EXPECT_EQ(scsi::decode_media_status(bytes("00 02 04 5E 02 02 00 00")).error().code, Errc::bad_length) << "it announces no event";
  EXPECT_EQ(scsi::decode_media_status(bytes("00 00 04 5E 02 02 00 00")).error().code, Errc::bad_length);
  EXPECT_EQ(scsi::decode_media_status(bytes("00 06 01 5E 02 02 00 00")).error().code, Errc::bad_format) << "operational change";
}

TEST(Mechanism, TheCommand) { EXPECT_EQ(scsi::MechanismStatusCommand{.allocation = 0x0128}.cdb(), (scsi::Cdb12{0xBD, 0, 0, 0, 0, 0, 0, 0, 0x01, 0x28, 0, 0})); }

TEST(Mechanism, OfADriveForOneDisc) {
  EXPECT_EQ(scsi::decode_mechanism_status(bytes("00 10 00 00 00 01 00 00")).value(), (scsi::MechanismStatus{.door_open = true, .slots = 1}));
  EXPECT_EQ(scsi::decode_mechanism_status(bytes("C3 E0 00 00 00 00 00 00")).value(),
            (scsi::MechanismStatus{.fault = true, .changer = Changer::unloading, .activity = Activity::unknown, .current_slot = 3}));
  EXPECT_EQ(scsi::decode_mechanism_status(bytes("00 A0 00 00 00 00 00 00"))->activity, Activity::other);
}

TEST(Mechanism, OfADiscChanger) {
  auto const status = scsi::decode_mechanism_status(mechanism_status_answer()).value();
  EXPECT_EQ(status.changer, Changer::loading);
  EXPECT_EQ(status.activity, Activity::host);
  EXPECT_EQ(status.current_slot, 1);
  ASSERT_EQ(status.told.size(), 3u);
  EXPECT_TRUE(status.told[0].disc && !status.told[0].changed);
  EXPECT_TRUE(!status.told[1].disc && status.told[1].changed);
  EXPECT_TRUE(status.told[2].disc && status.told[2].changed);
}

// Neither more than came, nor more than it announces, nor more than it has.
TEST(Mechanism, SlotsWithinTheirBounds) {
  EXPECT_EQ(scsi::decode_mechanism_status(bytes("00 00 00 00 00 03 00 0C 80 00 00 00 80 00 00"))->told.size(), 1u);
  EXPECT_EQ(scsi::decode_mechanism_status(bytes("00 00 00 00 00 03 00 04 80 00 00 00 80 00 00 00"))->told.size(), 1u);
  EXPECT_EQ(scsi::decode_mechanism_status(bytes("00 00 00 00 00 01 00 08 80 00 00 00 80 00 00 00"))->told.size(), 1u);
  EXPECT_EQ(scsi::decode_mechanism_status(bytes("00 00 00 00 00 01 00")).error().code, Errc::bad_length);
}

}  // namespace
}  // namespace rsm::test
