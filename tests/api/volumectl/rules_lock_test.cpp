// flush, lock, unlock: each rule of volume-control.md on real volumes, through the C interface.
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <condition_variable>
#include <future>
#include <mutex>

#include "drivers/volume/limits.hpp"
#include "rules.hpp"

namespace rsm::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class LockRules : public VolumeRulesOn {
 protected:
  // The lock is refused, with the holder's process and what it holds.
  void expect_refused_for(Actor& holder, std::string const& what) {
    ASSERT_EQ(holder.answer(), 0);
    HANDLE const handle = open();
    EXPECT_EQ(control(handle, FSCTL_LOCK_VOLUME), static_cast<DWORD>(ERROR_ACCESS_DENIED));
    EXPECT_THAT(error_text(), AllOf(HasSubstr("ERROR_ACCESS_DENIED (5)"), HasSubstr(std::to_string(holder.pid())), HasSubstr(what)));
    holder.kill_now();
    EXPECT_EQ(control(handle, FSCTL_LOCK_VOLUME), 0u) << error_text();
  }
};

// ---- flush

TEST_P(LockRules, FlushNeedsWriteAccess) {
  EXPECT_EQ(error_of(FlushFileBuffers(open(read_only))), static_cast<DWORD>(ERROR_ACCESS_DENIED));
  EXPECT_EQ(error_of(FlushFileBuffers(open(asks_only))), static_cast<DWORD>(ERROR_ACCESS_DENIED));
  EXPECT_EQ(error_of(FlushFileBuffers(open(GENERIC_WRITE))), 0u) << error_text();
}

TEST_P(LockRules, FlushWritesEverythingCachedToTheMedium) {
  auto const at = mount();
  write_file(at + "/a", "words that are flushed", false);
  EXPECT_TRUE(FlushFileBuffers(open())) << error_text();
  EXPECT_TRUE(medium_has("words that are flushed"));
  EXPECT_TRUE(is_mounted(at));
}

// ---- lock

TEST_P(LockRules, LockNeedsReadAccess) {
  EXPECT_EQ(control(open(GENERIC_WRITE), FSCTL_LOCK_VOLUME), static_cast<DWORD>(ERROR_ACCESS_DENIED));
  CloseHandle(handles_.back());
  EXPECT_EQ(control(open(read_only), FSCTL_LOCK_VOLUME), 0u) << error_text();
}

TEST_P(LockRules, LockIsRefusedForAnOpenFile) {
  auto const at = mount();
  Actor holder(holds_file(at + "/a"));
  expect_refused_for(holder, "open file " + at + "/a");
}

TEST_P(LockRules, LockIsRefusedForAWorkingDirectory) {
  auto const at = mount();
  Actor holder(stands_in(at));
  expect_refused_for(holder, "working directory " + at);
}

TEST_P(LockRules, LockIsRefusedForAMapping) {
  auto const at = mount();
  write_file(at + "/a", std::string(4096, 'x'));
  Actor holder(holds_mapping(at + "/a"));
  expect_refused_for(holder, at + "/a");
}

TEST_P(LockRules, LockIsRefusedForAnOpenDevice) {
  Actor holder([node = node()](Actor::Stage& stage) {
    stage.answer(::open(node.c_str(), O_RDONLY | O_CLOEXEC) < 0 ? errno : 0);
    stage.next();
  });
  expect_refused_for(holder, node());
}

TEST_P(LockRules, LockIsRefusedForAFileInAnotherMountNamespace) {
  mount();
  auto const elsewhere = bench_->lab().folder("elsewhere");
  Actor holder([&](Actor::Stage& stage) {
    bool const apart = ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    bool const mounted = apart && mount_device(node(), elsewhere, GetParam()) == 0;
    int const file = mounted ? ::open((elsewhere + "/a").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644) : -1;
    stage.answer(file < 0 ? errno : 0);
    stage.next();
  });
  expect_refused_for(holder, "/a");
}

TEST_P(LockRules, LockTakesMountsOfOtherNamespacesThatNobodyUses) {
  mount();
  auto const elsewhere = bench_->lab().folder("elsewhere");
  Actor other([&](Actor::Stage& stage) {
    bool const apart = ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    stage.answer(apart && mount_device(node(), elsewhere, GetParam()) == 0 ? 0 : errno);
    while (stage.next() != '\0') stage.answer(is_mounted(elsewhere) ? 1 : 0);
  });
  ASSERT_EQ(other.answer(), 0);
  HANDLE const handle = open();
  EXPECT_EQ(control(handle, FSCTL_LOCK_VOLUME), 0u) << error_text();
  EXPECT_EQ(other.ask('m'), 0);
}

TEST_P(LockRules, LockIsRefusedForAnotherHandleButNotForOneThatOnlyAsks) {
  HANDLE const handle = open(), asker = open(asks_only), other = open(read_only);
  EXPECT_EQ(control(handle, FSCTL_LOCK_VOLUME), static_cast<DWORD>(ERROR_ACCESS_DENIED));
  EXPECT_THAT(error_text(), HasSubstr(std::to_string(::getpid())));
  CloseHandle(other);
  EXPECT_EQ(control(handle, FSCTL_LOCK_VOLUME), 0u) << error_text();
  EXPECT_EQ(control(asker, IOCTL_STORAGE_CHECK_VERIFY), 0u) << error_text();
}

TEST_P(LockRules, ASecondLockerIsRefusedWhileALockIsHeld) {
  HANDLE const handle = open();
  ASSERT_EQ(control(handle, FSCTL_LOCK_VOLUME), 0u) << error_text();
  EXPECT_EQ(control(handle, FSCTL_LOCK_VOLUME), static_cast<DWORD>(ERROR_ACCESS_DENIED));
  EXPECT_EQ(open_error(), static_cast<DWORD>(ERROR_ACCESS_DENIED));
  EXPECT_THAT(error_text(), AllOf(HasSubstr("locked"), HasSubstr(std::to_string(::getpid()))));
}

TEST_P(LockRules, ALockedVolumeCannotBeMounted) {
  HANDLE const handle = open();
  ASSERT_EQ(control(handle, FSCTL_LOCK_VOLUME), 0u);
  EXPECT_EQ(mount_errno(), EBUSY);
  ASSERT_EQ(control(handle, FSCTL_UNLOCK_VOLUME), 0u);
  EXPECT_EQ(mount_errno(), 0);
}

TEST_P(LockRules, LockAlsoFlushes) {
  write_file(mount() + "/a", "words that the lock flushes", false);
  ASSERT_EQ(control(open(read_only), FSCTL_LOCK_VOLUME), 0u);
  EXPECT_TRUE(medium_has("words that the lock flushes"));
}

TEST_P(LockRules, UnlockEndsTheLockAndTheMountsComeBack) {
  auto const at = mount();
  HANDLE const handle = open();
  ASSERT_EQ(control(handle, FSCTL_LOCK_VOLUME), 0u);
  EXPECT_FALSE(is_mounted(at));
  ASSERT_EQ(control(handle, FSCTL_UNLOCK_VOLUME), 0u) << error_text();
  EXPECT_TRUE(is_mounted(at));
  EXPECT_EQ(open_error(), 0u);
}

TEST_P(LockRules, ClosingTheHandleReleasesItsLock) {
  auto const at = mount();
  HANDLE const handle = open();
  ASSERT_EQ(control(handle, FSCTL_LOCK_VOLUME), 0u);
  ASSERT_TRUE(CloseHandle(handle));
  EXPECT_TRUE(is_mounted(at));
  EXPECT_EQ(control(open(), FSCTL_LOCK_VOLUME), 0u);
}

TEST_P(LockRules, UnlockWithoutALockOfThisHandle) {
  HANDLE const handle = open(), asker = open(asks_only);
  EXPECT_EQ(control(handle, FSCTL_UNLOCK_VOLUME), static_cast<DWORD>(ERROR_NOT_LOCKED));
  ASSERT_EQ(control(handle, FSCTL_LOCK_VOLUME), 0u);
  EXPECT_EQ(control(asker, FSCTL_UNLOCK_VOLUME), static_cast<DWORD>(ERROR_NOT_LOCKED)) << "the lock is of another handle";
  ASSERT_EQ(control(handle, FSCTL_UNLOCK_VOLUME), 0u);
  EXPECT_EQ(control(handle, FSCTL_UNLOCK_VOLUME), static_cast<DWORD>(ERROR_NOT_LOCKED));
}

TEST_P(LockRules, AProgramThatIsKilledLosesItsLock) {
  auto const at = mount();
  Actor locker([&](Actor::Stage& stage) {
    stage.answer(control(open_volume(node()), FSCTL_LOCK_VOLUME) == 0 ? 0 : 1);
    stage.next();
  });
  ASSERT_EQ(locker.answer(), 0);
  EXPECT_EQ(open_error(), static_cast<DWORD>(ERROR_ACCESS_DENIED));
  EXPECT_THAT(error_text(), HasSubstr(std::to_string(locker.pid())));
  locker.kill_now();
  for (int looks = 0; looks < 500 && !is_mounted(at); ++looks) ::usleep(10'000);
  EXPECT_TRUE(is_mounted(at));
  for (int looks = 0; looks < 500 && open_error() != 0; ++looks) ::usleep(10'000);  // the mount is back a moment before the lock has gone
  EXPECT_EQ(control(open(), FSCTL_LOCK_VOLUME), 0u) << error_text();
}

TEST_P(LockRules, AMountedVolumeIsWrittenByTheHandleThatHasItLockedOnly) {
  mount();
  HANDLE const handle = open();
  EXPECT_EQ(write_error(handle, "raw words"), static_cast<DWORD>(ERROR_ACCESS_DENIED));
  ASSERT_EQ(control(handle, FSCTL_LOCK_VOLUME), 0u);
  EXPECT_EQ(write_error(handle, "raw words"), 0u) << error_text();
  EXPECT_TRUE(FlushFileBuffers(handle));
  EXPECT_TRUE(medium_has("raw words"));
  EXPECT_EQ(control(handle, FSCTL_DISMOUNT_VOLUME), 0u) << "what is written is no file system; the mounts must not come back";
}

// ---- listeners

// What a listener hears. An answer to a lock may be held back.
class Heard {
 public:
  HANDLE close_at_lock = nullptr;
  std::shared_future<void> may_answer;

  static void WINAPI routine(DWORD notice, LPVOID context) { static_cast<Heard*>(context)->hear(notice); }

  // Notices come from another process, those of what has happened without anybody waiting for them.
  std::vector<DWORD> first(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, limits::volume_notice_limit, [&] { return notices_.size() >= count; });
    return notices_;
  }

 private:
  void hear(DWORD notice) {
    {
      std::lock_guard const lock(mutex_);
      notices_.push_back(notice);
    }
    changed_.notify_all();
    if (notice != VOLUME_NOTICE_LOCK) return;
    if (close_at_lock != nullptr) CloseHandle(std::exchange(close_at_lock, nullptr));
    if (may_answer.valid()) may_answer.wait();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<DWORD> notices_;
};

TEST_P(LockRules, ListenersAreToldFirstAndTheLockWaitsForTheirAnswer) {
  Heard heard;
  std::promise<void> answer;
  heard.may_answer = answer.get_future().share();
  HANDLE const handle = open(read_write, FILE_FLAG_OVERLAPPED);
  HANDLE const listener = VctlRegisterVolumeNotification(handle, Heard::routine, &heard);
  ASSERT_NE(listener, nullptr) << error_text();
  OVERLAPPED lock{};
  EXPECT_EQ(control(handle, FSCTL_LOCK_VOLUME, &lock), static_cast<DWORD>(ERROR_IO_PENDING));
  ASSERT_EQ(heard.first(1).size(), 1u);
  EXPECT_FALSE(HasOverlappedIoCompleted(&lock));
  answer.set_value();
  EXPECT_EQ(result_of(handle, &lock, true), 0u) << error_text();
  EXPECT_TRUE(VctlUnregisterVolumeNotification(listener));
}

TEST_P(LockRules, AListenerThatClosesItsHandleMakesTheLockSucceed) {
  Heard heard;
  heard.close_at_lock = open();
  HANDLE const listener = VctlRegisterVolumeNotification(heard.close_at_lock, Heard::routine, &heard);
  HANDLE const handle = open();
  EXPECT_EQ(control(handle, FSCTL_LOCK_VOLUME), 0u) << error_text();
  EXPECT_EQ(control(handle, FSCTL_DISMOUNT_VOLUME), 0u);
  EXPECT_EQ(control(handle, FSCTL_UNLOCK_VOLUME), 0u);
  EXPECT_THAT(heard.first(3), ::testing::ElementsAre(VOLUME_NOTICE_LOCK, VOLUME_NOTICE_DISMOUNT, VOLUME_NOTICE_UNLOCK));
  EXPECT_TRUE(VctlUnregisterVolumeNotification(listener));
}

TEST_P(LockRules, ListenersHearThatALockFailed) {
  Heard heard;
  HANDLE const handle = open(), other = open();
  HANDLE const listener = VctlRegisterVolumeNotification(other, Heard::routine, &heard);
  EXPECT_EQ(control(handle, FSCTL_LOCK_VOLUME), static_cast<DWORD>(ERROR_ACCESS_DENIED));
  EXPECT_THAT(heard.first(2), ::testing::ElementsAre(VOLUME_NOTICE_LOCK, VOLUME_NOTICE_LOCK_FAILED));
  EXPECT_TRUE(VctlUnregisterVolumeNotification(listener));
}

TEST_P(LockRules, ALockThatWaitsForListenersCanBeCancelled) {
  Heard heard;
  std::promise<void> answer;
  heard.may_answer = answer.get_future().share();
  HANDLE const handle = open(read_write, FILE_FLAG_OVERLAPPED);
  HANDLE const listener = VctlRegisterVolumeNotification(handle, Heard::routine, &heard);
  OVERLAPPED lock{};
  EXPECT_EQ(control(handle, FSCTL_LOCK_VOLUME, &lock), static_cast<DWORD>(ERROR_IO_PENDING));
  ASSERT_EQ(heard.first(1).size(), 1u);
  EXPECT_TRUE(CancelIoEx(handle, &lock));
  EXPECT_EQ(result_of(handle, &lock, true), static_cast<DWORD>(ERROR_OPERATION_ABORTED));
  answer.set_value();
  EXPECT_TRUE(VctlUnregisterVolumeNotification(listener));
  EXPECT_EQ(control(handle, FSCTL_UNLOCK_VOLUME, &lock), static_cast<DWORD>(ERROR_IO_PENDING));
  EXPECT_EQ(result_of(handle, &lock, true), static_cast<DWORD>(ERROR_NOT_LOCKED));
}

TEST_P(LockRules, AnOperationPastItsLimitCompletesWithTimeoutAndTheVolumeNeedsService) {
  Heard heard;
  std::promise<void> answer;
  heard.may_answer = answer.get_future().share();
  HANDLE const handle = open();
  HANDLE const listener = VctlRegisterVolumeNotification(handle, Heard::routine, &heard);
  ASSERT_TRUE(VctlSetTimeLimit(handle, FSCTL_LOCK_VOLUME, 50));
  EXPECT_EQ(control(handle, FSCTL_LOCK_VOLUME), static_cast<DWORD>(ERROR_TIMEOUT));
  answer.set_value();
  EXPECT_TRUE(VctlUnregisterVolumeNotification(listener));
  EXPECT_EQ(control(handle, FSCTL_IS_VOLUME_MOUNTED), static_cast<DWORD>(ERROR_NOT_READY)) << "the handle is dead";
  EXPECT_EQ(open_error(), static_cast<DWORD>(ERROR_NOT_READY)) << "the volume needs service";
  EXPECT_THAT(error_text(), HasSubstr("needs service"));
  EXPECT_EQ(control(open(asks_only), IOCTL_STORAGE_CHECK_VERIFY), 0u) << "it answers again";
  EXPECT_EQ(open_error(), 0u);
}

class ListenerRules : public VolumeRules {
 protected:
  void SetUp() override { begin("ext4"); }
};

// Takes the ten seconds that a listener has.
TEST_F(ListenerRules, AListenerThatDoesNotAnswerHoldsTheLockUpForItsTimeOnly) {
  Heard heard;
  std::promise<void> answer;
  heard.may_answer = answer.get_future().share();
  HANDLE const handle = open();
  HANDLE const listener = VctlRegisterVolumeNotification(handle, Heard::routine, &heard);
  EXPECT_EQ(control(handle, FSCTL_LOCK_VOLUME), 0u) << error_text();
  EXPECT_THAT(heard.first(1), ::testing::ElementsAre(VOLUME_NOTICE_LOCK));
  answer.set_value();
  EXPECT_TRUE(VctlUnregisterVolumeNotification(listener));
}

INSTANTIATE_TEST_SUITE_P(On, LockRules, ::testing::Values("ext4", "xfs", "btrfs"), [](auto const& suite) { return suite.param; });

}  // namespace
}  // namespace rsm::test
