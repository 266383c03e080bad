#include "db/database.hpp"

#include <SQLiteCpp/Database.h>
#include <fmt/core.h>
#include <sqlite3.h>

#include "db/files.hpp"
#include "db/limits.hpp"
#include "db/log_vfs.hpp"
#include "db/map_vfs.hpp"
#include "db/opening_number.hpp"
#include "db/restore.hpp"
#include "db/sqlite_error.hpp"
#include "db/wal_repair.hpp"

namespace rsm::db {
namespace {

int remember_log_pages(void* pages, sqlite3*, char const*, int count) {
  *static_cast<int*>(pages) = count;
  return SQLITE_OK;
}

std::string pragma_text(bool exclusive) {
  // The locking mode first: the others read the schema, and by then it must be known that there is no shared memory.
  return fmt::format(
      "{} PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF; "
      "PRAGMA cell_size_check = ON; PRAGMA secure_delete = FAST; PRAGMA cache_size = -{};",
      exclusive ? "PRAGMA locking_mode = EXCLUSIVE;" : "", limits::catalog_cache_kib);
}

// Nobody asks how much memory SQLite has; to count it takes a lock of all threads at each piece. Once, before anything is opened.
void count_no_memory() {
  static int const done = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);  // SQLITE_MISUSE where SQLite is in use already: then it counts
  static_cast<void>(done);
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open_owner(std::string const& path, std::string const& vfs,
                                                       std::vector<Migration> const& migrations, Told const& tell) {
  std::string real = path;
  std::optional<CatalogLock> lock;
  Opening opening;
  if (vfs.empty()) {
    RSM_TRY(real, real_path(path));
    RSM_TRY(lock, CatalogLock::acquire(real));
    RSM_CHECK(lock->hold(real));
    RSM_CHECK(finish_restore(real, lock->opening()));
    RSM_CHECK(create_private_file(real));
    for (auto const* companion : {"-wal", "-shm"}) RSM_CHECK(make_private(real + companion));
    RSM_CHECK(lock->hold(real));
    RSM_CHECK(refuse_another_file(real, lock->opening()));
    opening = {lock->unclean_end(), damage_of_log(real)};
  }
  std::unique_ptr<Database> database(new Database(real, vfs));
  database->owner_ = true;
  database->opening_ = opening;
  database->lock_ = std::move(lock);
  RSM_CHECK(rewrite_log(real, vfs));
  RSM_CHECK(database->open_connection(migrations, tell));
  RSM_CHECK(database->settle());
  return database;
}

Result<std::unique_ptr<Database>> Database::open_reader(std::string const& path, Reading how) {
  RSM_TRY(auto real, real_path(path));
  std::unique_ptr<Database> database(new Database(real, {}));
  database->mapped_ = how == Reading::mapped;
  RSM_CHECK(database->open_connection(built_in_migrations()));
  return database;
}

Database::Database(std::string path, std::string vfs) : path_(std::move(path)), vfs_(std::move(vfs)) { count_no_memory(); }

Database::~Database() {
  bool const in_order = owner_ && trusted_ && connection_ && !opening_.unclean_end;
  if (owner_ && trusted_ && connection_) {
    statements_.clear();
    sqlite3_wal_checkpoint_v2(connection_->getHandle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  }
  close();
  if (in_order && lock_) lock_->ended_in_order();
}

void Database::close() {
  statements_.clear();
  object_ids_.clear();
  connection_.reset();
}

Result<> Database::open_connection(std::vector<Migration> const& migrations, Told const& tell) {
  ++openings_;
  auto opened = guarded(path_, [&]() -> Result<> {
    int const access = owner_ ? SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE : SQLite::OPEN_READONLY;
    connection_ =
        std::make_unique<SQLite::Database>(path_, access | SQLite::OPEN_NOMUTEX, static_cast<int>(limits::catalog_busy_wait.count()),
                                           !vfs_.empty() ? vfs_ : owner_ ? log_vfs() : mapped_ ? map_vfs() : "");
    sqlite3* const handle = connection_->getHandle();
    sqlite3_extended_result_codes(handle, 1);
    // Closing never moves the log into the file by itself: after an error that would be a guess.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    connection_->exec(pragma_text(!vfs_.empty()));
    if (mapped_) connection_->exec(fmt::format("PRAGMA mmap_size = {}; PRAGMA cell_size_check = OFF", limits::catalog_mapped_bytes));  // a page that is not kept would be looked through at each use
    int const newest = static_cast<int>(migrations.size());
    if (!owner_) {
      RSM_TRY(int const version, recognise(*connection_, path_, newest));
      if (version != newest)
        return fail(Errc::database_failure, path_,
                    fmt::format("the catalog has schema {}, this program reads {}; start the daemon once, it brings the catalog up to date",
                                version, newest));
      return {};
    }
    RSM_CHECK(recognise(*connection_, path_, newest));  // before anything is written into a file that may not be ours
    if (connection_->execAndGet("PRAGMA journal_mode = WAL").getString() != "wal")
      return fail(Errc::database_failure, path_, "the file system of the catalog cannot carry a write-ahead log; use a local one");
    sqlite3_wal_hook(handle, remember_log_pages, &log_pages_);
    RSM_CHECK(migrate(*connection_, path_, migrations, tell));
    return give_back_room(*connection_, path_, tell);
  });
  if (!opened) close();
  return opened;
}

// What the log says goes into the file, durably, and the log ends there. Where a long reader (a backup) stands in the way, a
// commit of our own does it: whatever a failed commit left behind the end of the log is overwritten.
Result<> Database::settle() {
  auto settled = guarded(path_, [&]() -> Result<> {
    sqlite3* const handle = connection_->getHandle();
    sqlite3_busy_timeout(handle, 0);
    int const code = sqlite3_wal_checkpoint_v2(handle, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    sqlite3_busy_timeout(handle, static_cast<int>(limits::catalog_busy_wait.count()));
    if (code == SQLITE_OK) return {};
    if ((code & 0xff) != SQLITE_BUSY) throw SQLite::Exception(handle, code);
    int const version = connection_->execAndGet("PRAGMA user_version").getInt();
    connection_->exec(fmt::format("PRAGMA user_version = {}", version));
    return {};
  });
  trusted_ = settled.has_value();
  log_pages_ = 0;
  if (!settled) close();
  return settled;
}

// First the file, then the lock: what the lock names was in the file before. A reader may keep the log from being moved for a while.
Result<> Database::number_opening() {
  if (!lock_ || opening_numbered_) return {};
  if (!connection_) return fail(Errc::database_failure, path_, "the catalog is closed after an error and has not been reopened yet");
  if (!opening_number_) {
    RSM_TRY(opening_number_, db::number_opening(*connection_, path_));
  }
  return guarded(path_, [&]() -> Result<> {
    int in_log = 0, in_file = 0;
    int const code = sqlite3_wal_checkpoint_v2(connection_->getHandle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &in_log, &in_file);
    if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY) throw SQLite::Exception(connection_->getHandle(), code);
    opening_numbered_ = code == SQLITE_OK && in_log == in_file;
    if (opening_numbered_) lock_->opened_as(*opening_number_);
    return {};
  });
}

Result<> Database::reopen() {
  close();
  trusted_ = false;
  RSM_CHECK(rewrite_log(path_, vfs_));
  RSM_CHECK(open_connection(built_in_migrations()));
  return settle();
}

SQLite::Database& Database::connection() {
  if (!connection_) throw SQLite::Exception("the catalog is closed after an error and has not been reopened yet", SQLITE_CANTOPEN);
  return *connection_;
}

sqlite3_stmt* Database::statement(std::string_view sql) {
  if (auto const kept = statements_.find(sql); kept != statements_.end()) return kept->second.get();
  sqlite3* const handle = connection().getHandle();
  sqlite3_stmt* made = nullptr;
  int const code = sqlite3_prepare_v3(handle, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &made, nullptr);
  if (code != SQLITE_OK) throw SQLite::Exception(handle, code);
  statements_[std::string(sql)].reset(made);
  return made;
}

void Database::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

std::uint64_t Database::version() const {
  constexpr unsigned room_for_changes = 40;
  if (!connection_) return 0;
  return openings_ << room_for_changes | static_cast<std::uint64_t>(sqlite3_total_changes64(connection_->getHandle()));
}

}  // namespace rsm::db
