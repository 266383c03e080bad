// A drive behind a node of the kernel, on loop devices: what is in use stays, what is offline nothing can mount, and after each word the drive is asked.
#include "drivers/disk/node_drive.hpp"

#include <gmock/gmock.h>
#include <linux/cdrom.h>
#include <sys/sysmacros.h>

#include <cerrno>

#include "drivers/disk/limits.hpp"
#include "tests/drivers/scsi/virtual_clock.hpp"
#include "tests/drivers/volume/bench.hpp"
#include "tests/drivers/volume/scripted_drive.hpp"

namespace rsm::test {
namespace {

using ::testing::HasSubstr;
using port::VolumeState;

class NodeDrives : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (auto const reason = why_no_block_volumes(); !reason.empty()) GTEST_SKIP() << reason;
    bench_ = std::make_unique<VolumeBench>(GetParam());
    drive_ = disk::make_node_drive(*block::find_block_device(bench_->node()), {.object = "drive 2", .path = "/dev/disk/by-id/two", .identity = {.vendor = "LAB", .serial = "D2"}},
                                   volume::kernel_calls(), clock_);
  }
  VolumeState state() { return drive_->status()->volume; }

  VirtualClock clock_;
  std::unique_ptr<VolumeBench> bench_;
  std::unique_ptr<handler::BlockingDrive> drive_;
};

TEST_P(NodeDrives, ACartridgeComesAndGoesInTheSafeOrder) {
  auto const loaded = drive_->load();
  ASSERT_TRUE(loaded) << loaded.error().text();
  EXPECT_TRUE(loaded->full && loaded->loaded);
  EXPECT_EQ(loaded->volume, VolumeState::online);
  EXPECT_EQ(loaded->volume_path, "/dev/disk/by-id/two") << "the name that the configuration has for it";
  EXPECT_EQ(loaded->serial, "D2");
  auto const label = drive_->read_label();
  ASSERT_TRUE(label && label->omid);
  EXPECT_EQ(label->omid->type, GetParam() == "ext4" ? "EXT4" : "XFS");

  auto const at = bench_->mount();
  write_file(at + "/a", "kept");
  EXPECT_EQ(state(), VolumeState::mounted);
  EXPECT_EQ(drive_->unload(false).error().code, Errc::busy) << "not before the dismount";
  EXPECT_TRUE(is_mounted(at));
  auto const dismounted = drive_->dismount(false);
  ASSERT_TRUE(dismounted) << dismounted.error().text();
  EXPECT_TRUE(dismounted->was_mounted);
  EXPECT_FALSE(dismounted->forced);
  EXPECT_FALSE(is_mounted(at));
  EXPECT_EQ(state(), VolumeState::offline);
  EXPECT_EQ(mount_device(bench_->node(), at, GetParam()), EBUSY) << "nothing mounts what is offline";
  EXPECT_EQ(drive_->read_label()->omid, label->omid) << "read also while it is offline";
  EXPECT_TRUE(drive_->dismount(false)) << "again: nothing to do";
  ASSERT_TRUE(drive_->load());
  auto const idle = drive_->dismount(false);
  ASSERT_TRUE(idle) << idle.error().text();
  EXPECT_EQ(idle->note, "flushed, locked, offline; no file system of it was mounted");

  EXPECT_EQ(drive_->load()->volume, VolumeState::online) << "ready already: brought online again";
  EXPECT_EQ(mount_device(bench_->node(), at, GetParam()), 0);
  EXPECT_EQ(read_file(at + "/a"), "kept");
  ASSERT_TRUE(drive_->dismount(false));
  auto const unloaded = drive_->unload(false);
  ASSERT_TRUE(unloaded) << unloaded.error().text();
  EXPECT_FALSE(unloaded->cut_off);
  EXPECT_FALSE(bench_->is_bound()) << "a loop device lets its image go: that is its eject";
  EXPECT_FALSE(drive_->status()->full);
  EXPECT_EQ(drive_->read_label().error().code, Errc::no_media_in_drive);
  EXPECT_EQ(drive_->dismount(false).error().code, Errc::no_media_in_drive);
}

TEST_P(NodeDrives, WhatIsInUseStaysUntilForceIsGiven) {
  ASSERT_TRUE(drive_->load());
  auto const at = bench_->mount();
  write_file(at + "/a", "x");
  Actor holder(holds_file(at + "/a"));
  ASSERT_EQ(holder.answer(), 0);
  auto const refused = drive_->dismount(false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::busy);
  EXPECT_THAT(refused.error().detail, HasSubstr(std::to_string(holder.pid())));
  EXPECT_TRUE(is_mounted(at));

  auto const forced = drive_->dismount(true);
  ASSERT_TRUE(forced) << forced.error().text();
  EXPECT_TRUE(forced->forced);
  EXPECT_NE(holder.ask('w'), 0) << "what the old handle writes reaches nothing";
  EXPECT_FALSE(is_mounted(at));
  EXPECT_EQ(drive_->unload(false).error().code, Errc::busy) << "its old handle keeps the medium";
  EXPECT_EQ(drive_->load().error().code, Errc::busy) << "and its volume is not given to anybody else";
  holder.kill_now();
  EXPECT_THAT(drive_->dismount(false)->note, HasSubstr("the old handles have gone"));
  EXPECT_TRUE(drive_->unload(false));
}

TEST_P(NodeDrives, AnotherMediumThanWasLoadedIsNotTouched) {
  ASSERT_TRUE(drive_->load());
  // Somebody takes it out by hand and puts it in again: the kernel counts another medium.
  ASSERT_EQ(run({"losetup", "--detach", bench_->node()}), 0);
  bench_->bind_again();
  EXPECT_EQ(drive_->dismount(false).error().code, Errc::media_changed);
  EXPECT_TRUE(drive_->load()) << "what is in it now can be loaded";
  EXPECT_TRUE(drive_->dismount(false));
}

INSTANTIATE_TEST_SUITE_P(FileSystems, NodeDrives, ::testing::Values("ext4", "xfs"), [](auto const& info) { return info.param; });

// A tray, a spindle that takes its time, a disc that never comes: by script.
class SlowDrives : public ::testing::Test {
 protected:
  static constexpr char const* node = "/dev/sr0";
  std::string const ask = "CDROM_DRIVE_STATUS " + std::to_string(CDSL_CURRENT);
  SlowDrives() : drive(disk::make_node_drive({makedev(11, 0), node}, {.object = "drive 0", .path = node}, calls, clock)) {}
  void TearDown() override {
    EXPECT_TRUE(calls.finished());
    EXPECT_EQ(calls.open_descriptors(), 0u);
  }
  ScriptedDrive& says(int answer) { return calls.open(node, "r").answer(ask, answer); }

  ScriptedDrive calls;
  VirtualClock clock;
  std::unique_ptr<handler::BlockingDrive> drive;
};

TEST_F(SlowDrives, StatusAsksTheDriveOnce) {
  says(CDS_TRAY_OPEN);
  auto const open = drive->status();
  EXPECT_TRUE(open && !open->full && !open->loaded && open->volume_path.empty());
  says(CDS_DRIVE_NOT_READY);
  auto const turning = drive->status();
  EXPECT_TRUE(turning && turning->full && !turning->loaded);
}

TEST_F(SlowDrives, ADiscThatNeverBecomesReadyEndsTheLoad) {
  auto const looks = static_cast<std::size_t>(limits::disk_ready_limit / limits::disk_ready_pause) + 2;
  for (std::size_t i = 0; i < looks; ++i) says(CDS_DRIVE_NOT_READY);
  auto const loaded = drive->load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Errc::unable_to_load_medium);
  EXPECT_THAT(loaded.error().text(), HasSubstr("becoming ready"));
}

TEST_F(SlowDrives, ATrayIsClosedAndAnEmptyOneIsNoMedium) {
  says(CDS_TRAY_OPEN);
  calls.open(node, "r").answer("CDROMCLOSETRAY 0").answer(ask, CDS_NO_DISC);
  auto const loaded = drive->load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Errc::unable_to_load_medium);
  EXPECT_THAT(loaded.error().text(), HasSubstr("drive 0"));
}

TEST_F(SlowDrives, WhatIsOutAlreadyIsUnloaded) {
  says(CDS_NO_DISC);
  auto const unloaded = drive->unload(false);
  ASSERT_TRUE(unloaded);
  EXPECT_THAT(unloaded->note, HasSubstr("already"));
}

}  // namespace
}  // namespace rsm::test
