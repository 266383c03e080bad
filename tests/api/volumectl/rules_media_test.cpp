// prevention, verify, eject, load, a medium that refuses writes, the one safe order: rules of volume-control.md on real volumes.
#include <sys/mount.h>

#include <filesystem>

#include "rules.hpp"

namespace rsm::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr DWORD no_unload = ERROR_UNABLE_TO_UNLOAD_MEDIA;

class MediaRules : public VolumeRulesOn {};

// ---- removal

TEST_P(MediaRules, PreventionHoldsTheMediumUntilItIsAllowed) {
  HANDLE const handle = open(), other = open(asks_only);
  ASSERT_EQ(prevent(handle, IOCTL_STORAGE_MEDIA_REMOVAL, true), 0u) << error_text();
  EXPECT_EQ(control(other, IOCTL_STORAGE_EJECT_MEDIA), no_unload);
  EXPECT_THAT(error_text(), HasSubstr("prevented"));
  ASSERT_TRUE(CloseHandle(handle));
  EXPECT_EQ(control(other, IOCTL_STORAGE_EJECT_MEDIA), no_unload) << "it stays when the handle closes";
  ASSERT_EQ(prevent(other, IOCTL_STORAGE_MEDIA_REMOVAL, false), 0u);
  EXPECT_EQ(control(other, IOCTL_STORAGE_EJECT_MEDIA), 0u) << error_text();
  EXPECT_FALSE(bench_->is_bound());
}

TEST_P(MediaRules, EjectionControlIsCountedForEachHandle) {
  HANDLE const one = open(asks_only), other = open(asks_only);
  ASSERT_EQ(prevent(one, IOCTL_STORAGE_EJECTION_CONTROL, true), 0u);
  ASSERT_EQ(prevent(one, IOCTL_STORAGE_EJECTION_CONTROL, true), 0u);
  ASSERT_EQ(prevent(one, IOCTL_STORAGE_EJECTION_CONTROL, false), 0u);
  EXPECT_EQ(control(other, IOCTL_STORAGE_EJECT_MEDIA), no_unload) << "two were asked for, one is allowed";
  EXPECT_EQ(prevent(other, IOCTL_STORAGE_EJECTION_CONTROL, false), static_cast<DWORD>(ERROR_INVALID_STATE)) << "none of this handle";
  ASSERT_EQ(prevent(one, IOCTL_STORAGE_EJECTION_CONTROL, false), 0u);
  EXPECT_EQ(control(other, IOCTL_STORAGE_EJECT_MEDIA), 0u) << error_text();
}

TEST_P(MediaRules, ClosingTheHandleReleasesItsCountedPrevention) {
  HANDLE const one = open(asks_only), other = open(asks_only);
  ASSERT_EQ(prevent(one, IOCTL_STORAGE_EJECTION_CONTROL, true), 0u);
  EXPECT_EQ(control(other, IOCTL_STORAGE_EJECT_MEDIA), no_unload);
  EXPECT_THAT(error_text(), HasSubstr(std::to_string(::getpid())));
  ASSERT_TRUE(CloseHandle(one));
  EXPECT_EQ(control(other, IOCTL_STORAGE_EJECT_MEDIA), 0u) << error_text();
}

// ---- verify

TEST_P(MediaRules, VerifySaysWhetherAMediumIsThere) {
  HANDLE const handle = open(asks_only);
  DWORD changes = 0, bytes = 0;
  EXPECT_TRUE(DeviceIoControl(handle, IOCTL_STORAGE_CHECK_VERIFY, nullptr, 0, &changes, sizeof changes, &bytes, nullptr)) << error_text();
  EXPECT_EQ(bytes, sizeof changes);
  ASSERT_EQ(run({"losetup", "-d", node()}), 0);
  EXPECT_EQ(control(handle, IOCTL_STORAGE_CHECK_VERIFY), static_cast<DWORD>(ERROR_NO_MEDIA_IN_DRIVE));
}

TEST_P(MediaRules, VerifySaysOnceThatTheMediumIsAnotherOne) {
  HANDLE const handle = open();
  auto const other = bench_->lab().image("other.img", GetParam());
  ASSERT_EQ(run({"losetup", "-d", node()}), 0);
  ASSERT_EQ(run({"losetup", node(), other}), 0);
  EXPECT_EQ(read_error(handle), static_cast<DWORD>(ERROR_MEDIA_CHANGED)) << "nothing reaches the wrong medium";
  EXPECT_EQ(control(handle, IOCTL_STORAGE_CHECK_VERIFY), static_cast<DWORD>(ERROR_MEDIA_CHANGED));
  EXPECT_EQ(control(handle, IOCTL_STORAGE_CHECK_VERIFY), 0u) << error_text();
  EXPECT_EQ(read_error(handle), 0u);
}

// ---- eject, load

TEST_P(MediaRules, EjectIsNoDismountAndALoopDeviceRefusesItWithFilesOpen) {
  auto const at = mount();
  Actor holder(holds_file(at + "/a"));
  ASSERT_EQ(holder.answer(), 0);
  EXPECT_EQ(control(open(), IOCTL_STORAGE_EJECT_MEDIA), no_unload);
  EXPECT_THAT(error_text(), AllOf(HasSubstr(std::to_string(holder.pid())), HasSubstr(at + "/a")));
  EXPECT_TRUE(bench_->is_bound());
  EXPECT_TRUE(is_mounted(at));
  EXPECT_EQ(holder.ask('w'), 0) << "nothing has become of the open file";
}

TEST_P(MediaRules, LoadNeedsAMotor) {
  HANDLE const handle = open(asks_only);
  EXPECT_EQ(control(handle, IOCTL_STORAGE_LOAD_MEDIA), static_cast<DWORD>(ERROR_NOT_SUPPORTED));
  EXPECT_THAT(error_text(), HasSubstr("motor"));
}

TEST_P(MediaRules, TheLengthIsThatOfTheVolume) {
  GET_LENGTH_INFORMATION length{};
  DWORD bytes = 0;
  ASSERT_TRUE(DeviceIoControl(open(asks_only), IOCTL_DISK_GET_LENGTH_INFO, nullptr, 0, &length, sizeof length, &bytes, nullptr)) << error_text();
  EXPECT_EQ(static_cast<std::uintmax_t>(length.Length.QuadPart), std::filesystem::file_size(bench_->image()));
}

TEST_P(MediaRules, TheEndOfTheVolume) {
  HANDLE const handle = open();
  LARGE_INTEGER back{}, end{};
  back.QuadPart = -4;
  char buffer[16];
  DWORD bytes = 0;
  ASSERT_TRUE(SetFilePointerEx(handle, back, &end, FILE_END)) << error_text();
  ASSERT_TRUE(ReadFile(handle, buffer, sizeof buffer, &bytes, nullptr)) << error_text();
  EXPECT_EQ(bytes, 4u);
  ASSERT_TRUE(ReadFile(handle, buffer, sizeof buffer, &bytes, nullptr)) << error_text();
  EXPECT_EQ(bytes, 0u);
  EXPECT_EQ(error_of(WriteFile(handle, buffer, sizeof buffer, &bytes, nullptr)), static_cast<DWORD>(ERROR_WRITE_FAULT)) << "nothing can be written there";
}

// ---- the one safe order

TEST_P(MediaRules, TheOneSafeOrderLosesNothingAndLeavesTheDriveEmpty) {
  auto const at = mount();
  write_file(at + "/a", "words that must not be lost", false);
  HANDLE const handle = open();
  EXPECT_TRUE(FlushFileBuffers(handle)) << error_text();
  for (DWORD code : {FSCTL_LOCK_VOLUME, FSCTL_DISMOUNT_VOLUME, IOCTL_VOLUME_OFFLINE}) ASSERT_EQ(control(handle, code), 0u) << error_text();
  ASSERT_EQ(prevent(handle, IOCTL_STORAGE_MEDIA_REMOVAL, false), 0u);
  ASSERT_EQ(control(handle, IOCTL_STORAGE_EJECT_MEDIA), 0u) << error_text();
  ASSERT_EQ(control(handle, FSCTL_UNLOCK_VOLUME), 0u) << error_text();
  EXPECT_FALSE(bench_->is_bound());
  EXPECT_TRUE(medium_has("words that must not be lost"));
}

INSTANTIATE_TEST_SUITE_P(On, MediaRules, ::testing::Values("ext4", "xfs"), [](auto const& suite) { return suite.param; });

// ---- a medium that refuses

// An image on a file system that is too small for what is written into it.
TEST(WriteFaults, FlushSaysThatTheMediumRefused) {
  if (auto const reason = why_no_block_volumes(); !reason.empty()) GTEST_SKIP() << reason;
  Lab const lab;
  auto const small = lab.folder("small");
  ASSERT_EQ(::mount("small", small.c_str(), "tmpfs", 0, "size=12m"), 0);
  auto const loop = bound(lab.image("small/side.img", "ext4"));
  auto const at = lab.folder("mnt");
  ASSERT_EQ(mount_device(loop.node, at, "ext4"), 0);
  write_file(at + "/a", std::string(16u << 20, 'x'), false);
  ::setenv("OPENRSM_VOLUME_STATE", lab.path("state").c_str(), 1);
  HANDLE const handle = open_volume(loop.node);
  ASSERT_NE(handle, INVALID_HANDLE_VALUE) << error_text();
  EXPECT_EQ(error_of(FlushFileBuffers(handle)), static_cast<DWORD>(ERROR_WRITE_FAULT)) << error_text();
  EXPECT_TRUE(CloseHandle(handle));
  ::unsetenv("OPENRSM_VOLUME_STATE");
}

}  // namespace
}  // namespace rsm::test
