#include "drivers/block/mappings.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <string_view>

#include "drivers/block/sysfs.hpp"

namespace rsm::block {
namespace {

// struct procmap_query of Linux 6.11 (linux/fs.h): one mapping, without its text.
struct MappingQuery {
  std::uint64_t size = sizeof(MappingQuery), flags = 0, address = 0;
  std::uint64_t begin = 0, end = 0, access = 0, page_bytes = 0, offset = 0, inode = 0;
  std::uint32_t major_number = 0, minor_number = 0;
  std::uint32_t name_bytes = 0, build_id_bytes = 0;  // none wanted
  std::uint64_t name = 0, build_id = 0;
};
constexpr unsigned long query_mapping = _IOWR('f', 17, MappingQuery);
constexpr std::uint64_t this_or_next = 0x10, of_files = 0x20;

using Wanted = std::function<bool(FileIdentity)>;

// Whether the process has one that is wanted, by a third of what the text costs; nullopt: this kernel has only the text.
std::optional<bool> has_wanted(int maps, Wanted const& is_wanted) {
  MappingQuery query{.flags = this_or_next | of_files};
  while (::ioctl(maps, query_mapping, &query) == 0) {
    if (is_wanted({makedev(query.major_number, query.minor_number), query.inode})) return true;
    query = {.flags = this_or_next | of_files, .address = query.end};
  }
  if (errno == ENOENT || errno == ESRCH) return false;  // no more; the process has ended
  return std::nullopt;
}

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

int look_at_mappings(int process, Wanted const& is_wanted, std::function<void(std::string const& path)> const& found) {
  UniqueFd const maps(::openat(process, "maps", O_RDONLY | O_CLOEXEC));
  if (!maps) return errno;
  if (has_wanted(maps.get(), is_wanted) == false) return 0;
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
