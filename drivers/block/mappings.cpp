#include "drivers/block/mappings.hpp"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>

#include "drivers/block/sysfs.hpp"

namespace rsm::block {
namespace {

// "55d0-55d1 r--p 00000000 07:1f4 12   /mnt/a/b": device in hexadecimal, then the inode.
bool parse_line(std::string_view line, FileIdentity& file, std::string_view& path) {
  std::size_t at = 0;
  for (int words = 0; words < 3; ++words) {
    at = line.find(' ', at);
    if (at++ == std::string_view::npos) return false;
  }
  unsigned major_number = 0, minor_number = 0;
  char const* const end = line.data() + line.size();
  auto const colon = std::from_chars(line.data() + at, end, major_number, 16);
  if (colon.ptr == end || *colon.ptr != ':') return false;
  auto const blank = std::from_chars(colon.ptr + 1, end, minor_number, 16);
  if (blank.ptr == end || std::from_chars(blank.ptr + 1, end, file.inode).ec != std::errc{}) return false;
  file.device = makedev(major_number, minor_number);
  path = line.substr(std::min(line.find('/', at), line.size()));
  return file.inode != 0;
}

}  // namespace

int look_at_mappings(int process, std::function<bool(FileIdentity)> const& is_wanted, std::function<void(std::string const& path)> const& found) {
  UniqueFd const maps(::openat(process, "maps", O_RDONLY | O_CLOEXEC));
  if (!maps) return errno;
  std::string text;
  std::array<char, 16384> part;
  for (ssize_t got = 0; (got = ::read(maps.get(), part.data(), part.size())) != 0;) {
    if (got < 0) return errno;
    text.append(part.data(), static_cast<std::size_t>(got));
  }
  for_each_line(text, [&](std::string_view line) {
    FileIdentity file;
    std::string_view path;
    if (parse_line(line, file, path) && is_wanted(file)) found(std::string(path));
  });
  return 0;
}

}  // namespace rsm::block
