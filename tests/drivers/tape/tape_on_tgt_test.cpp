// The tape driver and the changer driver on a virtual library of tgt, over iSCSI: a tape comes, is labelled, read, and leaves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drivers/changer/medium_changer.hpp"
#include "drivers/scsi/commands.hpp"
#include "drivers/scsi/iscsi_transport.hpp"
#include "drivers/tape/tape_drive.hpp"
#include "tests/drivers/label/media.hpp"
#include "tests/drivers/scsi/tgt.hpp"

namespace rsm::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr Millis patience = 30s;
constexpr Element slot{ElementKind::slot, 0}, bay{ElementKind::drive, 0};

std::unique_ptr<scsi::Transport> opened(scsi::IscsiAddress const& address) {
  auto transport = scsi::IscsiTransport::open(address);
  if (!transport) throw std::runtime_error(transport.error().text());
  return *std::move(transport);
}

class TapeOnTgt : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!Tgt::is_installed()) GTEST_SKIP() << "tgtd is not installed (package tgt)";
    tgt.emplace(TgtPlan{.drives = 1, .cartridges = 1});
    robot.emplace(opened(tgt->changer()));
    drive = tape::make_tape_drive(opened(tgt->drive(0)), {.name = "drive 0", .client_path = tgt->drive(0).text()});
    ASSERT_TRUE(robot->elements({{ElementKind::slot, 0, 1}}));
  }
  void bring() {
    auto const moved = robot->move({slot, bay});
    ASSERT_TRUE(moved) << moved.error().text();
  }
  // By another session, as an application does. An empty record: a file mark.
  void write(std::vector<Medium> const& records) {
    auto const other = opened(tgt->drive(0));
    auto const send = [&](scsi::Cdb6 const& cdb, Medium const& data) {
      for (int tries = 0; tries < 2; ++tries) {  // after the attention of a new session
        auto const answer = other->send({.cdb = std::as_bytes(std::span(cdb)), .out = data, .limit = patience});
        if (answer && answer->status == scsi::status_good) return;
      }
      ADD_FAILURE() << "the target did not take command " << static_cast<unsigned>(cdb[0]);
    };
    send({0x01}, {});
    for (auto const& record : records) {
      auto const size = record.size();
      if (record.empty()) send({0x10, 0, 0, 0, 1, 0}, {});
      if (!record.empty()) send({0x0A, 0, static_cast<std::uint8_t>(size >> 16), static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size), 0}, record);
    }
  }

  std::optional<Tgt> tgt;
  std::optional<changer::MediumChanger> robot;
  std::unique_ptr<handler::BlockingDrive> drive;
};

TEST_F(TapeOnTgt, ATapeComesIsReadAndLeaves) {
  bring();
  auto const loaded = drive->load();
  ASSERT_TRUE(loaded) << loaded.error().text();
  EXPECT_TRUE(loaded->full && loaded->loaded);
  EXPECT_EQ(loaded->volume_path, tgt->drive(0).text());
  auto const blank = drive->read_label();
  ASSERT_TRUE(blank) << blank.error().text();
  EXPECT_EQ(blank->omid, std::nullopt);
  EXPECT_EQ(blank->note, "blank");

  Medium const mark;
  write({volume_label("VOL001", Letters::ascii), header_label("HDR1", Letters::ascii), header_label("HDR2", Letters::ascii), mark, bacula_block({}), mark, mark});
  for (int i = 0; i < 2; ++i) {
    auto const label = drive->read_label();
    ASSERT_TRUE(label) << label.error().text();
    EXPECT_EQ(label->omid, (Omid{"ANSI", "VOL001", "VOL001"}));
    EXPECT_EQ(label->note, "behind the volume label: BACULA volume \"VOL001\"");
  }
  write({Medium(200'000, std::byte{7}), mark});
  EXPECT_EQ(drive->read_label().value().note, "data that nobody understands; the first record has 200000 bytes");

  EXPECT_EQ(drive->dismount(false).value().note, "flushed and rewound");
  auto const unloaded = drive->unload(false);
  ASSERT_TRUE(unloaded) << unloaded.error().text();
  auto const moved = robot->move({bay, slot});
  ASSERT_TRUE(moved) << moved.error().text();
  EXPECT_FALSE(drive->status().value().loaded);
}

TEST_F(TapeOnTgt, WithoutATapeNothingIsLoaded) {
  EXPECT_FALSE(drive->status().value().full);
  EXPECT_EQ(drive->load().error().code, Errc::no_media_in_drive);
  EXPECT_FALSE(drive->status().value().loaded);
  bring();
  ASSERT_TRUE(drive->load());
  EXPECT_TRUE(drive->status().value().loaded);
}

}  // namespace
}  // namespace rsm::test
