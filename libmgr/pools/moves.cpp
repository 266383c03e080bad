#include "libmgr/pools/moves.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace rsm::pools {
namespace {

// A cell of the matrix.
enum class Way : std::uint8_t {
  never,         // there is no such move
  keep,          // allowed, states and logical media are kept
  prepare,       // into a free pool: a label is written, if every side may lose what it has
  if_all_import  // back into the import pool
};

struct Row {
  PoolType from;
  Way to_free, to_import, to_unrecognized, to_application;
};

using enum Way;
constexpr std::array<Row, 4> matrix{{
    {PoolType::scratch, keep, never, never, keep},
    {PoolType::import, prepare, keep, never, keep},
    {PoolType::foreign, prepare, never, keep, never},
    {PoolType::application, prepare, if_all_import, never, keep},
}};

Way way(PoolType from, PoolType to) {
  auto const row = std::ranges::find(matrix, from, &Row::from);
  if (row == matrix.end()) return never;
  switch (to) {
    case PoolType::scratch: return row->to_free;
    case PoolType::import: return row->to_import;
    case PoolType::foreign: return row->to_unrecognized;
    case PoolType::application: return row->to_application;
    default: return never;
  }
}

std::string kind(PoolType type) {
  switch (type) {
    case PoolType::scratch: return "the free pool";
    case PoolType::import: return "the import pool";
    case PoolType::foreign: return "the pool of unrecognized media";
    case PoolType::application: return "an application's pool";
    default: return "the root";
  }
}

bool may_lose_what_it_has(SideState state) {
  using enum SideState;
  return state == available || state == foreign || state == import || state == unprepared;
}

bool is_claimed(SideState state) { return state == SideState::allocated || state == SideState::complete; }

Result<Effect> into_free(MovingMedium const& medium) {
  for (auto const& side : medium.sides)
    if (!may_lose_what_it_has(side.state)) {
      bool const unidentified = side.state == SideState::unknown;
      return fail(Errc::busy, "side " + std::to_string(side.number),
                  unidentified ? "it has not been identified yet; when that is done it may go to the free pool" : "it is " + word(side.state) + ": only media that nobody has a claim on go to the free pool" + (is_claimed(side.state) ? " (rsm media deallocate)" : ""));
    }
  if (medium.read_write == ReadWrite::rewritable) return Effect::write_label;
  if (medium.read_write == ReadWrite::write_once && medium.blank) return Effect::make_available;
  return fail(Errc::invalid_media_pool, "medium", medium.read_write == ReadWrite::write_once ? "it can be written only once, and is not known to be blank" : "media that can only be read have no free label and never get one");
}

}  // namespace

Result<Effect> effect_of_move(PoolType from, PoolType to, MovingMedium const& medium) {
  switch (way(from, to)) {
    case keep: return Effect::keep;
    case prepare: return into_free(medium);
    case if_all_import:
      if (std::ranges::all_of(medium.sides, [](Side const& side) { return side.state == SideState::import; })) return Effect::keep;
      return fail(Errc::invalid_media_pool, kind(to), "only a medium of which every side is IMPORT goes back to it");
    case never: break;
  }
  std::string const hint = from == PoolType::foreign ? "; unrecognized media go to the free pool only" : "";
  return fail(Errc::invalid_media_pool, kind(to), "no medium comes into it from " + kind(from) + hint);
}

SideState after(Effect effect, SideState before) {
  if (effect == Effect::write_label) return SideState::unprepared;
  if (effect == Effect::make_available) return SideState::available;
  return before;
}

}  // namespace rsm::pools
