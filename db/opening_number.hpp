// Whether the catalog's file is the one that its write-ahead log was written for.
//
// What for: SQLite plays whatever log lies beside a file into it. A backup that was copied over the catalog of a killed daemon, instead of
// `rsmd --restore`, would become a mixture, or would silently stay what it was: neither is what anybody wanted. Every opening in which
// something is written has a number; it stands in the file itself and, until it ends in order, in the lock file. Else they must agree.
// Errors: database_failure (4313) with what to do. Thread rule: the caller owns the catalog; no connection of this process is open for
// refuse_another_file().
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libmgr/domain/error.hpp"

namespace SQLite {
class Database;
}  // namespace SQLite

namespace rsm::db {

// `opening`: the one whose log may be there; nothing: not known, or it has ended in order. No log: any file is right.
Result<> refuse_another_file(std::string const& catalog_path, std::optional<std::int64_t> opening);
// Gives this opening its number; it is in the file when the log has been moved there.
Result<std::int64_t> number_opening(SQLite::Database& connection, std::string const& path);
// A copy that is no catalog yet.
void forget_opening(SQLite::Database& copy);

}  // namespace rsm::db
