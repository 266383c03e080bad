#include "drivers/block/label.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string_view>
#include <vector>

#include "drivers/block/printable.hpp"
#include "drivers/block/system_error.hpp"

namespace rsm::block {
namespace {

using Bytes = std::span<std::byte const>;

constexpr std::size_t uuid_bytes = 16;

// Little-endian; the caller has checked the length.
std::uint32_t le32(Bytes bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = value << 8 | std::to_integer<std::uint32_t>(bytes[at + i]);
  return value;
}

std::string_view text_at(Bytes bytes, std::size_t at, std::size_t length) {
  return {reinterpret_cast<char const*>(bytes.data()) + at, length};
}

std::optional<Omid> make_label(std::string type, std::string_view uuid, std::string_view name) {
  if (std::all_of(uuid.begin(), uuid.end(), [](char c) { return c == '\0'; })) return std::nullopt;
  return Omid{std::move(type), std::string(uuid), printable(name.substr(0, name.find('\0')))};
}

// Which of the family it is, by what its features allow (as blkid does).
std::string ext_type(std::uint32_t compatible, std::uint32_t incompatible, std::uint32_t read_only_compatible) {
  constexpr std::uint32_t has_journal = 0x4;
  constexpr std::uint32_t incompatible_of_ext3 = 0x2 | 0x4 | 0x10;        // file types, journal to replay, meta block groups
  constexpr std::uint32_t read_only_compatible_of_ext3 = 0x1 | 0x2 | 0x4;  // sparse super, large files, directory trees
  bool const newer = (incompatible & ~incompatible_of_ext3) != 0 || (read_only_compatible & ~read_only_compatible_of_ext3) != 0;
  if (newer) return "EXT4";
  return (compatible & has_journal) != 0 ? "EXT3" : "EXT2";
}

std::optional<Omid> parse_ext(Bytes start) {
  constexpr std::size_t place = 1024, length = 1024;
  constexpr std::uint32_t journal_device = 0x8;
  if (start.size() < place + length) return std::nullopt;
  Bytes const block = start.subspan(place, length);
  if (text_at(block, 0x38, 2) != "\x53\xEF") return std::nullopt;
  std::uint32_t const block_size_shift = le32(block, 0x18);
  std::uint32_t const incompatible = le32(block, 0x60);
  if (block_size_shift > 6 || le32(block, 0x04) == 0 || (incompatible & journal_device) != 0) return std::nullopt;
  return make_label(ext_type(le32(block, 0x5C), incompatible, le32(block, 0x64)), text_at(block, 0x68, uuid_bytes), text_at(block, 0x78, 16));
}

std::optional<Omid> parse_xfs(Bytes start) {
  if (start.size() < 512 || text_at(start, 0, 4) != "XFSB") return std::nullopt;
  std::uint32_t block_size = 0;  // big-endian
  for (std::size_t i = 4; i < 8; ++i) block_size = block_size << 8 | std::to_integer<std::uint32_t>(start[i]);
  if (block_size < 512 || block_size > 65536 || (block_size & (block_size - 1)) != 0) return std::nullopt;
  return make_label("XFS", text_at(start, 32, uuid_bytes), text_at(start, 108, 12));
}

std::optional<Omid> parse_btrfs(Bytes start) {
  constexpr std::size_t place = 64 * 1024, length = 4096;
  if (start.size() < place + length) return std::nullopt;
  Bytes const block = start.subspan(place, length);
  if (text_at(block, 0x40, 8) != "_BHRfS_M") return std::nullopt;
  return make_label("BTRFS", text_at(block, 0x20, uuid_bytes), text_at(block, 0x12B, 256));
}

}  // namespace

std::optional<Omid> parse_label(Bytes start) {
  if (auto label = parse_xfs(start)) return label;
  if (auto label = parse_ext(start)) return label;
  return parse_btrfs(start);
}

Result<std::optional<Omid>> read_label(int fd, std::string const& object) {
  std::vector<std::byte> start(label_bytes);
  std::size_t filled = 0;
  while (filled < start.size()) {
    ssize_t const got = ::pread(fd, start.data() + filled, start.size() - filled, static_cast<off_t>(filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(Errc::medium_not_accessible, object, "cannot read the label: " + errno_text(errno));
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return parse_label(Bytes(start).first(filled));
}

}  // namespace rsm::block
