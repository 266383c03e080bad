// The committed catalog, as those who act and judge in a simulation look at it: read again only when it has changed.
//
// What for: clients choose among the media, the auditor compares; both look much more often than the catalog changes.
// Errors: what the catalog said; nothing is kept then. Thread rule: one thread; what is returned is valid until the next question.
#pragma once

#include <map>
#include <vector>

#include "db/sqlite_reader.hpp"
#include "libmgr/model/world.hpp"

namespace rsm::sim {

class Committed {
 public:
  explicit Committed(db::Database& database) : database_(database), reader_(database) {}

  // All of them, the oldest first.
  Result<std::vector<MediumRecord> const*> media();
  // Everything but the media, as a daemon would find it.
  Result<World const*> world();
  // In this library, by the counters of the catalog.
  Result<std::uint64_t> count_media(LibraryId library);

 private:
  // False: what was read at `version` is what there is.
  bool changed_since(std::uint64_t version) const { return version == 0 || version != database_.version(); }

  db::Database& database_;
  db::SqliteReader reader_;
  std::uint64_t media_version_ = 0, world_version_ = 0;
  std::vector<MediumRecord> media_;
  World world_;
  std::map<LibraryId, std::uint64_t> counts_;  // of those that were asked for
};

}  // namespace rsm::sim
