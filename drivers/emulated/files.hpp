// Files of an emulated library, with their errors as values: opened, read, replaced for good, locked.
//
// Errors: the number of the operating system as ours, with the file and what was tried. Internal to this folder.
// Thread rule: any; calls block.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "libmgr/domain/error.hpp"

namespace rsm::emulated {

// The number of the operating system's error as ours: what was tried with which file, and why it could not be.
std::unexpected<Error> system_failure(int number, std::string const& file, std::string const& tried);

class FileHandle {
 public:
  FileHandle() = default;
  explicit FileHandle(int fd) : fd_(fd) {}
  FileHandle(FileHandle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileHandle& operator=(FileHandle&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileHandle();
  int fd() const { return fd_; }
  bool open() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

Result<FileHandle> open_file(std::string const& file, int flags, unsigned mode = 0644);
// Errors: bad_format when it is longer than the limit.
Result<std::string> read_file(std::string const& file);
// Replaces the file at once and for good: new file, fsync, rename, fsync of the folder.
Result<> replace_file(std::string const& folder, std::string const& name, std::string_view text);
// flock(LOCK_EX) with a time limit. Errors: timeout.
Result<FileHandle> lock_file(std::string const& file);

}  // namespace rsm::emulated
