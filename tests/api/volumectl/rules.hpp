// The bench for the rules of volume control through the C interface: a real loop volume, handles that are closed at the end.
//
// What for: one test for each sentence about an operation. The records of volumes are in the lab's folder. Left out, with the reason, where
// loop devices and mounts are not possible. Thread rule: one thread.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "calls.hpp"
#include "tests/drivers/volume/bench.hpp"

namespace rsm::test {

constexpr DWORD read_only = GENERIC_READ, read_write = GENERIC_READ | GENERIC_WRITE, asks_only = 0;

// Why a file system cannot be used here; empty: it can.
inline std::string why_not(std::string const& fs_type) {
  if (auto reason = why_no_block_volumes(); !reason.empty()) return reason;
  std::ifstream in("/proc/filesystems");
  std::string word;
  while (in >> word)
    if (word == fs_type) return run({"mkfs." + fs_type, "-V"}) == 0 ? "" : "mkfs." + fs_type + " is not installed";
  return "this kernel has no " + fs_type;
}

inline HANDLE open_volume(std::string const& node, DWORD access = read_write, DWORD flags = 0) {
  return CreateFileA(node.c_str(), access, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_EXISTING, flags, nullptr);
}

class VolumeRules : public ::testing::Test {
 protected:
  void begin(std::string const& fs_type) {
    fs_type_ = fs_type;
    if (auto const reason = why_not(fs_type); !reason.empty()) GTEST_SKIP() << reason;
    bench_ = std::make_unique<VolumeBench>(fs_type);
    ::setenv("OPENRSM_VOLUME_STATE", bench_->state_directory().c_str(), 1);
  }
  void TearDown() override {
    for (HANDLE handle : handles_) CloseHandle(handle);
    ::unsetenv("OPENRSM_VOLUME_STATE");
  }

  HANDLE open(DWORD access = read_write, DWORD flags = 0) {
    HANDLE const handle = open_volume(node(), access, flags);
    EXPECT_NE(handle, INVALID_HANDLE_VALUE) << error_text();
    handles_.push_back(handle);
    return handle;
  }
  // The error of an opening that must fail.
  DWORD open_error(DWORD access = read_write) {
    HANDLE const handle = open_volume(node(), access);
    if (handle == INVALID_HANDLE_VALUE) return GetLastError();
    CloseHandle(handle);
    return 0;
  }
  static DWORD read_error(HANDLE handle) {
    char byte = 0;
    DWORD bytes = 0;
    OVERLAPPED at{};
    return error_of(ReadFile(handle, &byte, 1, &bytes, &at));
  }
  static DWORD write_error(HANDLE handle, std::string const& text, DWORD offset = 0) {
    DWORD bytes = 0;
    OVERLAPPED at{};
    at.Offset = offset;
    return error_of(WriteFile(handle, text.data(), static_cast<DWORD>(text.size()), &bytes, &at));
  }
  static VCTL_DISMOUNT_REPORT report_of(HANDLE handle) {
    VCTL_DISMOUNT_REPORT report{};
    report.dwSize = sizeof report;
    EXPECT_TRUE(VctlDismountReport(handle, &report)) << error_text();
    return report;
  }
  // What is on the medium: the image, as the next program would read it.
  bool medium_has(std::string const& text) const { return file_has(bench_->image(), text); }
  int mount_errno(std::string const& at = "other") const { return mount_device(node(), bench_->lab().folder(at), fs_type_); }

  std::string const& node() const { return bench_->node(); }
  std::string mount(std::string const& at = "mnt") const { return bench_->mount(at); }

  std::string fs_type_;
  std::unique_ptr<VolumeBench> bench_;
  std::vector<HANDLE> handles_;
};

class VolumeRulesOn : public VolumeRules, public ::testing::WithParamInterface<std::string> {
 protected:
  void SetUp() override { begin(GetParam()); }
};

}  // namespace rsm::test
