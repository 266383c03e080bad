// The million: media on the shelf of a catalog, whose ids follow from their number.
//
// What for: who fills the catalog and who asks for a random medium of it agree without a list. Ids grow with the number and are spread
// evenly over all ids, so that filling appends to every index, and asking touches any page. Thread rule: pure functions.
#pragma once

#include <cstdint>

#include "libmgr/domain/ids.hpp"

namespace rsm::bench {

// One of the ids of medium `number` of `count`: `which` 0 is the medium's own, 1 that of its side.
inline Guid shelf_id(std::uint64_t number, std::uint64_t count, std::uint8_t which) {
  Guid guid;
  std::uint64_t const spread = number * (UINT64_MAX / count);
  std::uint64_t const mixed = (number + 1) * 0x9e3779b97f4a7c15ULL;
  for (std::size_t i = 0; i < 8; ++i) {
    guid.bytes[i] = static_cast<std::uint8_t>(spread >> (56 - 8 * i));
    guid.bytes[8 + i] = static_cast<std::uint8_t>(mixed >> (8 * i));
  }
  guid.bytes[6] = static_cast<std::uint8_t>((guid.bytes[6] & 0x0f) | 0x40);
  guid.bytes[8] = static_cast<std::uint8_t>((guid.bytes[8] & 0x3f) | 0x80);
  guid.bytes[15] = which;
  return guid;
}

}  // namespace rsm::bench
