#include "db/schema.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Transaction.h>
#include <fmt/core.h>
#include <sqlite3.h>

#include "db/limits.hpp"
#include "db/sqlite_error.hpp"

namespace rsm::db {
namespace {

std::int32_t ask(SQLite::Database& connection, char const* question) {
  return connection.execAndGet(question).getInt();
}

std::uint64_t pages_mib(std::int32_t pages) { return static_cast<std::uint64_t>(pages) * limits::catalog_page_bytes >> 20; }

void apply(SQLite::Database& connection, Migration const& migration) {
  SQLite::Transaction transaction(connection, SQLite::TransactionBehavior::IMMEDIATE);
  connection.exec(migration.sql);
  connection.exec(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", application_id, migration.number));
  transaction.commit();
}

}  // namespace

Result<int> recognise(SQLite::Database& connection, std::string const& path, int newest) {
  return guarded(path, [&]() -> Result<int> {
    std::int32_t const mark = ask(connection, "PRAGMA application_id");
    int const version = ask(connection, "PRAGMA user_version");
    if (mark == 0 && version == 0 && ask(connection, "SELECT count(*) FROM sqlite_schema") == 0) return 0;
    if (mark != application_id)
      return fail(
          Errc::database_failure, path,
          fmt::format("this SQLite file is not a catalog of OpenRSM (its application_id is {:#x}, ours is {:#x}); name another file",
                      static_cast<std::uint32_t>(mark), static_cast<std::uint32_t>(application_id)));
    if (version < 1)
      return fail(Errc::database_failure, path, "the catalog has no schema number: it is damaged; restore a backup (docs/recovery.md)");
    if (version > newest)
      return fail(Errc::database_failure, path,
                  fmt::format("the catalog was written by a newer version of OpenRSM (its schema is {}, this program knows {}); "
                              "install that version, or restore a backup made before the upgrade",
                              version, newest));
    return version;
  });
}

Result<> migrate(SQLite::Database& connection, std::string const& path, std::vector<Migration> const& migrations, Told const& tell) {
  RSM_TRY(int const version, recognise(connection, path, static_cast<int>(migrations.size())));
  if (tell && version != 0 && version < static_cast<int>(migrations.size()))
    tell(fmt::format("it has schema {} and is brought to schema {}; with a million media this takes up to a minute", version, migrations.size()));
  for (auto const& migration : migrations) {
    if (migration.number <= version) continue;
    RSM_CHECK(guarded(path + ", schema " + migration.name, [&]() -> Result<> {
      apply(connection, migration);
      return {};
    }));
    if (tell && version != 0) tell(fmt::format("it has schema {} now ({})", migration.number, migration.name));
  }
  return {};
}

Result<> give_back_room(SQLite::Database& connection, std::string const& path, Told const& tell) {
  return guarded(path, [&]() -> Result<> {
    auto const free = ask(connection, "PRAGMA freelist_count"), all = ask(connection, "PRAGMA page_count");
    if (free < limits::catalog_free_pages_kept || free < all / 2) return {};
    if (tell) tell(fmt::format("{} MiB of {} MiB are free and are given back", pages_mib(free), pages_mib(all)));
    connection.exec("PRAGMA temp_store = FILE");  // the copy has the size of the catalog
    int const whole = connection.tryExec("VACUUM"), code = whole & 0xff;
    connection.exec("PRAGMA temp_store = MEMORY");
    if (code == SQLITE_OK) return {};
    bool const no_place = code == SQLITE_FULL || code == SQLITE_CANTOPEN || whole == SQLITE_IOERR_GETTEMPPATH;  // on the disk, or for the copy
    if (!no_place && code != SQLITE_BUSY && code != SQLITE_LOCKED) throw SQLite::Exception(connection.getHandle(), code);
    if (tell) tell("that has to wait for the next start: the disk or the folder of temporary files (TMPDIR) has not enough room, or somebody reads the catalog");
    return {};
  });
}

}  // namespace rsm::db
