// The schema of the catalog: numbered migrations, and how a file is recognised.
//
// What for: db/schema/NNNN_name.sql are embedded at build time and applied in order, each in a transaction of its own;
// application_id says that a file is ours, user_version how far it has come. Errors: database_failure (4313) for a file that
// is not ours, is damaged, or was written by a newer version. Thread rule: of the connection.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "libmgr/domain/error.hpp"

namespace SQLite {
class Database;
}

namespace rsm::db {

constexpr std::int32_t application_id = 0x52534D43;  // "RSMC"

struct Migration {
  int number = 0;  // from 1, without gaps
  std::string name;
  std::string sql;
};
std::vector<Migration> const& built_in_migrations();

// How far this file has come; 0: a new, empty file. An error where the file is not ours or newer than `newest`.
Result<int> recognise(SQLite::Database& connection, std::string const& path, int newest);

// Brings the file to the newest of `migrations`. A migration that fails leaves the file as the one before it did.
// What takes long is told before it is done, in sentences of the log.
using Told = std::function<void(std::string const&)>;
Result<> migrate(SQLite::Database& connection, std::string const& path, std::vector<Migration> const& migrations, Told const& tell = {});

// Where more than half of the file is free, as after a migration that has written large tables anew, the file becomes as small as what is in it. Without
// the room on the disk for that, or beside somebody who reads, it stays as it is until the next time.
Result<> give_back_room(SQLite::Database& connection, std::string const& path, Told const& tell = {});

}  // namespace rsm::db
