// Where the row of a request is: requests are found by their number, which most ids carry.
//
// What for: `request` and `request_done` have no index by id; ids from before, which are all chance, have a table of their own.
// Errors: SQLite::Exception, caught by guarded(). Thread rule: of the connection.
#pragma once

#include <cstdint>
#include <optional>

#include "db/query.hpp"

namespace rsm::db {

// The number of the request that has this id, open or ended; nothing: there is none.
inline std::optional<std::uint64_t> number_of(Database& database, RequestId id) {
  std::uint64_t number = 0;
  if (auto const carried = number_in(id)) {
    Query query(database,
                "SELECT sequence FROM request WHERE sequence = ?1 AND id = ?2 UNION ALL SELECT sequence FROM request_done WHERE sequence = "
                "?1 AND id = ?2 LIMIT 1",
                *carried, id.guid);
    if (query.next()) return *carried;
  }
  Query query(database, "SELECT sequence FROM request_id WHERE id = ?", id.guid);
  if (!query.next()) return std::nullopt;
  query.read(number);
  return number;
}

}  // namespace rsm::db
