// btrfs hides the block device behind anonymous numbers and cannot be shut down: found all the same, and said.
#include <gmock/gmock.h>

#include <fstream>

#include "drivers/block/loop_device.hpp"
#include "drivers/block/volume.hpp"
#include "libmgr/domain/private_text.hpp"
#include "tests/drivers/block/lab.hpp"

namespace rsm::test {
namespace {

using port::VolumeState;
using ::testing::HasSubstr;

bool kernel_has_btrfs() {
  std::ifstream in("/proc/filesystems");
  std::string word;
  while (in >> word)
    if (word == "btrfs") return true;
  return false;
}

class BtrfsVolume : public ::testing::Test {
 protected:
  void SetUp() override {
    if (auto const reason = why_no_block_volumes(); !reason.empty()) GTEST_SKIP() << reason;
    if (!kernel_has_btrfs()) GTEST_SKIP() << "this kernel has no btrfs";
    if (run({"mkfs.btrfs", "--version"}) != 0) GTEST_SKIP() << "mkfs.btrfs is not installed (package btrfs-progs)";
    image_ = lab_.image("side.img", "btrfs");
    volume_ = block::make_block_volume({.link = lab_.path("volume")});
    at_ = lab_.folder("mnt");
    ASSERT_TRUE(volume_->attach(image_));
    ASSERT_TRUE(volume_->online());
    ASSERT_EQ(mount_device(lab_.path("volume"), at_, "btrfs"), 0);
  }

  Lab lab_;
  std::string image_, at_;
  std::unique_ptr<block::Volume> volume_;
};

TEST_F(BtrfsVolume, HolderIsNamedAndTheLockCoversTheMount) {
  EXPECT_EQ(volume_->read_label()->omid->type, "BTRFS");
  EXPECT_EQ(volume_->state(), VolumeState::mounted);
  {
    Actor holder(holds_file(at_ + "/data"));
    ASSERT_EQ(holder.answer(), 0);
    auto const refused = volume_->dismount(false);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::busy);
    EXPECT_THAT(private_text::show(refused.error().detail, {.administrator = true}), HasSubstr("open file " + at_ + "/data in process " + std::to_string(holder.pid())));
  }
  auto const report = volume_->dismount(false);
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_TRUE(report->was_mounted);
  EXPECT_FALSE(is_mounted(at_));
  EXPECT_EQ(volume_->state(), VolumeState::offline);
  EXPECT_TRUE(volume_->detach());
}

TEST_F(BtrfsVolume, ForceSaysThatOldHandlesLiveOnAndKeepsTheMediumUntilTheyEnd) {
  Actor holder(holds_file(at_ + "/data"));
  ASSERT_EQ(holder.answer(), 0);
  auto const report = volume_->dismount(true);
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_TRUE(report->forced);
  EXPECT_FALSE(report->handles_dead);
  EXPECT_THAT(report->note, HasSubstr("cannot be shut down"));
  EXPECT_FALSE(is_mounted(at_));
  EXPECT_EQ(holder.ask('w'), 0) << "so it is, without a shutdown";
  auto const kept = volume_->detach();
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().code, Errc::busy);
  EXPECT_THAT(kept.error().detail, HasSubstr(std::to_string(holder.pid())));
  holder.kill_now();
  auto const again = volume_->dismount(false);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->handles_dead) << again->note;
  EXPECT_TRUE(volume_->detach());
}

}  // namespace
}  // namespace rsm::test
