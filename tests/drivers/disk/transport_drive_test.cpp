// A drive behind a transport alone: a scripted disc that keeps what real drives and tgt's do.
#include "drivers/disk/transport_drive.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>
#include <fstream>

#include "drivers/scsi/disk_commands.hpp"
#include "tests/drivers/block/lab.hpp"
#include "tests/drivers/scsi/virtual_clock.hpp"

namespace rsm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Contains;
using ::testing::Not;

std::vector<std::byte> sense(unsigned key, unsigned asc, unsigned ascq) {
  std::vector<std::byte> data(18);
  data[0] = std::byte{0x70}, data[2] = static_cast<std::byte>(key), data[7] = std::byte{10}, data[12] = static_cast<std::byte>(asc), data[13] = static_cast<std::byte>(ascq);
  return data;
}

class ScriptedDisc final : public scsi::Transport {
 public:
  enum class Medium { none, inserted, turning, ready };

  Result<scsi::Answer> send(scsi::Request const& request) override {
    scsi::Reader const command(request.cdb);
    std::uint8_t const operation = command.u8(0);
    operations.push_back(operation);
    if (no_answer != Errc::success) return fail(no_answer, name_, "the way to it is broken");
    if (operation == fails_at) return scsi::Answer{.status = scsi::status_check_condition, .sense = failure};
    switch (operation) {
      case 0x00: return condition();
      case 0x1B: return tray(command.u8(4));
      case 0x1E: prevented = command.u8(4) != 0; return scsi::Answer{};
      case 0x25: return capacity(request);
      case 0x28: return read(command, request);
      case 0x4A: return tell(request, events);
      case 0xBD: return tell(request, mechanism);
      case 0x35: return medium == Medium::ready ? scsi::Answer{} : *condition();
      default: return refuse(5, 0x20, 0x00);
    }
  }
  std::string const& name() const override { return name_; }

  Medium medium = Medium::inserted;
  std::vector<char> content;
  std::uint32_t block = 2048;
  bool prevented = false;
  bool eject_does_nothing = false;
  bool ready_without_medium = false;  // after a load
  unsigned turns = 2;                 // questions until it is ready
  Errc no_answer = Errc::success;
  std::uint8_t fails_at = 0xFF;
  std::vector<std::byte> failure = sense(3, 0x11, 0x00);
  std::vector<std::uint8_t> operations;
  std::vector<std::uint8_t> events, mechanism;  // what it tells; empty: it does not know the command

 private:
  static scsi::Answer refuse(unsigned key, unsigned asc, unsigned ascq) { return {.status = scsi::status_check_condition, .sense = sense(key, asc, ascq)}; }
  Result<scsi::Answer> condition() {
    if (medium == Medium::turning && turns-- == 0) medium = Medium::ready;
    switch (medium) {
      case Medium::none: return pretends_ ? scsi::Answer{} : refuse(2, 0x3A, 0x01);
      case Medium::inserted: return refuse(2, 0x04, 0x02);
      case Medium::turning: return refuse(2, 0x04, 0x01);
      case Medium::ready: break;
    }
    return scsi::Answer{};
  }
  static Result<scsi::Answer> tell(scsi::Request const& request, std::vector<std::uint8_t> const& what) {
    if (what.empty()) return refuse(5, 0x20, 0x00);
    std::size_t const came = std::min(what.size(), request.in.size());
    std::ranges::transform(what.begin(), what.begin() + static_cast<std::ptrdiff_t>(came), request.in.begin(), [](std::uint8_t byte) { return static_cast<std::byte>(byte); });
    return scsi::Answer{.transferred = came};
  }
  scsi::Answer tray(std::uint8_t what) {
    if (what == 3 && medium == Medium::none) {
      pretends_ = ready_without_medium;
      return scsi::Answer{};
    }
    if (what == 3) medium = Medium::turning;
    if (what == 2 && prevented) return refuse(5, 0x53, 0x02);
    if (what == 2 && !eject_does_nothing) medium = Medium::none;
    return scsi::Answer{};
  }
  scsi::Answer capacity(scsi::Request const& request) {
    if (medium != Medium::ready) return refuse(2, 0x3A, 0x00);
    auto const last = static_cast<std::uint32_t>(content.size() / block - 1);
    for (std::size_t i = 0; i < 4; ++i) {
      request.in[i] = static_cast<std::byte>(last >> 8 * (3 - i));
      request.in[4 + i] = static_cast<std::byte>(block >> 8 * (3 - i));
    }
    return scsi::Answer{.transferred = 8};
  }
  scsi::Answer read(scsi::Reader const& command, scsi::Request const& request) {
    std::size_t const at = std::size_t{command.u32(2)} * block, bytes = std::size_t{command.u16(7)} * block;
    if (at + bytes > content.size() || bytes > request.in.size()) return refuse(5, 0x21, 0x00);
    std::memcpy(request.in.data(), content.data() + at, bytes);
    return scsi::Answer{.transferred = bytes};
  }

  std::string name_ = "iscsi://host/target/3";
  bool pretends_ = false;
};

class TransportDrives : public ::testing::Test {
 protected:
  TransportDrives() : disc(new ScriptedDisc), drive(disk::make_transport_drive(std::unique_ptr<scsi::Transport>(disc), {"drive 1", "iscsi://host/target/3", {.serial = "D1"}}, clock)) {}

  void insert(std::string const& fs_type) {
    std::ifstream file(lab.image("disc.img", fs_type), std::ios::binary | std::ios::ate);
    disc->content.resize(static_cast<std::size_t>(file.tellg()));
    file.seekg(0);
    file.read(disc->content.data(), static_cast<std::streamsize>(disc->content.size()));
  }

  Lab lab;
  VirtualClock clock;
  ScriptedDisc* disc;
  std::unique_ptr<handler::BlockingDrive> drive;
};

TEST_F(TransportDrives, ADiscIsLoadedReadFlushedAndGiven) {
  insert("ext4");
  auto const before = drive->status();
  EXPECT_TRUE(before && before->full && !before->loaded && before->serial == "D1");
  EXPECT_THAT(disc->operations, testing::Each(0x00)) << "a question about its state is nothing else";
  auto const loaded = drive->load();
  ASSERT_TRUE(loaded) << loaded.error().text();
  EXPECT_TRUE(loaded->loaded);
  EXPECT_EQ(loaded->volume, port::VolumeState::none);
  EXPECT_EQ(loaded->volume_path, "iscsi://host/target/3");
  EXPECT_TRUE(disc->prevented);
  auto const label = drive->read_label();
  ASSERT_TRUE(label) << label.error().text();
  ASSERT_TRUE(label->omid);
  EXPECT_EQ(label->omid->type, "EXT4");
  EXPECT_EQ(drive->unload(false).error().code, Errc::busy);
  EXPECT_TRUE(drive->dismount(false));
  EXPECT_THAT(disc->operations, Contains(0x35));
  EXPECT_EQ(drive->read_label()->omid, label->omid);
  ASSERT_TRUE(drive->unload(false));
  EXPECT_FALSE(disc->prevented);
  EXPECT_FALSE(drive->status()->full);
  EXPECT_TRUE(drive->unload(false)) << "it is out already";
}

TEST_F(TransportDrives, ALoadedDiscIsNotMovedByALoad) {
  insert("ext4");
  disc->medium = ScriptedDisc::Medium::ready;
  ASSERT_TRUE(drive->load());
  EXPECT_THAT(disc->operations, Not(Contains(0x1B)));
}

// tgt: after a load without a medium the drive says that it is ready.
TEST_F(TransportDrives, ADriveThatSaysYesWithoutAMediumIsFoundOut) {
  disc->medium = ScriptedDisc::Medium::none;
  disc->ready_without_medium = true;
  auto const loaded = drive->load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Errc::no_media_in_drive);
  EXPECT_THAT(loaded.error().text(), HasSubstr("there is no medium in it"));
}

// Why a load or an unload does not succeed is told with it; whoever does not know the commands is asked once.
TEST_F(TransportDrives, TrayAndMechanismAreToldWithAFailure) {
  disc->medium = ScriptedDisc::Medium::none;
  disc->events = {0, 6, 4, 0x5E, 0x00, 0x01, 0, 0};
  disc->mechanism = {0, 0, 0, 0, 0, 1, 0, 0};
  EXPECT_THAT(drive->load().error().text(), HasSubstr("its tray is open"));
  disc->events = {0, 6, 4, 0x5E, 0x01, 0x02, 0, 0};
  disc->mechanism = {0x80, 0, 0, 0, 0, 1, 0, 0};
  auto const stuck = drive->load().error().text();
  EXPECT_THAT(stuck, HasSubstr("somebody has pressed its button"));
  EXPECT_THAT(stuck, HasSubstr("its mechanism reports a fault"));
  EXPECT_THAT(stuck, Not(HasSubstr("tray is open")));
}

TEST_F(TransportDrives, ADriveThatTellsNothingOfItsTrayIsAskedOnce) {
  disc->medium = ScriptedDisc::Medium::none;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(drive->load().error().code, Errc::no_media_in_drive);
  EXPECT_EQ(std::ranges::count(disc->operations, 0x4A), 1);
  EXPECT_EQ(std::ranges::count(disc->operations, 0xBD), 1);
  insert("ext4");
  disc->medium = ScriptedDisc::Medium::inserted;
  EXPECT_TRUE(drive->load());
}

TEST_F(TransportDrives, AnEjectThatDoesNothingIsNoUnload) {
  insert("ext4");
  ASSERT_TRUE(drive->load());
  ASSERT_TRUE(drive->dismount(false));
  disc->eject_does_nothing = true;
  auto const unloaded = drive->unload(false);
  ASSERT_FALSE(unloaded);
  EXPECT_EQ(unloaded.error().code, Errc::unable_to_unload_media);
}

TEST_F(TransportDrives, WhatCannotBeReadIsSaid) {
  insert("ext4");
  ASSERT_TRUE(drive->load());
  disc->fails_at = 0x28;
  auto const label = drive->read_label();
  ASSERT_FALSE(label);
  EXPECT_EQ(label.error().code, Errc::medium_not_accessible);
  disc->fails_at = 0x35;
  auto const dismounted = drive->dismount(false);
  ASSERT_FALSE(dismounted);
  EXPECT_EQ(dismounted.error().code, Errc::write_fault);
  EXPECT_EQ(drive->unload(false).error().code, Errc::busy) << "what was not flushed is not taken out";
}

// Whatever word the transport has for it, the port has two: a handler looks for a drive anew after one of them.
TEST_F(TransportDrives, ADriveThatCannotBeReachedIsNotAvailableOrLate) {
  insert("ext4");
  for (Errc const word : {Errc::not_connected, Errc::access_denied, Errc::resource_not_present, Errc::device_not_available, Errc::timeout}) {
    disc->no_answer = word;
    Errc const wanted = word == Errc::timeout ? Errc::timeout : Errc::device_not_available;
    EXPECT_EQ(drive->status().error().code, wanted);
    EXPECT_EQ(drive->load().error().code, wanted);
    EXPECT_EQ(drive->read_label().error().code, wanted);
    EXPECT_EQ(drive->dismount(true).error().code, wanted);
    EXPECT_EQ(drive->unload(true).error().code, wanted);
  }
}

TEST_F(TransportDrives, AnEmptyDriveHasNothingToReadOrToDismount) {
  disc->medium = ScriptedDisc::Medium::none;
  EXPECT_EQ(drive->read_label().error().code, Errc::no_media_in_drive);
  EXPECT_EQ(drive->dismount(false).error().code, Errc::no_media_in_drive);
  EXPECT_EQ(drive->load().error().code, Errc::no_media_in_drive);
}

TEST(DiskCommands, TheirBytes) {
  EXPECT_EQ((scsi::StartStopUnit{.start = false, .load_eject = true}.cdb()), (scsi::Cdb6{0x1B, 0, 0, 0, 2, 0}));
  EXPECT_EQ((scsi::StartStopUnit{.start = true, .load_eject = true}.cdb()), (scsi::Cdb6{0x1B, 0, 0, 0, 3, 0}));
  EXPECT_EQ((scsi::Read10{0x01020304, 0x0506}.cdb()), (scsi::Cdb10{0x28, 0, 1, 2, 3, 4, 0, 5, 6, 0}));
  EXPECT_EQ(scsi::ReadCapacity10{}.cdb()[0], 0x25);
  EXPECT_EQ(scsi::SynchronizeCache10{}.cdb()[0], 0x35);
  std::vector<std::byte> answer{std::byte{0}, std::byte{0}, std::byte{1}, std::byte{0xFF}, std::byte{0}, std::byte{0}, std::byte{8}, std::byte{0}};
  EXPECT_EQ(scsi::decode_capacity(answer), (scsi::Capacity{512, 2048}));
  for (std::size_t cut = 0; cut < answer.size(); ++cut) EXPECT_FALSE(scsi::decode_capacity(std::span(answer).first(cut)));
}

}  // namespace
}  // namespace rsm::test
