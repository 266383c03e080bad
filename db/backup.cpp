#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/Database.h>
#include <fmt/core.h>
#include <sqlite3.h>

#include <filesystem>

#include "db/database.hpp"
#include "db/files.hpp"
#include "db/maintenance.hpp"
#include "db/opening_number.hpp"
#include "db/sqlite_error.hpp"

namespace rsm::db {
namespace {

// All pages in one step: a snapshot of one moment; the writer goes on meanwhile.
Result<> copy_pages(Database& source, std::string const& target) {
  return guarded(target, [&]() -> Result<> {
    SQLite::Database copy(target, SQLite::OPEN_READWRITE);
    SQLite::Backup backup(copy, source.connection());
    int const code = backup.executeStep(-1);
    if (code != SQLITE_DONE) throw SQLite::Exception("copying the pages has not come to its end", code);
    return {};
  });
}

// One file without a log beside it, so that it can be moved and copied as it is.
Result<> make_single_file(std::string const& target) {
  return guarded(target, [&]() -> Result<> {
    SQLite::Database copy(target, SQLite::OPEN_READWRITE);
    if (copy.execAndGet("PRAGMA journal_mode = DELETE").getString() != "delete")
      return fail(Errc::database_failure, target, "the copy keeps its write-ahead log");
    forget_opening(copy);
    return {};
  });
}

Result<BackupReport> checked(std::string const& target) {
  RSM_TRY(auto const report, check_catalog(target));
  if (!report.ok())
    return fail(Errc::database_failure, target,
                fmt::format("the copy is damaged, so the catalog is: {} findings, the first: {}; run 'rsm catalog check'",
                            report.findings.size(), report.findings.front()));
  return BackupReport{target, report.bytes, report.schema_version};
}

Result<BackupReport> make(std::string const& path, std::string const& partial) {
  {
    RSM_TRY(auto const source, Database::open_reader(path));
    RSM_CHECK(copy_pages(*source, partial));
  }
  RSM_CHECK(make_single_file(partial));
  RSM_CHECK(sync_file(partial));
  return checked(partial);
}

// Files beside the catalog whose names say what they are: a backup under one of them would be taken for it.
Result<> refuse_names_with_a_meaning(std::string const& path, std::string const& to) {
  RSM_TRY(std::string const catalog, real_path(path));
  RSM_TRY(std::string const target, real_path(to));
  auto const means_something = [&](std::string const& name) {
    return target == catalog + name || target == catalog + name + "-wal" || target == catalog + name + "-shm" || target == catalog + name + "-journal";
  };
  if (target != catalog + ".lock" && !means_something("") && !means_something(".restore") && !means_something(".restore-partial") &&
      !means_something(".before-restore"))
    return {};
  return fail(Errc::invalid_parameter, to,
              fmt::format("this name means something to the daemon ({}); a backup under it would be taken for that: name another path",
                          target == catalog ? "the catalog itself" : "a file that belongs to the catalog"));
}

}  // namespace

Result<BackupReport> backup_catalog(std::string const& path, std::string const& to) {
  if (to.empty() || to.back() == '/') return fail(Errc::invalid_parameter, "backup", "name the file that the backup shall become");
  RSM_CHECK(refuse_names_with_a_meaning(path, to));
  if (file_exists(to)) return fail(Errc::already_exists, to, "a backup never overwrites a file; name another path");
  std::string const partial = to + ".partial";
  auto created = create_new_private_file(partial);
  if (!created && created.error().code == Errc::already_exists)
    created.error().detail = "a backup to this path is under way, or was interrupted; if none is, remove this file";
  RSM_CHECK(std::move(created));
  auto report = make(path, partial);
  if (report) {
    if (auto named = rename_to_new(partial, to); !named) report = std::unexpected(std::move(named.error()));
  }
  if (!report) {
    for (auto const* leftover : {"", "-journal", "-wal", "-shm"})
      if (auto removed = remove_file(partial + leftover); !removed) report.error().detail += "; " + removed.error().sentence();
    return report;
  }
  RSM_CHECK(sync_folder_of(to));
  report->path = to;
  return report;
}

Result<std::string> export_path_of(std::string const& path) {
  RSM_TRY(auto const real, real_path(path));
  std::filesystem::path const catalog(real);
  return (catalog.parent_path() / "Export" / catalog.filename()).string();
}

Result<BackupReport> export_catalog(std::string const& path) {
  RSM_TRY(auto const target, export_path_of(path));
  std::string const folder = std::filesystem::path(target).parent_path().string();
  std::error_code error;
  std::filesystem::create_directory(folder, error);
  if (!error) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  if (error) return fail(Errc::access_denied, folder, "it cannot be made: " + error.message());
  std::string const fresh = target + ".new";
  for (auto const* leftover : {"", ".partial", ".partial-journal", ".partial-wal", ".partial-shm"}) RSM_CHECK(remove_file(fresh + leftover));  // of one that was interrupted
  RSM_TRY(auto report, backup_catalog(path, fresh));
  RSM_CHECK(rename_over(fresh, target));
  RSM_CHECK(sync_folder_of(target));
  report.path = target;
  return report;
}

}  // namespace rsm::db
