// What the tests of the library's border share: a volume in memory, handles that are closed at the end, short ways to call.
// Thread rule: one thread sets up; the calls go from any.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "calls.hpp"
#include "fake_volume.hpp"

namespace rsm::test {

struct Border : testing::Test {
  FakeVolumes volumes;
  std::vector<HANDLE> handles;

  void TearDown() override {
    for (HANDLE handle : handles) CloseHandle(handle);
  }
  HANDLE open(DWORD flags = 0, DWORD access = GENERIC_READ | GENERIC_WRITE) {
    HANDLE const handle = CreateFileA("/dev/fake", access, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_EXISTING, flags, nullptr);
    EXPECT_NE(handle, INVALID_HANDLE_VALUE) << GetLastError();
    handles.push_back(handle);
    return handle;
  }
  HANDLE event(bool manual = true, bool signalled = false) {
    HANDLE const handle = CreateEventA(nullptr, manual, signalled, nullptr);
    EXPECT_NE(handle, nullptr);
    handles.push_back(handle);
    return handle;
  }
  void refuse(volume::Operation operation, Errc code, std::string detail = "by the test") const {
    std::lock_guard const lock(volumes.medium->mutex);
    volumes.medium->refusals[operation] = {code, "fake volume", std::move(detail)};
  }
};

}  // namespace rsm::test
