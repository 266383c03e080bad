#include "libmgr/allocation/allocate.hpp"

#include <algorithm>
#include <tuple>

#include "libmgr/base/planted.hpp"
#include "libmgr/domain/side_transitions.hpp"
#include "libmgr/domain/unicode.hpp"
#include "libmgr/pools/moving.hpp"

namespace rsm::allocation {
namespace {

// What an operation works on: a record that it changes before it is put back.
struct Chosen {
  MediumRecord medium;
  SideId side;
  std::string name() const { return name_of(medium, side); }
};

Result<Chosen> by_side(Book& book, SideId side) {
  RSM_TRY(auto const* medium, book.medium_of_side(side));
  if (medium == nullptr) return fail(Errc::invalid_media, "side " + side.text(), "there is none");
  return Chosen{*medium, side};
}

Result<> check_texts(AllocateCall const& call) {
  if (!is_plain(call.name)) return fail(Errc::invalid_parameter, "name", "control characters cannot be in a name");
  if (utf16_units(call.name) > limits::name_chars_max) return fail(Errc::invalid_parameter, "name", "at most " + std::to_string(limits::name_chars_max) + " characters");
  if (utf16_units(call.description) > limits::description_chars_max)
    return fail(Errc::invalid_parameter, "description", "at most " + std::to_string(limits::description_chars_max) + " characters");
  return {};
}

Result<> check_options(AllocateCall const& call) {
  if (call.whole && call.next) return fail(Errc::invalid_parameter, "options", "a whole cartridge, or the next side of one: not both");
  if (call.next && call.side) return fail(Errc::invalid_parameter, "options", "the next side of a cartridge, or one that is named: not both");
  return check_texts(call);
}

// ---- taking a side

// A cartridge moves with all its sides, and what stands for them.
Result<> move_into(Book& book, MediumRecord& medium, PoolRecord const& pool) {
  if (medium.pool == pool.id) return {};
  medium.pool = pool.id;
  return pools::take_logical_media_along(book, medium, "its cartridge moves into pool " + pool.path);
}

Result<> reserve_others(MediumRecord& medium, SideId taken) {
  for (auto& side : medium.sides)
    if (side.id != taken) {
      RSM_TRY(side.state, after(side.state, SideStep::reserve, name_of(medium, side.id)));
    }
  return {};
}

Result<Allocated> take(Book& book, Chosen chosen, SideStep step, PoolRecord const& pool, AllocateCall const& call, SessionId session) {
  MediumRecord& medium = chosen.medium;
  Side& side = *medium.side(chosen.side);
  RSM_TRY(side.state, after(side.state, step, chosen.name()));
  if (call.whole) {
    RSM_CHECK(reserve_others(medium, side.id));
  }
  LogicalMediumRecord logical;
  logical.id = book.make_id<LogicalMediumId>();
  logical.side = side.id;
  logical.pool = pool.id;
  logical.name = call.name.empty() ? chosen.name() : call.name;
  logical.description = call.description;
  logical.created = book.now();
  logical.allocated_from = medium.pool;
  logical.session = session;
  logical.key = call.key;
  auto const who = book.world().sessions.find(session);
  if (who != book.world().sessions.end()) logical.user = who->second.user;
  RSM_CHECK(move_into(book, medium, pool));
  side.logical_medium = logical.id;
  ++side.allocate_count;
  std::string const reason = "allocated in pool " + pool.path + (who == book.world().sessions.end() ? "" : " for " + who->second.application + (who->second.user.empty() ? "" : " (" + who->second.user + ")"));
  if (!planted(PlantedBug::side_given_twice)) book.put(medium, reason);
  book.put(logical, reason, EventKind::insert);
  book.note_done(ObjectType::logical_medium, logical.id.guid, reason);
  return Allocated{std::move(logical), medium.id};
}

// ---- a side that the caller names

Result<> check_named(Book& book, Chosen const& chosen, PoolRecord const& pool) {
  auto const& medium = chosen.medium;
  RSM_CHECK(after(medium.side(chosen.side)->state, SideStep::allocate, chosen.name()));
  if (medium.type != pool.media_type) return fail(Errc::media_incompatible, chosen.name(), "pool " + pool.path + " is for media of another type");
  if (!whereabouts(book.world(), medium)) return fail(Errc::media_offline, chosen.name(), "it is in no connected library; bring it in (rsm library inject)");
  if (!medium.enabled) return fail(Errc::device_not_available, chosen.name(), "it is disabled (rsm media enable)");
  if (auto const use = pools::in_use(book, medium.id); !use.empty()) return fail(Errc::busy, chosen.name(), use);
  return {};
}

Result<std::optional<Allocated>> allocate_named(Book& book, PoolRecord const& pool, AllocateCall const& call, SessionId session) {
  RSM_TRY(auto chosen, by_side(book, call.side));
  RSM_CHECK(check_named(book, chosen, pool));
  return take(book, std::move(chosen), SideStep::allocate, pool, call, session);
}

// ---- the next side of a cartridge that the caller has

std::optional<SideId> next_side(MediumRecord const& medium, SideId held) {
  auto const at = std::ranges::find(medium.sides, held, &Side::id);
  std::vector<Side> order(std::next(at), medium.sides.end());
  order.insert(order.end(), medium.sides.begin(), at);
  for (auto state : {SideState::reserved, SideState::available})
    for (auto const& side : order)
      if (side.state == state) return side.id;
  return std::nullopt;
}

Result<std::optional<Allocated>> allocate_next(Book& book, PoolRecord const& pool, AllocateCall const& call, SessionId session) {
  std::string const what = "logical medium " + call.held.text();
  RSM_TRY(auto const held, book.logical_medium(call.held));
  if (!held) return fail(Errc::invalid_media, what, "there is none; with NTMS_ALLOCATE_NEXT the caller says what it has of the cartridge");
  RSM_TRY(auto chosen, by_side(book, held->side));
  if (chosen.medium.pool != pool.id) return fail(Errc::invalid_media_pool, what, "its cartridge is in another pool than " + pool.path);
  auto const side = next_side(chosen.medium, held->side);
  if (!side) return fail(Errc::media_unavailable, name_of(chosen.medium), "no other side of it can be allocated");
  chosen.side = *side;
  return take(book, std::move(chosen), SideStep::allocate_next, pool, call, session);
}

// ---- any side

bool draws_from_scratch(PoolRecord const& pool) { return (pool.allocation_policy & pool_policy::allocate_from_scratch) != 0; }

// A cartridge that somebody uses is left to him; who has a side of it already may have the next one.
bool is_free(Book& book, AllocatableSide const& candidate) { return candidate.shelf == Shelf::begun || pools::in_use(book, candidate.medium).empty(); }

Result<std::optional<AllocatableSide>> first_free(Book& book, AllocatableSide behind) {
  for (;;) {
    RSM_TRY(auto const next, book.next_allocatable(behind));
    if (!next || is_free(book, *next)) return next;
    behind = *next;
  }
}

// The first of a pool, in the order of rsm-model.md section 10: the shelves of every library that can be used, one look each.
Result<std::optional<AllocatableSide>> first_of(Book& book, PoolId pool, bool whole) {
  auto const rank = [](AllocatableSide const& side) { return std::tuple(side.shelf != Shelf::begun, side.allocate_count, side.created, side.medium, side.number); };
  std::optional<AllocatableSide> best;
  for (auto const& [id, library] : book.world().libraries) {
    if (library.record.type == LibraryType::offline || !book.world().usable(library)) continue;
    for (auto shelf : {Shelf::begun, Shelf::parts, Shelf::whole}) {
      if (whole && shelf != Shelf::whole) continue;
      RSM_TRY(auto const found, first_free(book, {pool, id, shelf, 0, {}, {}, 0}));
      if (found && (!best || rank(*found) < rank(*best))) best = found;
    }
  }
  return best;
}

Result<PoolId> free_pool_of(World const& world, PoolRecord const& pool) {
  for (auto const& [id, other] : world.pools)
    if (other.type == PoolType::scratch && other.media_type == pool.media_type) return id;
  return fail(Errc::device_not_available, "pool " + pool.path, "it draws from the free pool of its media type, and there is none");
}

Result<std::optional<Allocated>> allocate_any(Book& book, PoolRecord const& pool, AllocateCall const& call, SessionId session) {
  RSM_TRY(auto found, first_of(book, pool.id, call.whole));
  if (!found && draws_from_scratch(pool)) {
    RSM_TRY(auto const free, free_pool_of(book.world(), pool));
    RSM_TRY(found, first_of(book, free, call.whole));
  }
  if (!found) return std::nullopt;
  RSM_TRY(auto const* medium, book.medium(found->medium));
  Chosen chosen{*medium, {}};
  for (auto const& side : medium->sides)
    if (side.number == found->number) chosen.side = side.id;
  return take(book, std::move(chosen), SideStep::allocate, pool, call, session);
}

}  // namespace

Result<PoolRecord> application_pool(World const& world, PoolId id) {
  auto const it = world.pools.find(id);
  if (it == world.pools.end()) return fail(Errc::invalid_media_pool, "pool " + id.text(), "there is none");
  std::string const name = "pool " + it->second.path;
  if (it->second.type != PoolType::application) return fail(Errc::invalid_media_pool, name, "it is a system pool; programs allocate in pools of their own");
  if (!it->second.media_type) return fail(Errc::invalid_media_pool, name, "it contains pools, not media");
  return it->second;
}

Result<PoolRecord> check(Book& book, Caller const& caller, AllocateCall const& call) {
  RSM_CHECK(check_options(call));
  RSM_TRY(auto pool, application_pool(book.world(), call.pool));
  rights::Objects objects{pool.id, {}, {}};
  if (call.side) {
    RSM_TRY(auto const chosen, by_side(book, call.side));
    if (chosen.medium.pool != pool.id) objects.source = chosen.medium.pool;
  } else if (!call.next && draws_from_scratch(pool)) {
    if (auto const free = free_pool_of(book.world(), pool)) objects.source = *free;
  }
  RSM_CHECK(rights::may(book.world(), caller, rights::Act::allocate, objects));
  return pool;
}

Result<std::optional<Allocated>> allocate(Book& book, AllocateCall const& call, SessionId session) {
  RSM_TRY(auto const pool, application_pool(book.world(), call.pool));
  if (call.side) return allocate_named(book, pool, call, session);
  if (call.next) return allocate_next(book, pool, call, session);
  return allocate_any(book, pool, call, session);
}

Result<std::optional<Allocated>> allocated_before(Book& book, AllocateCall const& call, SessionId session) {
  if (planted(PlantedBug::allocated_twice)) return std::nullopt;
  RSM_TRY(auto logical, book.logical_medium_of_key(session, call.key));
  if (!logical) return std::nullopt;
  RSM_TRY(auto const medium, book.find_medium_of_side(logical->side));
  return Allocated{std::move(*logical), medium ? medium->id : MediumId{}};
}

}  // namespace rsm::allocation
