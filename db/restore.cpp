#include "db/restore.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>

#include "db/catalog_lock.hpp"
#include "db/files.hpp"
#include "db/limits.hpp"
#include "db/maintenance.hpp"
#include "db/opening_number.hpp"
#include "db/schema.hpp"
#include "db/sqlite_error.hpp"

namespace rsm::db {
namespace {

constexpr std::array companions{"-wal", "-journal", "-shm"};

// Numbers that a catalog has given away.
struct Given {
  std::int64_t events = 0, media = 0, requests = 0, history = 0, openings = 0;
};

Given given_by(SQLite::Database& connection) {
  Given given;
  given.events = connection.execAndGet("SELECT ifnull(max(last), 0) FROM event_batch").getInt64();
  if (connection.tableExists("catalog_facts")) {
    given.events = std::max(given.events, connection.execAndGet("SELECT events_given FROM catalog_facts").getInt64());
    given.media = connection.execAndGet("SELECT media_number FROM catalog_facts").getInt64();
  } else {
    given.media = connection.execAndGet("SELECT ifnull(max(CAST(sequence_number AS INTEGER)), 0) FROM medium").getInt64();
  }
  given.requests = connection.execAndGet("SELECT max(ifnull((SELECT max(sequence) FROM request), 0), ifnull((SELECT max(sequence) FROM request_done), 0))").getInt64();
  constexpr int schema_with_request_number = 18;
  if (connection.execAndGet("PRAGMA user_version").getInt() >= schema_with_request_number)
    given.requests = std::max(given.requests, connection.execAndGet("SELECT request_number FROM catalog_facts").getInt64());
  if (connection.tableExists("history")) given.history = connection.execAndGet("SELECT ifnull(max(number), 0) FROM history").getInt64();
  if (connection.tableExists("history_new"))
    given.history = std::max(given.history, connection.execAndGet("SELECT max(ifnull((SELECT max(number) FROM history_new), 0), (SELECT history_number FROM catalog_facts))").getInt64());
  if (connection.tableExists("catalog_opening")) given.openings = connection.execAndGet("SELECT number FROM catalog_opening").getInt64();
  return given;
}

// Of the catalog that is replaced, with its log; nothing: it is not there, cannot be read any more, or is not the file that its log is of.
std::optional<Given> given_before(std::string const& path, std::optional<std::int64_t> opening) {
  if (!file_exists(path) || !refuse_another_file(path, opening)) return std::nullopt;
  auto given = guarded(path, [&]() -> Result<Given> {
    SQLite::Database connection(path, SQLite::OPEN_READONLY, static_cast<int>(limits::catalog_busy_wait.count()));
    RSM_CHECK(recognise(connection, path, static_cast<int>(built_in_migrations().size())));
    return given_by(connection);
  });
  return given ? std::optional(*given) : std::nullopt;
}

std::int64_t leaped(std::int64_t number, std::uint64_t leap) {
  auto const wide = static_cast<std::int64_t>(leap);
  return (number / wide + 1) * wide;
}

// A restore that was interrupted has done it already, from a catalog that may have been set aside since.
bool has_begun(SQLite::Database& connection) {
  return connection.execAndGet("SELECT history IS NULL AND restored IS NOT NULL FROM catalog_facts").getInt() != 0;
}

Result<> begin_new_history(std::string const& file, std::optional<Given> const& before, std::string const& from) {
  RSM_CHECK(guarded(file, [&]() -> Result<> {
    SQLite::Database connection(file, SQLite::OPEN_READWRITE);
    connection.exec("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL");  // one file without a log beside it
    if (!before && has_begun(connection)) return {};
    SQLite::Transaction transaction(connection, SQLite::TransactionBehavior::IMMEDIATE);
    Given given = given_by(connection);
    given.events = before ? std::max(given.events, before->events) + 1 : given.events + static_cast<std::int64_t>(limits::event_number_leap);
    given.media = before ? std::max(given.media, before->media) : leaped(given.media, limits::media_number_leap);
    given.requests = before ? std::max(given.requests, before->requests) : leaped(given.requests, limits::request_number_leap);
    given.history = before ? std::max(given.history, before->history) : given.history;  // no leap: what is kept of the history is told by its numbers
    SQLite::Statement facts(connection, "UPDATE catalog_facts SET history = NULL, events_given = ?, media_number = ?, request_number = ?, history_number = ?, restored = coalesce(nullif(?, ''), restored, '')");
    facts.bind(1, given.events), facts.bind(2, given.media), facts.bind(3, given.requests), facts.bind(4, given.history), facts.bind(5, from);
    facts.exec();
    connection.exec(fmt::format("UPDATE catalog_opening SET number = {}", std::max(given.openings, before ? before->openings : 0)));
    connection.exec("DELETE FROM event_batch");
    transaction.commit();
    return {};
  }));
  return sync_file(file);
}

// The old catalog and its log, together, so that it can still be examined.
Result<> set_aside(std::string const& path) {
  std::string const aside = path + ".before-restore";
  if (file_exists(path)) {
    for (auto const* companion : companions) RSM_CHECK(remove_file(aside + companion));
    RSM_CHECK(rename_over(path, aside));
  }
  for (auto const* companion : companions)
    if (file_exists(path + companion)) RSM_CHECK(rename_over(path + companion, aside + companion));
  return sync_folder_of(path);
}

// What is checked is what is put in place.
Result<> refuse_unsound(std::string const& file, std::string const& what, std::string const& advice) {
  RSM_TRY(auto const report, check_catalog(file));
  if (report.ok()) return {};
  return fail(Errc::database_failure, file,
              fmt::format("{} is damaged ({} findings, the first: {}); the catalog was not touched; {}", what, report.findings.size(),
                          report.findings.front(), advice));
}

// A backup of an older version becomes one of this version first: only then all that must hold can be asked.
Result<> bring_up_to_date(std::string const& file) {
  return guarded(file, [&]() -> Result<> {
    SQLite::Database connection(file, SQLite::OPEN_READWRITE);
    RSM_TRY(int const version, recognise(connection, file, static_cast<int>(built_in_migrations().size())));
    if (version == 0) return fail(Errc::database_failure, file, "the file is empty: it is no backup of a catalog");
    RSM_CHECK(migrate(connection, file, built_in_migrations()));
    return give_back_room(connection, file);
  });
}

Result<> copy_checked(std::string const& backup, std::string const& partial, std::optional<FileOwner> owner) {
  RSM_CHECK(copy_durably(backup, partial));
  if (owner) RSM_CHECK(give_to(*owner, partial));
  RSM_CHECK(bring_up_to_date(partial));
  RSM_CHECK(refuse_unsound(partial, "the backup", "take another backup"));
  for (auto const* companion : companions) RSM_CHECK(remove_file(partial + companion));
  return sync_file(partial);
}

Result<> prepare(std::string const& backup, std::string const& real, std::optional<FileOwner> owner) {
  // A copy is checked, not the backup: what was checked is what is put in place, and the backup stays as it is.
  std::string const partial = real + ".restore-partial";
  RSM_CHECK(remove_file(partial));
  auto prepared = copy_checked(backup, partial, owner);
  if (prepared) prepared = rename_over(partial, real + ".restore");
  if (prepared) return sync_folder_of(real);
  Error failure = std::move(prepared.error());
  if (failure.object == partial) failure.object = backup;
  for (auto const* leftover : {"", "-wal", "-shm", "-journal"})
    if (auto removed = remove_file(partial + leftover); !removed) failure.detail += "; " + removed.error().sentence();
  return std::unexpected(std::move(failure));
}

Result<> put_in_place(std::string const& path, std::optional<std::int64_t> opening, std::string const& from) {
  std::string const complete = path + ".restore";
  RSM_CHECK(begin_new_history(complete, given_before(path, opening), from));
  RSM_CHECK(set_aside(path));
  RSM_CHECK(rename_over(complete, path));
  return sync_folder_of(path);
}

}  // namespace

Result<> finish_restore(std::string const& catalog_path, std::optional<std::int64_t> opening) {
  std::string const complete = catalog_path + ".restore";
  if (!file_exists(complete)) return {};
  RSM_CHECK(make_private(complete));
  RSM_CHECK(bring_up_to_date(complete));
  RSM_CHECK(refuse_unsound(complete, "what is to become the catalog", "remove this file to go on with the catalog as it is"));
  return put_in_place(catalog_path, opening, {});
}

Result<BackupReport> import_catalog_at_next_start(std::string const& path) {
  RSM_TRY(auto const real, real_path(path));
  RSM_TRY(auto const exported, export_path_of(path));
  if (!file_exists(exported)) return fail(Errc::database_failure, exported, "there is no exported catalog: 'rsm catalog export' makes one");
  RSM_TRY(auto const bytes, file_bytes(exported));
  if (auto prepared = prepare(exported, real, {}); !prepared) {
    if (prepared.error().code == Errc::access_denied) prepared.error().code = Errc::database_failure;  // of the file, not of who asked
    return std::unexpected(std::move(prepared.error()));
  }
  return BackupReport{exported, bytes, 0};
}

Result<> restore_catalog(std::string const& backup, std::string const& path, std::optional<FileOwner> owner) {
  RSM_TRY(auto const real, real_path(path));
  std::error_code error;
  if (!std::filesystem::exists(backup, error))
    return fail(Errc::object_not_found, backup, "there is no such file; name a file that 'rsm catalog backup' has made");
  if (std::filesystem::equivalent(backup, real, error))
    return fail(Errc::invalid_parameter, backup, "this is the catalog itself, not a backup of it");
  RSM_TRY(auto lock, CatalogLock::acquire(real, owner));
  RSM_CHECK(lock.hold(real));
  auto restored = prepare(backup, real, owner);
  if (restored) restored = put_in_place(real, lock.opening(), backup);
  if (restored || !lock.unclean_end()) lock.ended_in_order();
  return restored;
}

}  // namespace rsm::db
