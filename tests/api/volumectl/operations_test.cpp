// Operations on a volume in memory: which code is which, synchronous and overlapped forms, cancelling, listeners.
#include <chrono>
#include <thread>

#include "border.hpp"

namespace {

using namespace rsm;
using namespace rsm::test;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using volume::Operation;

constexpr DWORD pending = ERROR_IO_PENDING;
constexpr DWORD aborted = ERROR_OPERATION_ABORTED;

struct Operations : Border {};

TEST_F(Operations, EachCodeIsItsOperation) {
  HANDLE const handle = open();
  for (DWORD code : {FSCTL_LOCK_VOLUME, FSCTL_UNLOCK_VOLUME, FSCTL_DISMOUNT_VOLUME, FSCTL_IS_VOLUME_MOUNTED, IOCTL_VOLUME_OFFLINE, IOCTL_VOLUME_ONLINE,
                     IOCTL_VOLUME_IS_OFFLINE, IOCTL_STORAGE_CHECK_VERIFY, IOCTL_STORAGE_EJECT_MEDIA, IOCTL_STORAGE_LOAD_MEDIA})
    EXPECT_EQ(control(handle, code), 0u) << code;
  EXPECT_TRUE(FlushFileBuffers(handle));
  EXPECT_EQ(prevent(handle, IOCTL_STORAGE_MEDIA_REMOVAL, TRUE), 0u);
  EXPECT_EQ(prevent(handle, IOCTL_STORAGE_EJECTION_CONTROL, FALSE), 0u);
  EXPECT_THAT(volumes.operations(), ElementsAre(Operation::lock, Operation::unlock, Operation::dismount, Operation::is_mounted, Operation::offline, Operation::online,
                                                Operation::is_offline, Operation::verify, Operation::eject, Operation::load, Operation::flush,
                                                Operation::media_removal, Operation::ejection_control));
  EXPECT_TRUE(volumes.medium->commands[11].prevent);
  EXPECT_FALSE(volumes.medium->commands[12].prevent);
}

TEST_F(Operations, UnknownCodesAndWrongSizes) {
  HANDLE const handle = open();
  DWORD bytes = 0;
  BYTE small[8] = {};
  EXPECT_EQ(control(handle, 0), static_cast<DWORD>(ERROR_INVALID_FUNCTION));
  EXPECT_EQ(control(handle, FSCTL_LOCK_VOLUME | 0x4000), static_cast<DWORD>(ERROR_INVALID_FUNCTION));
  EXPECT_EQ(control(handle, VCTL_READ), static_cast<DWORD>(ERROR_INVALID_FUNCTION));
  for (DWORD code : {IOCTL_STORAGE_MEDIA_REMOVAL, IOCTL_STORAGE_EJECTION_CONTROL}) {
    EXPECT_EQ(error_of(DeviceIoControl(handle, code, small, 0, nullptr, 0, &bytes, nullptr)), static_cast<DWORD>(ERROR_BAD_LENGTH));
    EXPECT_EQ(error_of(DeviceIoControl(handle, code, nullptr, 1, nullptr, 0, &bytes, nullptr)), static_cast<DWORD>(ERROR_INVALID_PARAMETER));
  }
  EXPECT_EQ(error_of(DeviceIoControl(handle, IOCTL_DISK_GET_LENGTH_INFO, nullptr, 0, small, 7, &bytes, nullptr)), static_cast<DWORD>(ERROR_INSUFFICIENT_BUFFER));
  EXPECT_EQ(error_of(DeviceIoControl(handle, IOCTL_DISK_GET_LENGTH_INFO, nullptr, 0, nullptr, 8, &bytes, nullptr)), static_cast<DWORD>(ERROR_INVALID_PARAMETER));
  EXPECT_EQ(error_of(DeviceIoControl(handle, IOCTL_STORAGE_CHECK_VERIFY, nullptr, 0, small, 3, &bytes, nullptr)), static_cast<DWORD>(ERROR_INSUFFICIENT_BUFFER));
  EXPECT_TRUE(volumes.operations().empty()) << "nothing was begun";
}

TEST_F(Operations, WhatComesOut) {
  HANDLE const handle = open();
  GET_LENGTH_INFORMATION length{};
  DWORD bytes = 0;
  ASSERT_TRUE(DeviceIoControl(handle, IOCTL_DISK_GET_LENGTH_INFO, nullptr, 0, &length, sizeof length, &bytes, nullptr));
  EXPECT_EQ(length.Length.QuadPart, 64 * 1024);
  EXPECT_EQ(bytes, 8u);
  char misaligned[16] = {};
  ASSERT_TRUE(DeviceIoControl(handle, IOCTL_STORAGE_CHECK_VERIFY, nullptr, 0, misaligned + 1, 5, reinterpret_cast<LPDWORD>(misaligned + 7), nullptr));
  EXPECT_EQ(misaligned[1], 7);
  EXPECT_EQ(misaligned[7], 4) << "bytes returned";
}

TEST_F(Operations, TheFormOfACallIsCheckedFirst) {
  HANDLE const synchronous = open(), overlapped_handle = open(FILE_FLAG_OVERLAPPED);
  OVERLAPPED overlapped{};
  char buffer[64] = {};
  DWORD bytes = 0;
  DWORD const wrong = ERROR_INVALID_PARAMETER;
  EXPECT_EQ(error_of(DeviceIoControl(synchronous, FSCTL_LOCK_VOLUME, nullptr, 0, nullptr, 0, nullptr, nullptr)), wrong);
  EXPECT_EQ(error_of(ReadFile(synchronous, buffer, 1, nullptr, nullptr)), wrong);
  EXPECT_EQ(error_of(WriteFile(synchronous, buffer, 1, nullptr, nullptr)), wrong);
  EXPECT_EQ(error_of(DeviceIoControl(overlapped_handle, FSCTL_LOCK_VOLUME, nullptr, 0, nullptr, 0, &bytes, nullptr)), wrong);
  EXPECT_EQ(error_of(ReadFile(overlapped_handle, buffer, 1, &bytes, nullptr)), wrong);
  auto* const misaligned = reinterpret_cast<OVERLAPPED*>(buffer + 1);
  EXPECT_EQ(control(overlapped_handle, FSCTL_LOCK_VOLUME, misaligned), wrong);
  EXPECT_EQ(error_of(GetOverlappedResult(overlapped_handle, misaligned, &bytes, FALSE)), wrong);
  EXPECT_EQ(error_of(GetOverlappedResult(overlapped_handle, nullptr, &bytes, FALSE)), wrong);
  EXPECT_EQ(error_of(GetOverlappedResult(overlapped_handle, &overlapped, nullptr, FALSE)), wrong);
  EXPECT_TRUE(volumes.operations().empty());
  EXPECT_TRUE(DeviceIoControl(synchronous, FSCTL_LOCK_VOLUME, nullptr, 0, nullptr, 0, nullptr, &overlapped)) << "with an OVERLAPPED it may pass none";
  EXPECT_EQ(error_of(DeviceIoControl(overlapped_handle, FSCTL_LOCK_VOLUME, nullptr, 0, nullptr, 0, nullptr, &overlapped)), pending);
  EXPECT_EQ(result_of(overlapped_handle, &overlapped, true), 0u);
}

TEST_F(Operations, AnErrorKeepsItsNumberAndItsSentence) {
  HANDLE const handle = open();
  for (Errc code : {Errc::access_denied, Errc::not_ready, Errc::write_fault, Errc::gen_failure, Errc::not_supported, Errc::not_locked, Errc::busy,
                    Errc::unable_to_unload_media, Errc::media_changed, Errc::no_media_in_drive, Errc::timeout, Errc::unable_to_load_medium, Errc::invalid_state}) {
    refuse(Operation::eject, code, "process 4711 (dd)");
    EXPECT_EQ(control(handle, IOCTL_STORAGE_EJECT_MEDIA), static_cast<DWORD>(code));
    EXPECT_THAT(error_text(), HasSubstr("process 4711 (dd)"));
  }
}

// ---- overlapped

TEST_F(Operations, OneUnderWayIsPendingThenDone) {
  HANDLE const handle = open(FILE_FLAG_OVERLAPPED);
  OVERLAPPED overlapped{};
  overlapped.hEvent = event(true, true);
  auto const volume = volumes.last();
  volume->hold();
  EXPECT_EQ(control(handle, FSCTL_LOCK_VOLUME, &overlapped), pending);
  EXPECT_FALSE(HasOverlappedIoCompleted(&overlapped));
  EXPECT_EQ(WaitForSingleObject(overlapped.hEvent, 0), static_cast<DWORD>(WAIT_TIMEOUT)) << "reset at the start";
  EXPECT_EQ(result_of(handle, &overlapped, false), static_cast<DWORD>(ERROR_IO_INCOMPLETE));
  DWORD bytes = 0;
  EXPECT_EQ(error_of(GetOverlappedResultEx(handle, &overlapped, &bytes, 0, FALSE)), static_cast<DWORD>(ERROR_IO_INCOMPLETE));
  EXPECT_EQ(error_of(GetOverlappedResultEx(handle, &overlapped, &bytes, 1, FALSE)), static_cast<DWORD>(WAIT_TIMEOUT));
  volume->release();
  EXPECT_EQ(WaitForSingleObject(overlapped.hEvent, INFINITE), WAIT_OBJECT_0);
  EXPECT_TRUE(HasOverlappedIoCompleted(&overlapped));
  EXPECT_EQ(result_of(handle, &overlapped, false), 0u);
  EXPECT_EQ(result_of(handle, &overlapped, true), 0u) << "as often as one likes";
}

TEST_F(Operations, AFailureComesWithItsSentenceWheneverItIsAskedFor) {
  HANDLE const handle = open(FILE_FLAG_OVERLAPPED);
  refuse(Operation::lock, Errc::access_denied, "process 4711 (dd)");
  OVERLAPPED overlapped{};
  EXPECT_EQ(control(handle, FSCTL_LOCK_VOLUME, &overlapped), pending);
  EXPECT_EQ(result_of(handle, &overlapped, true), static_cast<DWORD>(ERROR_ACCESS_DENIED));
  EXPECT_THAT(error_text(), HasSubstr("process 4711 (dd)"));
  SetLastError(0);
  EXPECT_EQ(result_of(handle, &overlapped, false), static_cast<DWORD>(ERROR_ACCESS_DENIED));
  EXPECT_THAT(error_text(), HasSubstr("process 4711 (dd)"));
  EXPECT_EQ(overlapped.Internal, 0xC0070005u);
}

TEST_F(Operations, SeveralAreUnderWayOnOneHandle) {
  HANDLE const handle = open(FILE_FLAG_OVERLAPPED);
  auto const volume = volumes.last();
  volume->hold();
  constexpr int count = 40;
  std::vector<OVERLAPPED> each(count);
  std::vector<char> got(count);
  for (int i = 0; i < count; ++i) volumes.medium->bytes[static_cast<std::size_t>(i)] = static_cast<char>(i + 1);
  for (int i = 0; i < count; ++i) {
    each[static_cast<std::size_t>(i)].Offset = static_cast<DWORD>(i);
    each[static_cast<std::size_t>(i)].hEvent = event();
    EXPECT_EQ(error_of(ReadFile(handle, &got[static_cast<std::size_t>(i)], 1, nullptr, &each[static_cast<std::size_t>(i)])), pending);
  }
  EXPECT_EQ(error_of(ReadFile(handle, got.data(), 1, nullptr, &each[0])), static_cast<DWORD>(ERROR_INVALID_PARAMETER)) << "an OVERLAPPED in use";
  volume->release();
  for (int i = 0; i < count; ++i) {
    DWORD bytes = 0;
    EXPECT_EQ(result_of(handle, &each[static_cast<std::size_t>(i)], true, &bytes), 0u);
    EXPECT_EQ(bytes, 1u);
    EXPECT_EQ(got[static_cast<std::size_t>(i)], i + 1);
    EXPECT_EQ(WaitForSingleObject(each[static_cast<std::size_t>(i)].hEvent, 0), WAIT_OBJECT_0);
  }
}

TEST_F(Operations, WithoutAnEventTheVolumeItselfIsSignalled) {
  HANDLE const handle = open(FILE_FLAG_OVERLAPPED);
  OVERLAPPED overlapped{};
  auto const volume = volumes.last();
  volume->hold();
  EXPECT_EQ(control(handle, FSCTL_LOCK_VOLUME, &overlapped), pending);
  EXPECT_EQ(WaitForSingleObject(handle, 0), static_cast<DWORD>(WAIT_TIMEOUT));
  volume->release();
  EXPECT_EQ(WaitForSingleObject(handle, INFINITE), WAIT_OBJECT_0);
  EXPECT_EQ(result_of(handle, &overlapped, false), 0u);
}

TEST_F(Operations, TheEventMustBeOneAndItsLowestBitIsAMark) {
  HANDLE const handle = open(FILE_FLAG_OVERLAPPED);
  OVERLAPPED overlapped{};
  overlapped.hEvent = handle;
  EXPECT_EQ(control(handle, FSCTL_LOCK_VOLUME, &overlapped), static_cast<DWORD>(ERROR_INVALID_HANDLE));
  HANDLE const signal = event();
  overlapped.hEvent = reinterpret_cast<HANDLE>(reinterpret_cast<std::uintptr_t>(signal) | 1);
  EXPECT_EQ(control(handle, FSCTL_LOCK_VOLUME, &overlapped), pending);
  EXPECT_EQ(WaitForSingleObject(signal, INFINITE), WAIT_OBJECT_0);
}

TEST_F(Operations, AnOverlappedThatNobodyStarted) {
  HANDLE const handle = open(FILE_FLAG_OVERLAPPED);
  OVERLAPPED fresh{}, invented{};
  invented.Internal = STATUS_PENDING;
  DWORD bytes = 99;
  EXPECT_EQ(result_of(handle, &fresh, true, &bytes), 0u);
  EXPECT_EQ(bytes, 0u);
  EXPECT_EQ(result_of(handle, &invented, false), static_cast<DWORD>(ERROR_IO_INCOMPLETE));
  EXPECT_EQ(result_of(handle, &invented, true), static_cast<DWORD>(ERROR_IO_INCOMPLETE)) << "nothing to wait for";
}

// ---- cancelling

TEST_F(Operations, CancelOneOrAll) {
  HANDLE const handle = open(FILE_FLAG_OVERLAPPED);
  auto const volume = volumes.last();
  volume->hold();
  OVERLAPPED first{}, second{}, third{};
  for (OVERLAPPED* each : {&first, &second, &third}) EXPECT_EQ(control(handle, FSCTL_LOCK_VOLUME, each), pending);
  EXPECT_TRUE(CancelIoEx(handle, &second));
  EXPECT_EQ(result_of(handle, &second, true), aborted);
  EXPECT_EQ(second.Internal, 0xC0000120u);
  EXPECT_FALSE(HasOverlappedIoCompleted(&first));
  EXPECT_EQ(error_of(CancelIoEx(handle, &second)), static_cast<DWORD>(ERROR_NOT_FOUND));
  EXPECT_TRUE(CancelIoEx(handle, nullptr));
  EXPECT_EQ(result_of(handle, &first, true), aborted);
  EXPECT_EQ(result_of(handle, &third, true), aborted);
  EXPECT_EQ(error_of(CancelIoEx(handle, nullptr)), static_cast<DWORD>(ERROR_NOT_FOUND));
  EXPECT_TRUE(CancelIo(handle)) << "nothing to cancel is no error here";
}

TEST_F(Operations, CancelIoIsAboutTheThreadsOwn) {
  HANDLE const handle = open(FILE_FLAG_OVERLAPPED);
  auto const volume = volumes.last();
  volume->hold();
  OVERLAPPED mine{}, others{};
  EXPECT_EQ(control(handle, FSCTL_LOCK_VOLUME, &mine), pending);
  std::thread([&] { EXPECT_EQ(control(handle, FSCTL_LOCK_VOLUME, &others), pending); }).join();
  EXPECT_TRUE(CancelIo(handle));
  EXPECT_EQ(result_of(handle, &mine, true), aborted);
  EXPECT_FALSE(HasOverlappedIoCompleted(&others));
  volume->release();
  EXPECT_EQ(result_of(handle, &others, true), 0u);
}

TEST_F(Operations, ASynchronousCallIsCancelledFromAnotherThread) {
  HANDLE const handle = open();
  auto const volume = volumes.last();
  volume->hold();
  DWORD answer = 0;
  std::thread caller([&] { answer = control(handle, FSCTL_LOCK_VOLUME); });
  while (!CancelIoEx(handle, nullptr)) std::this_thread::yield();
  caller.join();
  EXPECT_EQ(answer, aborted);
}

TEST_F(Operations, ClosingCompletesEverythingBeforeItReturns) {
  HANDLE const handle = open(FILE_FLAG_OVERLAPPED);
  auto const volume = volumes.last();
  volume->hold();
  auto overlapped = std::make_unique<OVERLAPPED>();
  auto buffer = std::make_unique<char[]>(16);
  HANDLE const signal = event();
  overlapped->hEvent = signal;
  EXPECT_EQ(error_of(ReadFile(handle, buffer.get(), 16, nullptr, overlapped.get())), pending);
  EXPECT_TRUE(CloseHandle(handle));
  EXPECT_EQ(overlapped->Internal, 0xC0000120u);
  EXPECT_EQ(WaitForSingleObject(signal, 0), WAIT_OBJECT_0);
  overlapped.reset();  // the sanitizer sees whoever touches it now
  buffer.reset();
}

TEST_F(Operations, ClosingEndsTheCallsOfOtherThreads) {
  HANDLE const handle = open();
  auto const volume = volumes.last();
  volume->hold();
  DWORD answer = 0;
  std::atomic<bool> begun = false;
  std::thread caller([&] {
    begun = true;
    answer = control(handle, FSCTL_LOCK_VOLUME);
  });
  while (!begun) std::this_thread::yield();
  EXPECT_TRUE(CloseHandle(handle));
  caller.join();
  EXPECT_TRUE(answer == aborted || answer == ERROR_INVALID_HANDLE) << answer;
}

// ---- what Windows does not have

TEST_F(Operations, TimeLimitsGoWithTheOperation) {
  HANDLE const handle = open();
  EXPECT_EQ(control(handle, FSCTL_LOCK_VOLUME), 0u);
  EXPECT_TRUE(VctlSetTimeLimit(handle, FSCTL_LOCK_VOLUME, 1234));
  EXPECT_EQ(control(handle, FSCTL_LOCK_VOLUME), 0u);
  EXPECT_TRUE(VctlSetTimeLimit(handle, FSCTL_LOCK_VOLUME, 0));
  EXPECT_EQ(control(handle, FSCTL_LOCK_VOLUME), 0u);
  EXPECT_TRUE(VctlSetTimeLimit(handle, VCTL_FLUSH, 77));
  EXPECT_TRUE(FlushFileBuffers(handle));
  auto const usual = volume::limit_of(Operation::lock);
  EXPECT_THAT(volumes.medium->limits, ElementsAre(usual, 1234ms, usual, 77ms));
  EXPECT_EQ(error_of(VctlSetTimeLimit(handle, FSCTL_LOCK_VOLUME, INFINITE)), static_cast<DWORD>(ERROR_INVALID_PARAMETER));
  EXPECT_EQ(error_of(VctlSetTimeLimit(handle, 5, 100)), static_cast<DWORD>(ERROR_INVALID_FUNCTION));
}

TEST_F(Operations, TheReportOfADismount) {
  HANDLE const handle = open();
  VCTL_DISMOUNT_REPORT report{};
  report.dwSize = sizeof report;
  EXPECT_EQ(error_of(VctlDismountReport(handle, &report)), static_cast<DWORD>(ERROR_NOT_FOUND));
  EXPECT_EQ(control(handle, FSCTL_DISMOUNT_VOLUME), 0u);
  ASSERT_TRUE(VctlDismountReport(handle, &report));
  EXPECT_TRUE(report.bWasMounted && report.bForced && !report.bHandlesDead);
  EXPECT_STREQ(report.szNote, "ein Satz \xC3\xBC" "ber Handles");
  report.dwSize = 8;
  EXPECT_EQ(error_of(VctlDismountReport(handle, &report)), static_cast<DWORD>(ERROR_BAD_LENGTH));
  EXPECT_EQ(error_of(VctlDismountReport(handle, nullptr)), static_cast<DWORD>(ERROR_INVALID_PARAMETER));
}

struct Listener {
  std::vector<DWORD> notices;
  HANDLE close_at_lock = nullptr, flush_at_lock = nullptr;
  DWORD unregister_error = 99;
  bool flushed = false;
  HANDLE own = nullptr;

  static void WINAPI routine(DWORD notice, LPVOID context) {
    auto& self = *static_cast<Listener*>(context);
    self.notices.push_back(notice);
    if (self.flush_at_lock != nullptr) self.flushed = FlushFileBuffers(self.flush_at_lock) != FALSE;
    if (notice == VOLUME_NOTICE_LOCK && self.close_at_lock != nullptr) CloseHandle(self.close_at_lock);
    if (notice == VOLUME_NOTICE_UNLOCK && self.own != nullptr) self.unregister_error = VctlUnregisterVolumeNotification(self.own) ? 0 : GetLastError();
  }
};

TEST_F(Operations, AListenerHearsAndMayCloseItsHandle) {
  Listener listener;
  listener.close_at_lock = open();
  HANDLE const registration = VctlRegisterVolumeNotification(listener.close_at_lock, Listener::routine, &listener);
  ASSERT_NE(registration, nullptr);
  auto const volume = volumes.last();
  EXPECT_EQ(volume->options().access, volume::Access{});
  for (auto notice : {volume::Notice::lock, volume::Notice::lock_failed, volume::Notice::unlock, volume::Notice::dismount}) volume->tell(notice);
  EXPECT_THAT(listener.notices, ElementsAre(VOLUME_NOTICE_LOCK, VOLUME_NOTICE_LOCK_FAILED, VOLUME_NOTICE_UNLOCK, VOLUME_NOTICE_DISMOUNT));
  EXPECT_EQ(error_of(CloseHandle(listener.close_at_lock)), static_cast<DWORD>(ERROR_INVALID_HANDLE)) << "the listener has closed it";
  EXPECT_EQ(error_of(CloseHandle(registration)), static_cast<DWORD>(ERROR_INVALID_HANDLE)) << "only Unregister ends it";
  EXPECT_TRUE(VctlUnregisterVolumeNotification(registration));
  volume->tell(volume::Notice::lock);
  EXPECT_EQ(listener.notices.size(), 4u) << "nothing after the end";
}

TEST_F(Operations, AListenerMayWaitForOperations) {
  Listener listener;
  listener.flush_at_lock = open();
  HANDLE const registration = VctlRegisterVolumeNotification(listener.flush_at_lock, Listener::routine, &listener);
  volumes.last()->tell(volume::Notice::lock);
  EXPECT_TRUE(listener.flushed);
  EXPECT_TRUE(VctlUnregisterVolumeNotification(registration));
}

TEST_F(Operations, AListenerMayEndItself) {
  Listener listener;
  HANDLE const handle = open();
  listener.own = VctlRegisterVolumeNotification(handle, Listener::routine, &listener);
  volumes.last()->tell(volume::Notice::unlock);
  EXPECT_EQ(listener.unregister_error, 0u);
  EXPECT_EQ(error_of(VctlUnregisterVolumeNotification(listener.own)), static_cast<DWORD>(ERROR_INVALID_HANDLE));
  EXPECT_EQ(VctlRegisterVolumeNotification(handle, nullptr, nullptr), nullptr);
  EXPECT_EQ(GetLastError(), static_cast<DWORD>(ERROR_INVALID_PARAMETER));
}

}  // namespace
