#include "drivers/block/mappings.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstdint>
#include <string_view>

#include "drivers/block/sysfs.hpp"

namespace rsm::block {
namespace {

// linux/fs.h of Linux 6.11.
struct MappingQuery {
  std::uint64_t size = sizeof(MappingQuery);
  std::uint64_t flags = 0, address = 0;
  std::uint64_t start = 0, end = 0, vma_flags = 0, page_size = 0, offset = 0, inode = 0;
  std::uint32_t major_number = 0, minor_number = 0;
  std::uint32_t name_size = 0, build_id_size = 0;
  std::uint64_t name_address = 0, build_id_address = 0;
};
static_assert(sizeof(MappingQuery) == 104);
constexpr unsigned long procmap_query = _IOWR('f', 17, MappingQuery);
constexpr std::uint64_t this_or_the_next = 0x10, of_a_file = 0x20;

bool ask_from(int maps, std::uint64_t address, MappingQuery& query) {
  query.flags = this_or_the_next | of_a_file;
  query.address = address;
  return ::ioctl(maps, procmap_query, &query) == 0;
}

std::string path_at(int maps, std::uint64_t address) {
  std::array<char, PATH_MAX> name{};
  MappingQuery query{.name_size = name.size(), .name_address = reinterpret_cast<std::uint64_t>(name.data())};
  return ask_from(maps, address, query) && query.start == address ? std::string(name.data()) : std::string();
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

int look_at_mappings(int process, std::function<bool(FileIdentity)> const& is_wanted, std::function<void(std::string const& path)> const& found) {
  UniqueFd const maps(::openat(process, "maps", O_RDONLY | O_CLOEXEC));
  if (!maps) return errno;
  MappingQuery query;
  while (ask_from(maps.get(), query.end, query))
    if (is_wanted({makedev(query.major_number, query.minor_number), static_cast<ino_t>(query.inode)})) found(path_at(maps.get(), query.start));
  if (errno == ENOTTY || errno == EINVAL) return read_mappings(maps.get(), is_wanted, found);
  return errno == ENOENT || errno == ESRCH ? 0 : errno;  // behind the last one; ended meanwhile
}

int read_mappings(int maps, std::function<bool(FileIdentity)> const& is_wanted, std::function<void(std::string const& path)> const& found) {
  std::string text;
  std::array<char, 65536> part;
  for (ssize_t got = 0; (got = ::read(maps, part.data(), part.size())) != 0;) {
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
