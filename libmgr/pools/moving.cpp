#include "libmgr/pools/moving.hpp"

#include "libmgr/base/planted.hpp"
#include "libmgr/domain/limits.hpp"
#include "libmgr/model/media_types.hpp"
#include "libmgr/people/rights.hpp"
#include "libmgr/pools/labels_wanted.hpp"
#include "libmgr/pools/moves.hpp"
#include "libmgr/pools/system_pools.hpp"

namespace rsm::pools {
namespace {


Result<PoolRecord const*> pool_for_media(World const& world, PoolId id) {
  auto const* pool = world.pool(id);
  if (pool == nullptr) return fail(Errc::invalid_media_pool, "pool " + id.text(), id && id == world.root_pool ? "it is the root, which holds no media" : "there is none");
  if (!pool->is_leaf()) return fail(Errc::invalid_media_pool, "pool " + pool->path, "it is a pool for pools, and holds no media");
  return pool;
}

// Of a medium that is going into this pool: its type is the pool's, or becomes it.
Result<> check_type(World const& world, MediumRecord const& medium, PoolRecord const& pool, bool change_type) {
  if (medium.type == pool.media_type) return {};
  auto const& wanted = world.media_types.at(pool.media_type);
  if (!change_type) return fail(Errc::media_incompatible, name_of(medium), "pool " + pool.path + " is for " + wanted.name);
  if (wanted.sides == medium.sides.size()) return {};
  return fail(Errc::media_incompatible, name_of(medium), "it has " + std::to_string(medium.sides.size()) + (medium.sides.size() == 1 ? " side, " : " sides, ") + wanted.name + " has " + std::to_string(wanted.sides));
}

ReadWrite read_write_of(World const& world, MediumRecord const& medium) {
  auto const type = world.media_types.find(medium.type);
  return type == world.media_types.end() ? ReadWrite::unknown : type->second.read_write;
}

Result<> check_drive(World const& world, MediumRecord const& medium, DriveId id) {
  if (!id) return {};
  auto const* drive = world.drive(id);
  if (drive == nullptr) return fail(Errc::invalid_drive, "drive " + id.text(), "there is none");
  auto const at = whereabouts(world, medium);
  if (at && at->library == drive->record.library) return {};
  return fail(Errc::drive_media_mismatch, name_of(medium), "it is not in the library of " + name_of(world, id));
}

}  // namespace

PoolRecord const* free_pool_for(World const& world, MediumRecord const& medium) {
  auto const from = world.pools.find(medium.pool);
  for (auto const& [id, pool] : world.pools)
    if (pool.type == PoolType::scratch && pool.media_type == medium.type)
      return from != world.pools.end() && effect_of_move(from->second.type, PoolType::scratch, {read_write_of(world, medium), false, medium.sides}) ? &pool : nullptr;
  return nullptr;
}

Result<> enter_free_pool(Book& book, Caller const& caller, MediumRecord medium, PoolRecord const& free, DriveId drive, std::string const& reason) {
  auto const from = book.world().pools.find(medium.pool);
  RSM_TRY(auto const effect, effect_of_move(from == book.world().pools.end() ? PoolType::unknown : from->second.type, free.type, {read_write_of(book.world(), medium), false, medium.sides}));
  if (book.world().requests.size() + medium.sides.size() > limits::requests_open_max)
    return fail(Errc::resource_not_available, "queue", std::to_string(book.world().requests.size()) + " requests are open; wait for some of them");
  medium.pool = free.id;
  medium.type = free.media_type;
  for (auto& side : medium.sides) side.state = after(effect, side.state);
  book.put(medium, reason);
  ask_for_labels(book, medium, {.why = reason, .caller = &caller, .drive = drive});
  return {};
}

Result<> take_logical_media_along(Book& book, MediumRecord const& medium, std::string const& reason) {
  if (planted(PlantedBug::side_left_behind)) return {};
  std::vector<LogicalMediumRecord> along;  // all are read before one is written
  for (auto const& side : medium.sides) {
    if (!side.logical_medium) continue;
    RSM_TRY(auto logical, book.logical_medium(side.logical_medium));
    if (logical && logical->pool != medium.pool) along.push_back(std::move(*logical));
  }
  for (auto& logical : along) {
    logical.pool = medium.pool;
    book.put(std::move(logical), reason);
  }
  return {};
}

std::string in_use(Book const& book, MediumId medium, SideId side) {
  auto const* drive = book.is_mounted(medium) ? book.world().drive_of(medium) : nullptr;
  if (drive != nullptr && (!side || !drive->hot.side || drive->hot.side == side)) return "it is " + word(drive->hot.state) + " in " + name_of(book.world(), drive->record.id);
  auto const* user = book.user_of(medium, side);
  return user == nullptr ? std::string() : "it is in " + name_of(user->id) + ": " + describe(book.world(), *user);
}

Result<MediumId> move_to_pool(Book& book, Caller const& caller, MoveToPoolCall const& call) {
  auto const& world = book.world();
  RSM_TRY(auto medium, book.find_medium(call.medium));
  if (!medium) return fail(Errc::invalid_media, "medium " + call.medium.text(), "there is none");
  RSM_TRY(auto const* to, pool_for_media(world, call.pool));
  RSM_CHECK(rights::may(world, caller, call.change_type ? rights::Act::change_type : rights::Act::move_to_pool, {to->id, rights::library_of(world, *medium), medium->pool ? std::optional(medium->pool) : std::nullopt}));
  auto const* from = world.pool(medium->pool);
  if (from == nullptr) return fail(Errc::invalid_media, name_of(*medium), "it is in no pool: a cleaning cartridge");
  bool const into_free = to->type == PoolType::scratch;
  if (into_free) RSM_CHECK(check_drive(world, *medium, call.drive));
  if (from->id == to->id) {
    if (into_free) ask_for_labels(book, *medium, {.why = "moved into the free pool once more " + by_whom(caller), .caller = &caller, .drive = call.drive});
    return call.medium;
  }
  RSM_TRY(auto const effect, effect_of_move(from->type, to->type, {read_write_of(world, *medium), false, medium->sides}));
  RSM_CHECK(check_type(world, *medium, *to, call.change_type));
  if (auto const why = in_use(book, call.medium); !why.empty()) return fail(Errc::busy, name_of(*medium), why);
  std::string const reason = "from pool " + from->path + " to " + to->path + " " + by_whom(caller);
  if (effect != Effect::keep) {
    RSM_CHECK(enter_free_pool(book, caller, std::move(*medium), *to, call.drive, reason));
  } else {
    medium->pool = to->id;
    medium->type = to->media_type;
    RSM_CHECK(take_logical_media_along(book, *medium, reason));
    book.put(std::move(*medium), reason);
  }
  if (call.change_type)
    book.note_done(ObjectType::medium, call.medium.guid, "its media type was changed, " + reason);
  else
    book.note_done(ObjectType::pool, call.pool.guid, "a medium came, " + reason);
  return call.medium;
}

Result<LibraryId> set_media_type(Book& book, Caller const& caller, MediaTypeCall const& call) {
  auto const& world = book.world();
  auto const type = world.media_types.find(call.type);
  if (type == world.media_types.end()) return fail(Errc::invalid_media, "media type " + call.type.text(), "there is none");
  auto const* library = world.library(call.library);
  if (library == nullptr) return fail(Errc::invalid_library, "library " + call.library.text(), "there is none");
  std::string const name = "library " + library->record.name;
  RSM_CHECK(rights::may(world, caller, call.takes ? rights::Act::add_media_type : rights::Act::delete_media_type, call.library));
  if (library->record.type == LibraryType::offline && call.takes) return fail(Errc::library_offline, name, "it is the shelf, which takes everything");
  if (type->second.code == media_type_code::cleaner) return fail(Errc::invalid_media, type->second.name, "cleaning cartridges are in no pool; the library knows them by their bar codes");
  if (call.takes) {
    take_type(book, call.library, call.type, "it takes " + type->second.name + ", said " + by_whom(caller));
    return call.library;
  }
  if (auto const media = media_of_type(book, call.type, call.library); media > 0)
    return fail(Errc::not_empty, name, std::to_string(media) + (media == 1 ? " medium" : " media") + " of type " + type->second.name + (media == 1 ? " is" : " are") + " in it");
  drop_type(book, call.library, call.type, "it takes " + type->second.name + " no more, said " + by_whom(caller));
  return call.library;
}

}  // namespace rsm::pools
