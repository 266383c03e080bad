// TapeAlert at its edges: what the files of cases do not have.
#include "drivers/scsi/tape_alert.hpp"

#include <gtest/gtest.h>

#include "tests/drivers/scsi/answers.hpp"

namespace rsm::test {
namespace {

using scsi::AnswerStatus;
using scsi::decode_tape_alerts;
using Numbers = std::vector<unsigned>;

TEST(TapeAlert, WhatIsNotReportedIsUnknown) {
  auto const alerts = decode_tape_alerts(bytes("2E 00 0140 0001 42 01 00 0002 42 01 01 0003 42"));
  EXPECT_EQ(alerts.status, AnswerStatus::truncated);
  EXPECT_EQ(alerts.set.numbers(), Numbers{2});
  EXPECT_EQ(alerts.reported.numbers(), (Numbers{1, 2}));
}

TEST(TapeAlert, APageThatIsCutInItsHeader) {
  EXPECT_EQ(decode_tape_alerts({}).status, AnswerStatus::truncated);
  EXPECT_EQ(decode_tape_alerts(bytes("2E 00 01")).status, AnswerStatus::truncated);
  EXPECT_EQ(decode_tape_alerts(bytes("0D")).status, AnswerStatus::malformed);
}

TEST(TapeAlert, AParameterThatLeavesThePage) {
  auto const alerts = decode_tape_alerts(bytes("2E 00 000A 0001 42 01 01 0002 42 09 01 FFFFFFFFFFFFFFFF"));
  EXPECT_EQ(alerts.status, AnswerStatus::malformed);
  EXPECT_EQ(alerts.set.numbers(), Numbers{1});
}

TEST(TapeAlert, BytesBehindThePageAreNoneOfIt) {
  auto const alerts = decode_tape_alerts(bytes("2E 00 0005 0001 42 01 01 0002 42 01 01"));
  EXPECT_EQ(alerts.status, AnswerStatus::complete);
  EXPECT_EQ(alerts.set.numbers(), Numbers{1});
}

TEST(TapeAlert, AValueWithoutBytesSetsNothing) {
  auto const alerts = decode_tape_alerts(bytes("2E 00 0004 0001 42 00"));
  EXPECT_TRUE(alerts.set.empty());
  EXPECT_TRUE(alerts.reported.has(1));
}

TEST(TapeAlert, OneNumberIsAnotherThingForDriveAndChanger) {
  EXPECT_EQ(scsi::tape_alert_flag(scsi::DeviceKind::drive, 16).name, "forced eject");
  EXPECT_EQ(scsi::tape_alert_flag(scsi::DeviceKind::changer, 16).name, "door");
  EXPECT_EQ(scsi::tape_alert_flag(scsi::DeviceKind::changer, 40).severity, scsi::Severity::reserved);
  EXPECT_EQ(scsi::tape_alert_flag(scsi::DeviceKind::drive, 0).severity, scsi::Severity::reserved);
  EXPECT_EQ(scsi::tape_alert_flag(scsi::DeviceKind::drive, 65).severity, scsi::Severity::reserved);
  EXPECT_EQ(scsi::tape_alert_table(scsi::DeviceKind::drive).size(), 64u);
  EXPECT_EQ(scsi::tape_alert_table(scsi::DeviceKind::changer).size(), 32u);
}

TEST(TapeAlert, NumbersOutsideAreNoFlags) {
  scsi::AlertFlags flags;
  flags.add(0);
  flags.add(65);
  EXPECT_TRUE(flags.empty());
  flags.add(64);
  EXPECT_TRUE(flags.has(64) && !flags.has(65) && !flags.has(0));
}

}  // namespace
}  // namespace rsm::test
