#include "libmgr/pools/system_pools.hpp"

#include <algorithm>
#include <array>

#include "libmgr/model/media_types.hpp"
#include "libmgr/pools/paths.hpp"

namespace rsm::pools {
namespace {

struct Container {
  PoolType type;
  char const* name;
};
constexpr std::array<Container, 3> containers{{{PoolType::scratch, "Free"}, {PoolType::import, "Import"}, {PoolType::foreign, "Unrecognized"}}};

PoolId make(Book& book, PoolType type, std::string const& name, std::string const& path, PoolId parent, MediaTypeId media_type) {
  PoolRecord pool;
  pool.id = book.make_id<PoolId>();
  pool.parent = parent;
  pool.name = name;
  pool.path = path;
  pool.created = book.now();
  pool.type = type;
  pool.media_type = media_type;
  PoolId const id = pool.id;
  book.put(std::move(pool), media_type ? "made with its media type" : "made with the catalog");
  return id;
}

PoolId container(Book& book, Container const& of) {
  auto const* there = book.world().pool_by_path(of.name);
  return there == nullptr ? make(book, of.type, of.name, of.name, {}, {}) : there->id;
}

bool is_wanted(Book const& book, MediaTypeId type) {
  auto const& world = book.world();
  bool const taken = std::ranges::any_of(world.libraries, [&](auto const& library) { return library.second.media_types.contains(type); });
  return taken || std::ranges::any_of(world.pools, [&](auto const& pool) { return pool.second.media_type == type && book.media_of(pool.first) > 0; });
}

}  // namespace

void settle(Book& book) {
  if (!book.world().root_pool) book.set_root_pool(book.make_id<PoolId>());
  for (auto const& each : containers) container(book, each);
  for (auto const code : media_type_codes()) {
    bool const known = std::ranges::any_of(book.world().media_types, [&](auto const& type) { return type.second.code == code; });
    if (!known) book.put(media_type_of_code(book.make_id<MediaTypeId>(), code, media_type_sides(code)), "known from the beginning");
  }
}

// Found by its parent and its media type: people may write the name of a type in other letters.
PoolId system_pool(Book& book, PoolType type, MediaTypeId media_type) {
  auto const& of = *std::ranges::find(containers, type, &Container::type);
  PoolId const parent = container(book, of);
  for (auto const& id : book.world().pools_of(parent))
    if (book.world().pool(id)->media_type == media_type) return id;
  auto const known = book.world().media_types.find(media_type);
  std::string const name = known == book.world().media_types.end() ? media_type.text() : known->second.name;
  return make(book, type, name, std::string(of.name) + "\\" + name, parent, media_type);
}

void take_type(Book& book, LibraryId library, MediaTypeId type, std::string const& reason) {
  book.put(library, type, reason);
  for (auto const& each : containers) system_pool(book, each.type, type);
}

void drop_type(Book& book, LibraryId library, MediaTypeId type, std::string const& reason) {
  book.erase(library, type, reason);
  if (is_wanted(book, type)) return;
  std::vector<PoolId> gone;
  for (auto const& [id, pool] : book.world().pools)
    if (pool.is_system() && pool.media_type == type) gone.push_back(id);
  for (auto const& id : gone) book.erase_pool(id, "no library takes its media type any more, and there is no medium of it");
}

std::uint64_t media_of_type(Book const& book, MediaTypeId type, LibraryId library) {
  std::uint64_t media = 0;
  for (auto const& [id, pool] : book.world().pools)
    if (pool.media_type == type) media += book.media_of(id, library);
  return media;
}

}  // namespace rsm::pools
