#include "libmgr/pools/pools.hpp"

#include <vector>

#include "libmgr/domain/limits.hpp"
#include "libmgr/domain/unicode.hpp"
#include "libmgr/people/access.hpp"
#include "libmgr/people/rights.hpp"
#include "libmgr/pools/paths.hpp"

namespace rsm::pools {
namespace {

std::string called(PoolRecord const& pool) { return "pool " + pool.path; }

std::string contents(Book const& book, PoolId pool) {
  auto const media = book.media_of(pool);
  auto const inside = book.world().pools_of(pool).size();
  if (media > 0) return "it holds " + std::to_string(media) + (media == 1 ? " medium" : " media");
  if (inside > 0) return "it holds " + std::to_string(inside) + (inside == 1 ? " pool" : " pools");
  return {};
}

// The pool in which the new one is made; nullptr: the root.
Result<PoolRecord const*> parent_of(World const& world, PoolPath const& path) {
  if (path.parent.empty()) return nullptr;
  auto const* parent = world.pool_by_path(path.parent);
  if (parent == nullptr) return fail(Errc::object_not_found, "pool " + path.parent, "there is none; each level of a name is made by a call of its own");
  return parent;
}

Result<PoolId> make(Book& book, Caller const& caller, CreatePoolCall const& call, PoolPath const& path) {
  RSM_TRY(auto const* parent, parent_of(book.world(), path));
  if (call.media_type && !book.world().media_types.contains(call.media_type))
    return fail(Errc::invalid_media, "media type " + call.media_type.text(), "there is none");
  World const& world = book.world();
  RSM_CHECK(rights::may(world, caller, rights::Act::create_pool, parent == nullptr ? world.root_pool : parent->id));
  if (parent != nullptr && parent->is_system()) return fail(Errc::invalid_media_pool, called(*parent), "the pools in it are the system's own");
  if (parent != nullptr && parent->is_leaf()) return fail(Errc::invalid_media_pool, called(*parent), "it is a pool for media; a pool holds media or pools, never both");
  PoolRecord pool;
  pool.id = book.make_id<PoolId>();
  pool.parent = parent == nullptr ? PoolId{} : parent->id;
  pool.name = path.name;
  RSM_TRY(pool.path, join(parent == nullptr ? "" : parent->path, path.name));
  pool.created = book.now();
  pool.media_type = call.media_type;
  PoolId const id = pool.id;
  auto const* above = parent == nullptr ? nullptr : &rights::descriptor_of(world, {parent->id, {}});
  auto const own = security::of_new_pool(above, security::user_sid(caller.uid), call.security);
  book.put(std::move(pool), "made " + by_whom(caller), &own);
  return id;
}

// ---- changing

Result<> check_values(World const& world, PoolChange const& change) {
  auto const bits = [](char const* what, std::optional<std::uint32_t> value, std::uint32_t known) -> Result<> {
    if (!value || (*value & ~known) == 0) return {};
    return fail(Errc::invalid_parameter, what, "bits that there are not; 0 or 1");
  };
  RSM_CHECK(bits("allocation_policy", change.allocation_policy, pool_policy::allocate_from_scratch));
  RSM_CHECK(bits("deallocation_policy", change.deallocation_policy, pool_policy::deallocate_to_scratch));
  if (change.description && utf16_units(*change.description) > limits::description_chars_max)
    return fail(Errc::invalid_parameter, "description", "at most " + std::to_string(limits::description_chars_max) + " characters");
  if (change.media_type && *change.media_type && !world.media_types.contains(*change.media_type))
    return fail(Errc::object_not_found, "media type " + change.media_type->text(), "there is none");
  return {};
}

PoolRecord changed(PoolRecord record, PoolChange const& change) {
  if (change.name) record.name = *change.name;
  if (change.description) record.description = *change.description;
  if (change.media_type) record.media_type = *change.media_type;
  if (change.allocation_policy) record.allocation_policy = *change.allocation_policy;
  if (change.deallocation_policy) record.deallocation_policy = *change.deallocation_policy;
  if (change.max_allocates) record.max_allocates = *change.max_allocates;
  return record;
}

// More than the description is changed.
bool needs_an_application_pool(PoolRecord before, PoolRecord const& after) {
  before.description = after.description;
  return before != after;
}

// The pool under its new name with all that are in it, parents first. Nothing is written.
Result<std::vector<PoolRecord>> renamed(World const& world, PoolRecord pool, PoolRecord const* parent) {
  RSM_TRY(pool.path, join(parent == nullptr ? "" : parent->path, pool.name));
  std::vector<PoolRecord> all{std::move(pool)};
  for (std::size_t n = 0; n < all.size(); ++n)
    for (auto const& id : world.pools_of(all[n].id)) {
      PoolRecord inside = *world.pool(id);
      RSM_TRY(inside.path, join(all[n].path, inside.name));
      all.push_back(std::move(inside));
    }
  return all;
}

Result<> rename(Book& book, PoolRecord const& before, PoolRecord const& after, std::string const& reason) {
  auto const* parent = book.world().pool(before.parent);
  RSM_TRY(auto const all, renamed(book.world(), after, parent));
  auto const* other = book.world().pool_by_path(all.front().path);
  if (other != nullptr && other->id != before.id) return fail(Errc::already_exists, called(*other), "it has this name; letters that differ in case only are the same");
  for (auto const& each : all) book.put(each, each.id == before.id ? "it was " + before.path + ", " + reason : "a pool above it was renamed " + reason);
  return {};
}

}  // namespace

Result<PoolId> create(Book& book, Caller const& caller, CreatePoolCall const& call) {
  RSM_TRY(auto const path, split(call.path));
  auto const* there = book.world().pool_by_path(path.whole);
  if (there != nullptr && call.action == PoolAction::create_new) return fail(Errc::already_exists, called(*there), "it is there already");
  if (there != nullptr) {
    RSM_CHECK(rights::may(book.world(), caller, rights::Act::read, there->id));
    return there->id;
  }
  if (call.action == PoolAction::open_existing) return fail(Errc::object_not_found, "pool " + path.whole, "there is none");
  return make(book, caller, call, path);
}

Result<PoolId> erase(Book& book, Caller const& caller, DeletePoolCall const& call) {
  if (call.pool && call.pool == book.world().root_pool) return fail(Errc::invalid_media_pool, "the root of the pools", "it is always there");
  auto const* pool = book.world().pool(call.pool);
  if (pool == nullptr) return fail(Errc::invalid_media_pool, "pool " + call.pool.text(), "there is none");
  RSM_CHECK(rights::may(book.world(), caller, rights::Act::delete_pool, call.pool));
  if (pool->is_system()) return fail(Errc::invalid_media_pool, called(*pool), "it is the system's own");
  if (auto const holds = contents(book, call.pool); !holds.empty()) return fail(Errc::not_empty, called(*pool), holds);
  book.erase_pool(call.pool, "deleted " + by_whom(caller));
  return call.pool;
}

Result<> change(Book& book, Caller const& caller, PoolId id, PoolChange const& change) {
  if (change.name) RSM_CHECK(check_level(*change.name));
  auto const* there = book.world().pool(id);
  if (there == nullptr) return fail(Errc::object_not_found, "pool " + id.text(), "there is none");
  RSM_CHECK(check_values(book.world(), change));
  PoolRecord const before = *there;
  RSM_CHECK(rights::may(book.world(), caller, rights::Act::set_information, id));
  PoolRecord const after = changed(before, change);
  if (after == before) return {};
  if (before.is_system() && needs_an_application_pool(before, after))
    return fail(Errc::invalid_media_pool, called(before), "it is the system's own: its description can be changed, and nothing else");
  if (after.media_type != before.media_type)
    if (auto const holds = contents(book, id); !holds.empty()) return fail(Errc::not_empty, called(before), holds + "; the media type of an empty pool can be changed");
  std::string const reason = "changed " + by_whom(caller);
  if (after.name != before.name) return rename(book, before, after, reason);
  book.put(after, reason);
  return {};
}

}  // namespace rsm::pools
