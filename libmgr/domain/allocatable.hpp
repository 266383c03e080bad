// Sides that may be allocated, in the order in which they are.
//
// What for: an allocation takes the first; the catalog keeps them in an index (db/schema) and the book keeps those of what memory holds, by
// the same rule. On a shelf of a pool in a library: the least often allocated first, then the oldest cartridge.
// Thread rule: pure functions. Source: rsm-model.md section 10, step 4.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <vector>

#include "libmgr/domain/medium.hpp"

namespace rsm {

// What else is on the cartridge.
enum class Shelf : std::uint8_t {
  begun = 0,  // another side of it is allocated: taken first, so that cartridges become full
  parts = 1,  // something that can neither be allocated nor is
  whole = 2   // every side of it may be allocated
};
BOOST_DESCRIBE_ENUM(Shelf, begun, parts, whole)

struct AllocatableSide {
  PoolId pool;
  LibraryId library;
  Shelf shelf = Shelf::whole;
  std::uint32_t allocate_count = 0;
  TimePoint created{};  // of the cartridge
  MediumId medium;
  std::uint32_t number = 0;
  friend auto operator<=>(AllocatableSide const&, AllocatableSide const&) = default;

  bool on_the_shelf_of(AllocatableSide const& other) const { return pool == other.pool && library == other.library && shelf == other.shelf; }
};

// Of an enabled cartridge in a library; none of one that is offline.
inline std::vector<AllocatableSide> allocatable_sides(MediumRecord const& medium) {
  std::vector<AllocatableSide> found;
  auto const* in = std::get_if<InElement>(&medium.place);
  if (in == nullptr || !medium.enabled || !medium.pool) return found;
  auto const is_allocated = [](Side const& s) { return s.state == SideState::allocated || s.state == SideState::complete; };
  auto const is_available = [](Side const& s) { return s.state == SideState::available; };
  Shelf const shelf = std::ranges::any_of(medium.sides, is_allocated)    ? Shelf::begun
                      : std::ranges::all_of(medium.sides, is_available) ? Shelf::whole
                                                                         : Shelf::parts;
  for (auto const& side : medium.sides)
    if (is_available(side)) found.push_back({medium.pool, in->library, shelf, side.allocate_count, medium.created, medium.id, side.number});
  std::ranges::sort(found);
  return found;
}

}  // namespace rsm
