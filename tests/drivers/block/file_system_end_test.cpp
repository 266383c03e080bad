// The end of a file system is heard, on real loop devices: whoever waits for it does not look meanwhile.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <thread>

#include "drivers/block/disk_parts.hpp"
#include "drivers/block/dismount.hpp"
#include "drivers/block/file_system_end.hpp"
#include "drivers/block/loop_device.hpp"
#include "drivers/block/volume_lock.hpp"
#include "tests/drivers/block/lab.hpp"

namespace rsm::test {
namespace {

using namespace std::chrono_literals;
using block::FileSystemEnd;
using Heard = FileSystemEnd::Heard;

constexpr Millis longer_than_the_test = 1h;

class FileSystemsEnd : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (auto const reason = why_no_block_volumes(); !reason.empty()) GTEST_SKIP() << reason;
    if (!kernel_mounts(GetParam())) GTEST_SKIP() << "this kernel has no " << GetParam();
    auto const loop = block::bind_loop_device(lab_.image("side.img", GetParam()), 1000);
    ASSERT_TRUE(loop) << loop.error().text();
    loop_ = *loop;
    at_ = lab_.folder("mnt");
    ASSERT_EQ(mount_device(loop_.node, at_, GetParam()), 0);
  }
  void watch_mounts(FileSystemEnd& end) const {
    for (auto const& mount : block::mounts_of(block::read_mount_table(), loop_.device)) end.watch(mount);
  }
  bool is_free() const { return block::open_exclusive(loop_).has_value(); }
  void detach() const { ASSERT_EQ(::umount2(at_.c_str(), MNT_DETACH), 0); }

  Lab lab_;
  block::LoopDevice loop_;
  std::string at_;
};

INSTANTIATE_TEST_SUITE_P(FileSystems, FileSystemsEnd, ::testing::Values("ext4", "xfs", "btrfs"), [](auto const& p) { return p.param; });

TEST_P(FileSystemsEnd, AWatchHoldsNothing) {
  FileSystemEnd end;
  watch_mounts(end);
  ASSERT_TRUE(end.watches());
  EXPECT_EQ(end.wait(0ms), Heard::not_yet);
  ASSERT_EQ(umount_path(at_), 0) << "not lazily: it would be refused while something holds the mount";
  EXPECT_EQ(end.wait(longer_than_the_test), Heard::ended);
  EXPECT_FALSE(end.watches());
  EXPECT_TRUE(is_free());
}

TEST_P(FileSystemsEnd, OfADetachedMountItIsHeardWhenTheLastFileIsClosed) {
  Actor first(holds_file(at_ + "/first")), second(stands_in(at_));
  ASSERT_EQ(first.answer(), 0);
  ASSERT_EQ(second.answer(), 0);
  FileSystemEnd end;
  watch_mounts(end);
  detach();
  EXPECT_EQ(end.wait(0ms), Heard::not_yet) << "the mount has gone, the file system has not";
  first.kill_now();
  EXPECT_EQ(end.wait(0ms), Heard::not_yet) << "the other one is still there";
  EXPECT_FALSE(is_free());
  second.kill_now();
  EXPECT_EQ(end.wait(longer_than_the_test), Heard::ended);
}

TEST_P(FileSystemsEnd, ItIsHeardThroughWhatItsUserHasOpenToo) {
  Actor holder(holds_file(at_ + "/data"));
  ASSERT_EQ(holder.answer(), 0);
  detach();
  FileSystemEnd end;
  end.watch("/proc/" + std::to_string(holder.pid()) + "/fd/0");  // whatever it is, it is not on the volume
  EXPECT_EQ(end.wait(0ms), Heard::not_yet);
  FileSystemEnd of_its_file;
  for (auto const& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(holder.pid()) + "/fd"))
    if (std::error_code none; std::filesystem::read_symlink(entry.path(), none).string().ends_with("/data")) of_its_file.watch(entry.path().string());
  ASSERT_TRUE(of_its_file.watches());
  EXPECT_EQ(of_its_file.wait(0ms), Heard::not_yet);
  holder.kill_now();
  EXPECT_EQ(of_its_file.wait(longer_than_the_test), Heard::ended);
  EXPECT_EQ(end.wait(0ms), Heard::not_yet) << "another file system";
}

// The question is counted: while the holder lives it is asked once, however long that is, and asked again only after the end was heard.
TEST_P(FileSystemsEnd, WhoeverWaitsDoesNotLookMeanwhile) {
  Actor holder(holds_file(at_ + "/data"));
  ASSERT_EQ(holder.answer(), 0);
  FileSystemEnd end;
  watch_mounts(end);
  detach();
  std::atomic<int> asked = 0;
  Result<bool> settled = false;
  std::thread waiting([&] {
    settled = block::once_settled([&]() -> Result<bool> {
      bool const is_free_now = is_free();
      ++asked;
      return is_free_now;
    }, end, longer_than_the_test);
  });
  while (asked == 0) std::this_thread::sleep_for(1ms);
  for (int look = 0; look < 20; ++look) {
    std::this_thread::sleep_for(limits::lock_settle_pause);
    EXPECT_EQ(holder.ask('w'), 0) << "in use all the time";
  }
  EXPECT_EQ(asked, 1);
  holder.kill_now();
  waiting.join();
  EXPECT_TRUE(settled && *settled);
  EXPECT_GE(asked, 2) << "O_EXCL decides";
}

TEST_P(FileSystemsEnd, WithoutAWatchItIsLookedForAsLongAsPatienceLasts) {
  FileSystemEnd deaf;
  EXPECT_EQ(deaf.wait(longer_than_the_test), Heard::nothing);
  int asked = 0;
  auto const settled = block::once_settled([&]() -> Result<bool> { return ++asked == 3; }, deaf);
  EXPECT_TRUE(settled && *settled);
  EXPECT_EQ(asked, 3);
  asked = -1'000'000;
  auto const never = block::once_settled([&]() -> Result<bool> { return ++asked == 3; }, deaf);
  EXPECT_TRUE(never && !*never);
}

TEST_P(FileSystemsEnd, WhereNoWatchCanBeHadNothingIsHeard) {
  rlimit const before = [] {
    rlimit now{};
    ::getrlimit(RLIMIT_NOFILE, &now);
    return now;
  }();
  auto const mounts = block::mounts_of(block::read_mount_table(), loop_.device);
  ASSERT_EQ(mounts.size(), 1u);
  rlimit none = before;
  none.rlim_cur = 0;
  FileSystemEnd deaf;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  deaf.watch(mounts.front());
  deaf.watch(at_);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_FALSE(deaf.watches());
  EXPECT_EQ(deaf.wait(longer_than_the_test), Heard::nothing);
}

TEST_P(FileSystemsEnd, WhatIsDeletedTellsNothingMore) {
  write_file(at_ + "/doomed", "x");
  FileSystemEnd end;
  end.watch(at_ + "/doomed");
  ASSERT_TRUE(end.watches());
  ASSERT_TRUE(std::filesystem::remove(at_ + "/doomed"));
  EXPECT_EQ(end.wait(longer_than_the_test), Heard::nothing);
  EXPECT_NE(umount_path(at_), EBUSY);
}

// ---- what uses it

// The volume was detached by force; its handles live on. Whoever takes it offline later hears their end.
TEST_P(FileSystemsEnd, AForcedDismountHearsTheEndOfWhatLivesOn) {
  Actor holder(holds_file(at_ + "/data"));
  ASSERT_EQ(holder.answer(), 0);
  auto done = block::dismount_volume(loop_, loop_.node, block::InUse::force, [] { return Result<>(); });
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_FALSE(done->exclusive);
  ASSERT_TRUE(done->end.watches());
  auto const refused = block::open_exclusive_when_settled(loop_, done->end);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::busy);
  holder.kill_now();
  EXPECT_EQ(done->end.wait(longer_than_the_test), Heard::ended);
  auto const held = block::open_exclusive_when_settled(loop_, done->end);
  EXPECT_TRUE(held) << held.error().text();
}

TEST_P(FileSystemsEnd, AForcedDismountOfWhatSomebodyDetachedBeforeHearsItToo) {
  Actor holder(holds_file(at_ + "/data"));
  ASSERT_EQ(holder.answer(), 0);
  detach();
  auto done = block::dismount_volume(loop_, loop_.node, block::InUse::force, [] { return Result<>(); });
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_FALSE(done->exclusive);
  if (GetParam() == "btrfs") return;  // it hides its device: without a mount nobody knows whose files these are
  ASSERT_TRUE(done->end.watches());
  holder.kill_now();
  EXPECT_EQ(done->end.wait(longer_than_the_test), Heard::ended);
}

}  // namespace
}  // namespace rsm::test
