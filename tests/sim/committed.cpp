#include "tests/sim/committed.hpp"

#include "db/columns.hpp"

namespace rsm::sim {
namespace {

std::vector<MediumRecord> read_media(db::Database& database) {
  static std::string const of_media = "SELECT " + db::column_list<MediumRecord>() + " FROM medium ORDER BY created, id";
  static std::string const of_sides = "SELECT medium, " + db::column_list<Side>() + " FROM side ORDER BY medium, position";
  std::vector<MediumRecord> media;
  std::map<MediumId, std::size_t> at;
  db::Query rows(database, of_media);
  while (rows.next()) {
    media.push_back(db::read_record<MediumRecord>(rows));
    at[media.back().id] = media.size() - 1;
  }
  db::Query sides(database, of_sides);
  while (sides.next()) {
    MediumId medium;
    sides.read(medium);
    Side side;
    db::columns(db::ReadColumns{sides}, side);
    auto const owner = at.find(medium);
    if (owner == at.end()) throw db::DamagedRow("side " + side.id.text() + " belongs to a medium that is not there");
    media[owner->second].sides.push_back(std::move(side));
  }
  return media;
}

}  // namespace

Result<std::vector<MediumRecord> const*> Committed::media() {
  if (!changed_since(media_version_)) return &media_;
  auto const version = database_.version();
  RSM_TRY(media_, db::guarded("catalog", [&]() -> Result<std::vector<MediumRecord>> { return read_media(database_); }));
  media_version_ = version;
  return &media_;
}

Result<World const*> Committed::world() {
  if (!changed_since(world_version_)) return &world_;
  auto const version = database_.version();
  counts_.clear();
  RSM_TRY(auto rows, reader_.load_active());
  world_ = World::from(std::move(rows));
  world_version_ = version;
  return &world_;
}

Result<std::uint64_t> Committed::count_media(LibraryId library) {
  RSM_TRY(World const* const now, world());
  auto const [it, fresh] = counts_.try_emplace(library);
  if (!fresh) return it->second;
  bool const shelf = library == now->offline_library;
  auto counted = reader_.count_media(shelf ? db::MediaFilter{.offline_only = true} : db::MediaFilter{.library = library});
  if (counted)
    it->second = *counted;
  else
    counts_.erase(it);
  return counted;
}

}  // namespace rsm::sim
