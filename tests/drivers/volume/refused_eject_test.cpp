// What an eject that is refused leaves behind: nothing; and what a lock keeps besides the volume: nothing.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <cerrno>

#include "drivers/block/volume_lock.hpp"
#include "tests/drivers/volume/bench.hpp"
#include "tests/drivers/volume/hands.hpp"

namespace rsm::test {
namespace {

using volume::Operation;

class RefusedEject : public ::testing::Test {
 protected:
  void SetUp() override {
    if (auto const reason = why_no_block_volumes(); !reason.empty()) GTEST_SKIP() << reason;
    bench_ = std::make_unique<VolumeBench>("ext4");
  }
  UniqueFd device() const { return UniqueFd(::open(bench_->node().c_str(), O_RDONLY | O_CLOEXEC)); }
  std::unique_ptr<VolumeBench> bench_;
};

TEST_F(RefusedEject, TheUnlockBringsTheMountsBack) {
  auto const at = bench_->mount();
  auto const handle = bench_->opened();
  ASSERT_TRUE(handle->run(Operation::lock));
  auto const slipped_in = device();  // a lock keeps nobody from that
  EXPECT_EQ(number_of(handle->run(Operation::eject)), 1109u);
  EXPECT_EQ(mount_device(bench_->node(), at, "ext4"), EBUSY);
  ASSERT_TRUE(handle->run(Operation::unlock));
  EXPECT_TRUE(is_mounted(at));
}

TEST_F(RefusedEject, OfAVolumeThatNobodyHasLockedItKeepsNobodyOut) {
  auto const user = device();
  auto const handle = bench_->opened();
  EXPECT_EQ(number_of(handle->run(Operation::eject)), 1109u);
  EXPECT_EQ(mount_device(bench_->node(), bench_->lab().folder("mnt"), "ext4"), 0);
}

TEST_F(RefusedEject, AnOfflineVolumeStaysOffline) {
  auto const handle = bench_->opened();
  ASSERT_TRUE(handle->run(Operation::dismount));
  ASSERT_TRUE(handle->run(Operation::offline));
  auto const slipped_in = device();
  EXPECT_EQ(number_of(handle->run(Operation::eject)), 1109u);
  EXPECT_EQ(mount_device(bench_->node(), bench_->lab().folder("mnt"), "ext4"), EBUSY);
}

// One without a process lives as long as somebody has it open: then another volume that is mounted there could not be taken out.
TEST_F(RefusedEject, ALockKeepsNoNamespaceWhereItTookNothing) {
  VolumeBench const other("ext4", "other");
  auto const at = other.mount(), spaces = bench_->lab().folder("spaces");
  ASSERT_EQ(::mount(spaces.c_str(), spaces.c_str(), nullptr, MS_BIND, nullptr), 0);
  ASSERT_EQ(::mount(nullptr, spaces.c_str(), nullptr, MS_PRIVATE, nullptr), 0);
  ASSERT_EQ(keep_new_namespace(spaces + "/kept"), 0);
  auto const handle = bench_->opened();
  ASSERT_TRUE(handle->run(Operation::lock));
  ASSERT_EQ(::umount2((spaces + "/kept").c_str(), MNT_DETACH), 0);
  ASSERT_EQ(umount_path(at), 0);
  struct stat st {};
  ASSERT_EQ(::stat(other.node().c_str(), &st), 0);
  EXPECT_TRUE(block::open_exclusive_when_settled({st.st_rdev, other.node()}));
}

}  // namespace
}  // namespace rsm::test
