// CreateFile, CloseHandle, events and waits, the last error: what needs no operation.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "api/volumectl/limits.hpp"
#include "border.hpp"

extern "C" int volumectl_windows_sequence(TCHAR const* name);

namespace {

using namespace rsm;
using namespace rsm::test;
using testing::AllOf;
using testing::HasSubstr;

struct Handles : Border {
  static DWORD open_error(char const* name, DWORD access = GENERIC_READ, DWORD share = 0, DWORD disposition = OPEN_EXISTING, DWORD flags = 0) {
    HANDLE const handle = CreateFileA(name, access, share, nullptr, disposition, flags, nullptr);
    if (handle == INVALID_HANDLE_VALUE) return GetLastError();
    CloseHandle(handle);
    return 0;
  }
};

TEST_F(Handles, OpenWithTheRightsAndFlagsThatWereAsked) {
  struct Case {
    DWORD access;
    volume::Access wanted;
  };
  for (auto const& [access, wanted] : {Case{GENERIC_READ, {true, false}}, Case{GENERIC_WRITE, {false, true}}, Case{GENERIC_READ | GENERIC_WRITE, {true, true}},
                                       Case{GENERIC_ALL, {true, true}}, Case{0, {false, false}}, Case{FILE_READ_ATTRIBUTES | SYNCHRONIZE, {false, false}},
                                       Case{FILE_READ_DATA, {true, false}}, Case{FILE_WRITE_DATA, {false, true}}}) {
    open(0, access);
    EXPECT_EQ(volumes.last()->options().access, wanted) << access;
    EXPECT_EQ(volumes.last()->options().path, "/dev/fake");
    EXPECT_FALSE(volumes.last()->options().listener);
  }
}

TEST_F(Handles, WhatCreateFileRefuses) {
  EXPECT_EQ(open_error(nullptr), static_cast<DWORD>(ERROR_INVALID_PARAMETER));
  EXPECT_EQ(open_error(""), static_cast<DWORD>(ERROR_INVALID_NAME));
  EXPECT_EQ(open_error("\xff\xfe"), static_cast<DWORD>(ERROR_INVALID_NAME));
  EXPECT_EQ(open_error(std::string(100'000, 'x').c_str()), static_cast<DWORD>(ERROR_INVALID_NAME));
  EXPECT_EQ(open_error("/dev/fake", 0x00400000), static_cast<DWORD>(ERROR_INVALID_PARAMETER));
  EXPECT_EQ(open_error("/dev/fake", GENERIC_READ, 8), static_cast<DWORD>(ERROR_INVALID_PARAMETER));
  for (DWORD disposition : {0, CREATE_NEW, CREATE_ALWAYS, TRUNCATE_EXISTING, 77})
    EXPECT_EQ(open_error("/dev/fake", GENERIC_READ, 0, disposition), static_cast<DWORD>(ERROR_INVALID_PARAMETER)) << disposition;
  EXPECT_EQ(open_error("/dev/fake", GENERIC_READ, 0, OPEN_EXISTING, FILE_FLAG_DELETE_ON_CLOSE), static_cast<DWORD>(ERROR_INVALID_PARAMETER));
  EXPECT_EQ(volumes.last(), nullptr) << "nothing was opened";
}

TEST_F(Handles, WideNames) {
  char16_t const half_pair[] = {u'/', 0xD800, 0};
  EXPECT_EQ(CreateFileW(nullptr, 0, 0, nullptr, OPEN_EXISTING, 0, nullptr), INVALID_HANDLE_VALUE);
  EXPECT_EQ(GetLastError(), static_cast<DWORD>(ERROR_INVALID_PARAMETER));
  EXPECT_EQ(CreateFileW(half_pair, 0, 0, nullptr, OPEN_EXISTING, 0, nullptr), INVALID_HANDLE_VALUE);
  EXPECT_EQ(GetLastError(), static_cast<DWORD>(ERROR_INVALID_NAME));
  handles.push_back(CreateFileW(u"/dev/gro\u00DF", 0, 0, nullptr, OPEN_EXISTING, 0, nullptr));
  ASSERT_NE(handles.back(), INVALID_HANDLE_VALUE);
  EXPECT_EQ(volumes.last()->options().path, "/dev/gro\xC3\x9F");
}

TEST_F(Handles, NamesOfWindowsComeFromTheTable) {
  std::string const file = testing::TempDir() + "volumectl-names-" + std::to_string(::getpid()) + ".toml";
  std::ofstream(file) << "[volumes]\n\"X:\" = \"/dev/disk/by-id/stick\"\n";
  ::setenv("OPENRSM_VOLUMES", file.c_str(), 1);
  EXPECT_EQ(open_error(R"(\\.\x:)"), 0u);
  HANDLE const handle = CreateFileW(u"\\\\.\\X:", GENERIC_READ, 0, nullptr, OPEN_EXISTING, 0, nullptr);
  EXPECT_EQ(volumes.last()->options().path, "/dev/disk/by-id/stick");
  CloseHandle(handle);
  EXPECT_EQ(open_error(R"(\\.\Y:)"), static_cast<DWORD>(ERROR_FILE_NOT_FOUND));
  EXPECT_THAT(error_text(), AllOf(HasSubstr("ERROR_FILE_NOT_FOUND (2)"), HasSubstr("X:")));
  ::unsetenv("OPENRSM_VOLUMES");
  std::filesystem::remove(file);
}

TEST_F(Handles, AnErrorOfOpeningKeepsItsNumberAndItsSentence) {
  volumes.medium->open_refusal = Error{Errc::access_denied, "/dev/fake", "locked by process 4711 (dd)"};
  EXPECT_EQ(open_error("/dev/fake"), static_cast<DWORD>(ERROR_ACCESS_DENIED));
  EXPECT_THAT(error_text(), AllOf(HasSubstr("ERROR_ACCESS_DENIED (5)"), HasSubstr("locked by process 4711 (dd)")));
}

TEST_F(Handles, OpeningSetsTheLastErrorAsWindowsDoes) {
  SetLastError(4711);
  open();
  EXPECT_EQ(GetLastError(), static_cast<DWORD>(ERROR_SUCCESS));
  handles.push_back(CreateFileA("/dev/fake", 0, 0, nullptr, OPEN_ALWAYS, 0, nullptr));
  EXPECT_EQ(GetLastError(), static_cast<DWORD>(ERROR_ALREADY_EXISTS));
}

TEST_F(Handles, CloseOnce) {
  HANDLE const file = open(), signal = event();
  for (HANDLE handle : {file, signal}) {
    EXPECT_TRUE(CloseHandle(handle));
    EXPECT_EQ(error_of(CloseHandle(handle)), static_cast<DWORD>(ERROR_INVALID_HANDLE));
  }
  EXPECT_EQ(volumes.medium->open_handles, 0);
  for (HANDLE handle : {static_cast<HANDLE>(nullptr), INVALID_HANDLE_VALUE, reinterpret_cast<HANDLE>(std::uintptr_t{1}), static_cast<HANDLE>(&volumes)})
    EXPECT_EQ(error_of(CloseHandle(handle)), static_cast<DWORD>(ERROR_INVALID_HANDLE));
}

TEST_F(Handles, OfManyClosersOneCloses) {
  HANDLE const file = open();
  std::atomic<int> closed = 0, refused = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { ++(CloseHandle(file) ? closed : refused); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(closed, 1);
  EXPECT_EQ(refused, 7);
}

TEST_F(Handles, AnUnknownHandleIsSixEverywhere) {
  HANDLE const closed = open();
  CloseHandle(closed);
  HANDLE const signal = event();
  DWORD bytes = 0;
  char buffer[16];
  OVERLAPPED overlapped{};
  LARGE_INTEGER zero{};
  VCTL_DISMOUNT_REPORT report{sizeof report, 0, 0, 0, ""};
  DWORD const six = ERROR_INVALID_HANDLE;
  for (HANDLE bad : {closed, static_cast<HANDLE>(nullptr), INVALID_HANDLE_VALUE, signal}) {
    EXPECT_EQ(control(bad, FSCTL_LOCK_VOLUME), six);
    EXPECT_EQ(error_of(FlushFileBuffers(bad)), six);
    EXPECT_EQ(error_of(ReadFile(bad, buffer, 1, &bytes, nullptr)), six);
    EXPECT_EQ(error_of(WriteFile(bad, buffer, 1, &bytes, nullptr)), six);
    EXPECT_EQ(error_of(SetFilePointerEx(bad, zero, nullptr, FILE_BEGIN)), six);
    EXPECT_EQ(error_of(GetOverlappedResult(bad, &overlapped, &bytes, FALSE)), six);
    EXPECT_EQ(error_of(GetOverlappedResultEx(bad, &overlapped, &bytes, 0, FALSE)), six);
    EXPECT_EQ(error_of(CancelIo(bad)), six);
    EXPECT_EQ(error_of(CancelIoEx(bad, nullptr)), six);
    EXPECT_EQ(error_of(VctlSetTimeLimit(bad, VCTL_READ, 1)), six);
    EXPECT_EQ(error_of(VctlDismountReport(bad, &report)), six);
    EXPECT_EQ(VctlRegisterVolumeNotification(bad, [](DWORD, LPVOID) {}, nullptr), nullptr);
    EXPECT_EQ(GetLastError(), six);
    EXPECT_EQ(error_of(VctlUnregisterVolumeNotification(bad)), six);
    if (bad == signal) continue;
    EXPECT_EQ(error_of(SetEvent(bad)), six);
    EXPECT_EQ(error_of(ResetEvent(bad)), six);
    EXPECT_EQ(WaitForSingleObject(bad, 0), WAIT_FAILED);
    EXPECT_EQ(GetLastError(), six);
    HANDLE const two[] = {signal, bad};
    EXPECT_EQ(WaitForMultipleObjects(2, two, FALSE, 0), WAIT_FAILED);
    EXPECT_EQ(GetLastError(), six);
  }
  EXPECT_EQ(error_of(SetEvent(open())), six) << "a volume is no event";
}

TEST_F(Handles, MeanNothingInAChild) {
  HANDLE const file = open(), signal = event();
  pid_t const child = ::fork();
  if (child == 0) {
    bool const unknown = CloseHandle(file) == FALSE && GetLastError() == ERROR_INVALID_HANDLE && SetEvent(signal) == FALSE && GetLastError() == ERROR_INVALID_HANDLE;
    HANDLE const own = CreateEventA(nullptr, TRUE, TRUE, nullptr);
    ::_exit(unknown && own != nullptr && own != signal && WaitForSingleObject(own, 0) == WAIT_OBJECT_0 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(WaitForSingleObject(signal, 0), static_cast<DWORD>(WAIT_TIMEOUT));
}

TEST_F(Handles, ThereIsALimit) {
  HANDLE last = nullptr;
  std::size_t opened = 0;
  while (opened <= limits::volumectl_handles_max && (last = CreateEventA(nullptr, TRUE, FALSE, nullptr)) != nullptr) {
    handles.push_back(last);
    ++opened;
  }
  EXPECT_EQ(opened, limits::volumectl_handles_max);
  EXPECT_EQ(GetLastError(), static_cast<DWORD>(ERROR_TOO_MANY_OPEN_FILES));
  EXPECT_EQ(open_error("/dev/fake"), static_cast<DWORD>(ERROR_TOO_MANY_OPEN_FILES));
  EXPECT_EQ(volumes.medium->open_handles, 0) << "what could not have a handle was closed again";
  EXPECT_TRUE(CloseHandle(handles.back()));
  EXPECT_EQ(open_error("/dev/fake"), 0u);
}

// ---- events and waits

TEST_F(Handles, AManualEventStaysAnAutomaticOneIsConsumed) {
  HANDLE const manual = event(true), automatic = event(false, true);
  EXPECT_EQ(WaitForSingleObject(manual, 0), static_cast<DWORD>(WAIT_TIMEOUT));
  EXPECT_TRUE(SetEvent(manual));
  EXPECT_EQ(WaitForSingleObject(manual, 0), WAIT_OBJECT_0);
  EXPECT_EQ(WaitForSingleObject(manual, INFINITE), WAIT_OBJECT_0);
  EXPECT_TRUE(ResetEvent(manual));
  EXPECT_EQ(WaitForSingleObject(manual, 1), static_cast<DWORD>(WAIT_TIMEOUT));
  EXPECT_EQ(WaitForSingleObject(automatic, INFINITE), WAIT_OBJECT_0);
  EXPECT_EQ(WaitForSingleObject(automatic, 0), static_cast<DWORD>(WAIT_TIMEOUT));
}

TEST_F(Handles, WaitsForOneOrForAll) {
  HANDLE const three[] = {event(false), event(false), event(false)};
  SetEvent(three[1]);
  EXPECT_EQ(WaitForMultipleObjects(3, three, TRUE, 0), static_cast<DWORD>(WAIT_TIMEOUT));
  EXPECT_EQ(WaitForMultipleObjects(3, three, FALSE, INFINITE), WAIT_OBJECT_0 + 1) << "the wait for all has consumed nothing";
  EXPECT_EQ(WaitForMultipleObjects(3, three, FALSE, 0), static_cast<DWORD>(WAIT_TIMEOUT));
  std::thread setter([&] {
    for (HANDLE each : three) SetEvent(each);
  });
  EXPECT_EQ(WaitForMultipleObjects(3, three, TRUE, INFINITE), WAIT_OBJECT_0);
  setter.join();
  EXPECT_EQ(WaitForMultipleObjects(3, three, FALSE, 0), static_cast<DWORD>(WAIT_TIMEOUT)) << "all three are consumed";
}

TEST_F(Handles, WaitsRefuse) {
  HANDLE const twice[] = {event(), event(), handles[0]};
  HANDLE const many[65] = {};
  EXPECT_EQ(WaitForMultipleObjects(0, twice, FALSE, 0), WAIT_FAILED);
  EXPECT_EQ(GetLastError(), static_cast<DWORD>(ERROR_INVALID_PARAMETER));
  EXPECT_EQ(WaitForMultipleObjects(65, many, FALSE, 0), WAIT_FAILED);
  EXPECT_EQ(GetLastError(), static_cast<DWORD>(ERROR_INVALID_PARAMETER));
  EXPECT_EQ(WaitForMultipleObjects(1, nullptr, FALSE, 0), WAIT_FAILED);
  EXPECT_EQ(GetLastError(), static_cast<DWORD>(ERROR_INVALID_PARAMETER));
  EXPECT_EQ(WaitForMultipleObjects(3, twice, TRUE, 0), WAIT_FAILED);
  EXPECT_EQ(GetLastError(), static_cast<DWORD>(ERROR_INVALID_PARAMETER));
  EXPECT_EQ(CreateEventA(nullptr, TRUE, FALSE, "name"), nullptr);
  EXPECT_EQ(GetLastError(), static_cast<DWORD>(ERROR_NOT_SUPPORTED));
  EXPECT_EQ(CreateEventW(nullptr, TRUE, FALSE, u"name"), nullptr);
}

TEST_F(Handles, AWaitEndsWhenItsHandleIsClosed) {
  HANDLE const never = event();
  std::thread closer([&] { CloseHandle(never); });
  EXPECT_EQ(WaitForSingleObject(never, INFINITE), WAIT_FAILED);
  EXPECT_EQ(GetLastError(), static_cast<DWORD>(ERROR_INVALID_HANDLE));
  closer.join();
}

// ---- the last error

TEST_F(Handles, TheLastErrorIsTheThreadsOwnAndItsTextBelongsToIt) {
  control(nullptr, FSCTL_LOCK_VOLUME);
  std::string const text = error_text();
  EXPECT_THAT(text, AllOf(HasSubstr("ERROR_INVALID_HANDLE (6)"), HasSubstr("hDevice")));
  EXPECT_EQ(GetLastError(), static_cast<DWORD>(ERROR_INVALID_HANDLE)) << "asking for the text changes nothing";
  std::thread([] { EXPECT_EQ(GetLastError(), 0u); }).join();
  SetLastError(ERROR_BUSY);
  EXPECT_THAT(error_text(), AllOf(HasSubstr("ERROR_BUSY (170)"), testing::Not(HasSubstr("hDevice"))));
  SetLastError(123456);
  EXPECT_EQ(error_text(), "error 123456");
}

TEST_F(Handles, TheTextIsCutAtACharacter) {
  volumes.medium->open_refusal = Error{Errc::busy, "", "\xC3\xA4\xC3\xA4"};
  open_error("/dev/fake");
  std::string const whole = error_text();
  std::string cut(whole.size(), 'x');
  EXPECT_EQ(VctlGetLastErrorText(cut.data(), static_cast<DWORD>(whole.size())), whole.size());
  EXPECT_EQ(std::string(cut.c_str()), whole.substr(0, whole.size() - 2));
  EXPECT_EQ(VctlGetLastErrorText(cut.data(), 1), whole.size());
  EXPECT_EQ(cut[0], '\0');
  EXPECT_EQ(VctlGetLastErrorText(nullptr, 100), whole.size());
}

TEST_F(Handles, AProgramForWindowsCompilesAsC) { EXPECT_EQ(volumectl_windows_sequence(nullptr), ERROR_INVALID_PARAMETER); }

}  // namespace
