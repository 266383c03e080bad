// dismount, is mounted, offline, online: each rule of volume-control.md on real volumes, through the C interface.
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "rules.hpp"

namespace rsm::test {
namespace {

using ::testing::HasSubstr;

class DismountRules : public VolumeRulesOn {};

TEST_P(DismountRules, DismountNeedsNoAccess) {
  auto const at = mount();
  HANDLE const handle = open(asks_only);
  EXPECT_EQ(control(handle, FSCTL_DISMOUNT_VOLUME), 0u) << error_text();
  EXPECT_FALSE(is_mounted(at));
  auto const report = report_of(handle);
  EXPECT_TRUE(report.bWasMounted && !report.bForced && report.bHandlesDead) << report.szNote;
}

TEST_P(DismountRules, DismountIgnoresWhoUsesTheVolumeAndWhatWasOpenIsDeadForEver) {
  auto const at = mount();
  Actor file(holds_file(at + "/a")), folder(stands_in(at));
  ASSERT_EQ(file.answer(), 0);
  ASSERT_EQ(folder.answer(), 0);
  HANDLE const handle = open();
  EXPECT_EQ(control(handle, FSCTL_DISMOUNT_VOLUME), 0u) << error_text();
  auto const report = report_of(handle);
  EXPECT_TRUE(report.bWasMounted && report.bForced && report.bHandlesDead) << report.szNote;
  EXPECT_THAT(report.szNote, HasSubstr("forced"));
  EXPECT_FALSE(is_mounted(at));
  for (char const deed : {'r', 'w', 's'}) EXPECT_EQ(file.ask(deed), EIO) << deed;
}

TEST_P(DismountRules, WhatWasWrittenBeforeAForcedDismountIsKept) {
  auto const at = mount();
  Actor file(holds_file(at + "/held"));
  ASSERT_EQ(file.answer(), 0);
  write_file(at + "/a", "words that are kept", false);
  ASSERT_EQ(control(open(), FSCTL_DISMOUNT_VOLUME), 0u) << error_text();
  EXPECT_TRUE(medium_has("words that are kept"));
}

TEST_P(DismountRules, HandlesOfVolumesFromBeforeAreDeadForEverAlsoAfterARemount) {
  mount();
  HANDLE const before = open(), handle = open();
  ASSERT_EQ(control(handle, FSCTL_DISMOUNT_VOLUME), 0u) << error_text();
  EXPECT_EQ(read_error(before), static_cast<DWORD>(ERROR_NOT_READY));
  mount("again");
  EXPECT_EQ(read_error(before), static_cast<DWORD>(ERROR_NOT_READY));
  EXPECT_EQ(error_of(FlushFileBuffers(before)), static_cast<DWORD>(ERROR_NOT_READY));
  EXPECT_EQ(control(before, FSCTL_LOCK_VOLUME), static_cast<DWORD>(ERROR_NOT_READY));
  EXPECT_EQ(read_error(handle), 0u) << "the handle that dismounted lives";
  EXPECT_EQ(read_error(open()), 0u) << "a new one lives";
}

TEST_P(DismountRules, DismountIsRefusedWhileAnotherHandleHoldsTheLock) {
  HANDLE const asker = open(asks_only), handle = open();
  ASSERT_EQ(control(handle, FSCTL_LOCK_VOLUME), 0u);
  EXPECT_EQ(control(asker, FSCTL_DISMOUNT_VOLUME), static_cast<DWORD>(ERROR_ACCESS_DENIED));
  EXPECT_THAT(error_text(), HasSubstr("locked"));
  EXPECT_EQ(control(handle, FSCTL_DISMOUNT_VOLUME), 0u) << error_text();
}

TEST_P(DismountRules, ADismountedVolumeStaysLockedUntilUnlock) {
  auto const at = mount();
  HANDLE const handle = open();
  ASSERT_EQ(control(handle, FSCTL_LOCK_VOLUME), 0u);
  ASSERT_EQ(control(handle, FSCTL_DISMOUNT_VOLUME), 0u);
  EXPECT_TRUE(report_of(handle).bWasMounted);
  EXPECT_EQ(mount_errno(), EBUSY);
  EXPECT_EQ(open_error(), static_cast<DWORD>(ERROR_ACCESS_DENIED));
  ASSERT_EQ(control(handle, FSCTL_UNLOCK_VOLUME), 0u);
  EXPECT_FALSE(is_mounted(at)) << "what was dismounted does not come back by itself";
  EXPECT_EQ(mount_errno(), 0) << "but at the next access";
}

// In a mount namespace of its own the volume is what carries /boot; so nothing of this machine is at stake.
TEST_P(DismountRules, SystemVolumesAreRefused) {
  if (::access("/boot", F_OK) != 0) GTEST_SKIP() << "there is no /boot here";
  Actor system([&](Actor::Stage& stage) {
    bool const apart = ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    stage.answer(apart && mount_device(node(), "/boot", GetParam()) == 0 ? 0 : 1);
    HANDLE const handle = open_volume(node());
    while (char const deed = stage.next())
      stage.answer(static_cast<int>(control(handle, deed == 'l' ? FSCTL_LOCK_VOLUME : deed == 'd' ? FSCTL_DISMOUNT_VOLUME : IOCTL_STORAGE_EJECT_MEDIA)));
  });
  ASSERT_EQ(system.answer(), 0);
  EXPECT_EQ(system.ask('l'), ERROR_ACCESS_DENIED);
  EXPECT_EQ(system.ask('d'), ERROR_ACCESS_DENIED);
  EXPECT_EQ(system.ask('e'), ERROR_ACCESS_DENIED);
  EXPECT_TRUE(bench_->is_bound());
}

// ---- is mounted

TEST_P(DismountRules, IsMountedAsks) {
  HANDLE const handle = open(asks_only);
  EXPECT_EQ(control(handle, FSCTL_IS_VOLUME_MOUNTED), static_cast<DWORD>(ERROR_NOT_READY)) << "not mounted";
  mount();
  EXPECT_EQ(control(handle, FSCTL_IS_VOLUME_MOUNTED), 0u) << error_text();
  ASSERT_EQ(control(handle, FSCTL_DISMOUNT_VOLUME), 0u);
  ASSERT_EQ(run({"losetup", "-d", node()}), 0);
  EXPECT_EQ(control(handle, FSCTL_IS_VOLUME_MOUNTED), static_cast<DWORD>(ERROR_NOT_READY)) << "no medium";
}

// ---- offline, online

TEST_P(DismountRules, OfflineNeedsADismountThroughTheSameHandle) {
  mount();
  HANDLE const handle = open(), other = open(asks_only);
  EXPECT_EQ(control(handle, IOCTL_VOLUME_OFFLINE), static_cast<DWORD>(ERROR_INVALID_STATE));
  ASSERT_EQ(control(other, FSCTL_DISMOUNT_VOLUME), 0u);
  EXPECT_EQ(control(handle, IOCTL_VOLUME_OFFLINE), static_cast<DWORD>(ERROR_INVALID_STATE)) << "another handle dismounted it";
  EXPECT_EQ(control(other, IOCTL_VOLUME_OFFLINE), 0u) << error_text();
}

TEST_P(DismountRules, ADismountedVolumeMountsAgainAnOfflineOneDoesNot) {
  mount();
  HANDLE const handle = open();
  ASSERT_EQ(control(handle, FSCTL_DISMOUNT_VOLUME), 0u);
  EXPECT_EQ(mount_errno(), 0) << "dismounted: the next access mounts";
  ASSERT_EQ(control(handle, FSCTL_DISMOUNT_VOLUME), 0u);
  ASSERT_EQ(control(handle, IOCTL_VOLUME_OFFLINE), 0u) << error_text();
  EXPECT_EQ(mount_errno(), EBUSY) << "offline: it does not";
}

TEST_P(DismountRules, EveryRequestToAnOfflineVolumeIsRefusedUntilItIsOnline) {
  HANDLE const handle = open(), other = open(asks_only);
  ASSERT_EQ(control(handle, FSCTL_DISMOUNT_VOLUME), 0u);
  ASSERT_EQ(control(handle, IOCTL_VOLUME_OFFLINE), 0u);
  EXPECT_EQ(read_error(handle), static_cast<DWORD>(ERROR_NOT_READY));
  EXPECT_EQ(write_error(handle, "x"), static_cast<DWORD>(ERROR_NOT_READY));
  EXPECT_EQ(error_of(FlushFileBuffers(handle)), static_cast<DWORD>(ERROR_NOT_READY));
  EXPECT_EQ(control(handle, FSCTL_LOCK_VOLUME), static_cast<DWORD>(ERROR_NOT_READY));
  EXPECT_EQ(control(other, FSCTL_DISMOUNT_VOLUME), static_cast<DWORD>(ERROR_NOT_READY));
  ASSERT_EQ(control(handle, IOCTL_VOLUME_ONLINE), 0u);
  EXPECT_EQ(read_error(handle), 0u) << error_text();
  EXPECT_EQ(mount_errno(), 0);
}

TEST_P(DismountRules, IsOfflineAsks) {
  HANDLE const handle = open(asks_only), other = open(asks_only);
  EXPECT_EQ(control(other, IOCTL_VOLUME_IS_OFFLINE), static_cast<DWORD>(ERROR_GEN_FAILURE));
  ASSERT_EQ(control(handle, FSCTL_DISMOUNT_VOLUME), 0u);
  EXPECT_EQ(control(other, IOCTL_VOLUME_IS_OFFLINE), static_cast<DWORD>(ERROR_GEN_FAILURE)) << "dismounted is not offline";
  ASSERT_EQ(control(handle, IOCTL_VOLUME_OFFLINE), 0u);
  EXPECT_EQ(control(other, IOCTL_VOLUME_IS_OFFLINE), 0u);
}

TEST_P(DismountRules, AnOfflineVolumeStaysSoWhenItsHandleClosesUntilAnybodyBringsItOnline) {
  HANDLE const handle = open();
  ASSERT_EQ(control(handle, FSCTL_DISMOUNT_VOLUME), 0u);
  ASSERT_EQ(control(handle, IOCTL_VOLUME_OFFLINE), 0u);
  ASSERT_TRUE(CloseHandle(handle));
  EXPECT_EQ(mount_errno(), EBUSY);
  HANDLE const other = open(asks_only);
  EXPECT_EQ(control(other, IOCTL_VOLUME_IS_OFFLINE), 0u);
  EXPECT_EQ(control(other, IOCTL_VOLUME_ONLINE), 0u) << error_text();
  EXPECT_EQ(mount_errno(), 0);
}

TEST_P(DismountRules, OfflineIsRefusedWhileHandlesFromAForcedDismountAreOpen) {
  auto const at = mount();
  Actor file(holds_file(at + "/a"));
  ASSERT_EQ(file.answer(), 0);
  HANDLE const handle = open();
  ASSERT_EQ(control(handle, FSCTL_DISMOUNT_VOLUME), 0u);
  EXPECT_EQ(control(handle, IOCTL_VOLUME_OFFLINE), static_cast<DWORD>(ERROR_BUSY));
  EXPECT_THAT(error_text(), HasSubstr(std::to_string(file.pid())));
  file.kill_now();
  EXPECT_EQ(control(handle, IOCTL_VOLUME_OFFLINE), 0u) << error_text();
}

INSTANTIATE_TEST_SUITE_P(On, DismountRules, ::testing::Values("ext4", "xfs"), [](auto const& suite) { return suite.param; });

// A file system that cannot be shut down: its handles live on, and the report says so.
class LivingHandles : public VolumeRules {
 protected:
  void SetUp() override { begin("btrfs"); }
};

TEST_F(LivingHandles, TheReportOfAForcedDismountSaysThatHandlesLiveOn) {
  auto const at = mount();
  Actor file(holds_file(at + "/a"));
  ASSERT_EQ(file.answer(), 0);
  HANDLE const handle = open();
  ASSERT_EQ(control(handle, FSCTL_DISMOUNT_VOLUME), 0u) << error_text();
  auto const report = report_of(handle);
  EXPECT_TRUE(report.bWasMounted && report.bForced);
  EXPECT_EQ(report.bHandlesDead, file.ask('w') == EIO) << report.szNote;
  file.kill_now();
  EXPECT_EQ(control(handle, IOCTL_VOLUME_OFFLINE), 0u) << error_text();
}

}  // namespace
}  // namespace rsm::test
