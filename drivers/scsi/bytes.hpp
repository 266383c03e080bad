// Big-endian fields of what a SCSI device has sent, read within bounds.
//
// What for: every decoder of this folder takes its answer apart with a Reader. A device may send less than it promises, so every question may be
// asked of any place: a number that is not there as a whole is zero, a part that goes beyond the end is cut. has() tells the difference.
// Units: places and lengths in bytes; numbers of 1 to 8 bytes. Errors: none. Thread rule: pure. Source: SPC-4 3.6 (the byte with the lowest number
// is the most significant one).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace rsm::scsi {

using Bytes = std::span<std::byte const>;

inline std::string_view text_of(Bytes bytes) { return {reinterpret_cast<char const*>(bytes.data()), bytes.size()}; }

class Reader {
 public:
  explicit Reader(Bytes bytes) : bytes_(bytes) {}

  std::size_t size() const { return bytes_.size(); }
  bool has(std::size_t at, std::size_t length) const { return at <= bytes_.size() && length <= bytes_.size() - at; }

  std::uint64_t number(std::size_t at, std::size_t length) const {
    if (!has(at, length)) return 0;
    std::uint64_t value = 0;
    for (auto const byte : bytes_.subspan(at, length)) value = value << 8 | std::to_integer<std::uint64_t>(byte);
    return value;
  }
  std::uint8_t u8(std::size_t at) const { return static_cast<std::uint8_t>(number(at, 1)); }
  std::uint16_t u16(std::size_t at) const { return static_cast<std::uint16_t>(number(at, 2)); }
  std::uint32_t u24(std::size_t at) const { return static_cast<std::uint32_t>(number(at, 3)); }
  std::uint32_t u32(std::size_t at) const { return static_cast<std::uint32_t>(number(at, 4)); }
  std::uint64_t u64(std::size_t at) const { return number(at, 8); }

  // One of these bits is set.
  bool any(std::size_t at, unsigned mask) const { return (u8(at) & mask) != 0; }
  std::optional<std::uint8_t> byte_if_there(std::size_t at) const { return has(at, 1) ? std::optional(u8(at)) : std::nullopt; }

  // Cut at the end of what is there.
  Bytes part(std::size_t at, std::size_t length) const {
    std::size_t const first = std::min(at, bytes_.size());
    return bytes_.subspan(first, std::min(length, bytes_.size() - first));
  }
  Bytes from(std::size_t at) const { return part(at, bytes_.size()); }

 private:
  Bytes bytes_;
};

}  // namespace rsm::scsi
