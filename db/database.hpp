// One connection to the catalog, with its prepared statements.
//
// What for: the owner (one a catalog, under CatalogLock) creates, migrates and writes; a reader sees the last committed state
// and never waits for the owner. WAL, synchronous=FULL, foreign keys on. Checkpoints are ours (Writer::checkpoint_if_due), so
// that their errors are seen.
// With the name of an SQLite VFS that is not the operating system's (simulator) there is one connection, exclusive, without
// shared memory and without a lock file; its reader shares the owner's connection.
// Errors: sharing_violation (32): another daemon; database_failure (4313): not ours, newer, damaged, unreadable;
// disk_full (112). Thread rule: one thread at a time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "db/catalog_lock.hpp"
#include "db/limits.hpp"
#include "db/log_scan.hpp"
#include "db/schema.hpp"
#include "libmgr/domain/error.hpp"
#include "libmgr/domain/ids.hpp"

struct sqlite3_stmt;

namespace SQLite {
class Database;
}  // namespace SQLite

namespace rsm::db {

class Database {
 public:
  // The writer's: takes the lock, finishes an interrupted restore, creates or migrates.
  static Result<std::unique_ptr<Database>> open_owner(std::string const& path, std::string const& vfs = {},
                                                      std::vector<Migration> const& migrations = built_in_migrations(), Told const& tell = {});
  // Read-only; the catalog must be there and have this program's schema.
  // Mapped: for whoever looks for single rows all the time (db/map_vfs.hpp).
  enum class Reading { copied, mapped };
  static Result<std::unique_ptr<Database>> open_reader(std::string const& path, Reading how = Reading::copied);
  // An owner that is trusted moves its write-ahead log into the file, and says that it has ended in order.
  ~Database();
  Database(Database const&) = delete;
  Database& operator=(Database const&) = delete;

  // After an error whose outcome is not known: closes, makes what the log says durable again, opens, and moves the log into
  // the file, so that what is in the catalog is definite. An error: closed; call again later.
  Result<> reopen();
  // After such an error and before reopen(): nothing is moved into the file.
  void distrust() { trusted_ = false; }

  // What the owner found when it opened the catalog.
  struct Opening {
    bool unclean_end = false;  // the owner before was killed, or the machine stopped: a check is due
    LogDamage lost;            // of the log, by damage
  };
  Opening const& opening() const { return opening_; }
  // The check has found nothing. Without it the next owner is told, too.
  void found_sound() { opening_.unclean_end = false; }
  // Before a commit: from the first one on there is a log that belongs to this opening (db/opening_number.hpp). Not at the opening itself, as a
  // disk that does not answer would keep the service from saying so.
  Result<> number_opening();
  // It is a file of the operating system.
  bool is_file() const { return vfs_.empty(); }

  // Throws SQLite::Exception when closed: use inside guarded().
  SQLite::Database& connection();
  // Kept prepared; bound and reset by the caller (db/query.hpp).
  sqlite3_stmt* statement(std::string_view sql);

  // Ids of pools, libraries and media types by their numbers in the catalog, as they were read (db/medium_rows.cpp); empty after each opening.
  std::unordered_map<std::int64_t, Guid>& object_ids() { return object_ids_; }

  // Another number whenever what is read through this connection may be something else than before. 0: it is closed.
  std::uint64_t version() const;

  std::string const& path() const { return path_; }
  // Size of the write-ahead log after the last commit of this connection, in pages.
  int log_pages() const { return log_pages_; }

 private:
  Database(std::string path, std::string vfs);
  Result<> open_connection(std::vector<Migration> const& migrations, Told const& tell = {});
  Result<> settle();
  void close();

  std::string path_;
  std::string vfs_;
  bool mapped_ = false;
  bool owner_ = false;
  bool trusted_ = false;
  int log_pages_ = 0;
  Opening opening_;
  std::optional<CatalogLock> lock_;
  std::optional<std::int64_t> opening_number_;
  bool opening_numbered_ = false;  // in the file and in the lock
  std::unique_ptr<SQLite::Database> connection_;
  std::uint64_t openings_ = 0;
  std::unordered_map<std::int64_t, Guid> object_ids_;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  // Texts of statements are long and few: their length and their end tell them apart.
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view sql) const { return std::hash<std::string_view>{}(sql.substr(sql.size() - std::min(sql.size(), end_hashed))) ^ sql.size(); }
    static constexpr std::size_t end_hashed = 24;
  };
  std::unordered_map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>, TextHash, std::equal_to<>> statements_;
};

}  // namespace rsm::db
