// Fields at fixed places of what was read from a medium.
//
// What for: every decoder of this folder takes its fields apart with these. Whoever asks has checked that the bytes are there.
// Errors: none. Thread rule: pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace rsm::label {

using Bytes = std::span<std::byte const>;

inline std::string_view text_of(Bytes bytes) { return {reinterpret_cast<char const*>(bytes.data()), bytes.size()}; }
inline std::string_view text_at(Bytes bytes, std::size_t at, std::size_t length) { return text_of(bytes.subspan(at, length)); }

inline std::uint32_t big_endian(Bytes bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (auto const byte : bytes.subspan(at, 4)) value = value << 8 | std::to_integer<std::uint32_t>(byte);
  return value;
}
inline std::uint32_t little_endian(Bytes bytes, std::size_t at) { return __builtin_bswap32(big_endian(bytes, at)); }

// Up to the first of these characters; the whole text where none of them stands.
inline std::string_view cut_at(std::string_view text, std::string_view ends) { return text.substr(0, text.find_first_of(ends)); }

}  // namespace rsm::label
