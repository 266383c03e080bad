// Which medium may go from which kind of pool into which, and what becomes of its sides.
//
// What for: MoveToNtmsMediaPool, ChangeNtmsMediaType, and the moves inside an allocation or a deallocation ask here. The whole medium moves, with all
// its sides. That no side is in use (mounted, or in a request) is asked before, by who knows. Errors: invalid_media_pool (4302) for a move that
// there is not, busy (170) for sides that something is done with or that belong to somebody. Thread rule: pure functions.
// Source: rsm-model.md section 6 (the matrix), section 7 (S6, S10).
#pragma once

#include <cstdint>
#include <span>

#include "libmgr/domain/error.hpp"
#include "libmgr/domain/medium.hpp"
#include "libmgr/domain/pool.hpp"

namespace rsm::pools {

// What the move does to the sides.
enum class Effect : std::uint8_t {
  keep = 0,       // states and logical media stay as they are
  write_label = 1,  // every side becomes UNPREPARED, and the free label has to be written on it
  make_available = 2  // every side becomes AVAILABLE at once: no label can be written, and nothing is on it
};
BOOST_DESCRIBE_ENUM(Effect, keep, write_label, make_available)

struct MovingMedium {
  ReadWrite read_write = ReadWrite::rewritable;  // of its media type
  bool blank = false;                            // nothing is on it: known, not guessed
  std::span<Side const> sides;
};

// Into the same kind of pool (another free pool when the media type is changed): the states are kept, for what is on the medium has not changed.
Result<Effect> effect_of_move(PoolType from, PoolType to, MovingMedium const& medium);

// The state of a side after the move.
SideState after(Effect effect, SideState before);

}  // namespace rsm::pools
