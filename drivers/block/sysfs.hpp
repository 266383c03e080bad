// Small files and folders of /sys and /proc, read as they are: hundreds of them are looked at for one answer, and streams are made for others.
// Errors: what is not there is empty. Thread rule: any. Source: sysfs(5), proc(5), getdents(2).
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <sys/sysmacros.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "drivers/block/unique_fd.hpp"

namespace rsm::block {

inline std::string rest_of(int file) {
  std::string text;
  std::array<char, 16384> part;
  for (ssize_t got = 0; (got = ::read(file, part.data(), part.size())) > 0 || (got < 0 && errno == EINTR);)
    if (got > 0) text.append(part.data(), static_cast<std::size_t>(got));
  return text;
}

// All that is in it. `folder`: where a path that is not absolute begins.
inline std::string whole_text(std::string const& path, int folder = AT_FDCWD) {
  UniqueFd const file(::openat(folder, path.c_str(), O_RDONLY | O_CLOEXEC));
  return file ? rest_of(file.get()) : std::string();
}

// Calls `visit(line)` for each line of a text.
template <class Visit>
void for_each_line(std::string_view text, Visit visit) {
  while (!text.empty()) {
    std::size_t const end = std::min(text.find('\n'), text.size());
    visit(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// Read no further than it goes: most of these files have one line, and each read is a call.
inline std::string first_line(std::string const& path, int folder = AT_FDCWD) {
  UniqueFd const file(::openat(folder, path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  std::array<char, 4096> part;
  for (ssize_t got = 0; file && !text.contains('\n') && ((got = ::read(file.get(), part.data(), part.size())) > 0 || (got < 0 && errno == EINTR));)
    if (got > 0) text.append(part.data(), static_cast<std::size_t>(got));
  return text.substr(0, text.find('\n'));
}

// "8:17"
inline std::optional<dev_t> device_number_in(std::string const& path, int folder = AT_FDCWD) {
  unsigned major_number = 0, minor_number = 0;
  if (std::sscanf(first_line(path, folder).c_str(), "%u:%u", &major_number, &minor_number) != 2) return std::nullopt;
  return makedev(major_number, minor_number);
}

// Calls `visit(name, type)` for what is in an open folder, "." and ".." left out; type: DT_DIR and so on, as far as it is told.
template <class Visit>
void for_each_entry(int folder, Visit visit) {
  alignas(dirent64) std::array<char, 32768> buffer;
  for (ssize_t got = 0; (got = ::getdents64(folder, buffer.data(), buffer.size())) > 0 || (got < 0 && errno == EINTR);)
    for (ssize_t at = 0; at < got;) {
      auto const* entry = reinterpret_cast<dirent64 const*>(buffer.data() + at);
      std::string_view const name = entry->d_name;
      if (name != "." && name != "..") visit(entry->d_name, entry->d_type);
      at += entry->d_reclen;
    }
}

inline UniqueFd open_folder(std::string const& path, int folder = AT_FDCWD) { return UniqueFd(::openat(folder, path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }

}  // namespace rsm::block
