// Looking after a catalog: check, backup, restore. See docs/recovery.md for the operator's side.
//
// What for: check and backup open connections of their own and work beside a running daemon or without one; the daemon runs
// them on a worker thread, as they take as long as the file is large (about a second for 200 MiB). They hold a snapshot, never
// the writer. Restore needs the catalog for itself.
// Errors: database_failure (4313) for a file that is not a catalog, newer, or cannot be read; already_exists (183),
// access_denied (5), disk_full (112) of the target; sharing_violation (32) while a daemon owns the catalog.
// Thread rule: any thread; one call uses one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "db/files.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::db {

struct CheckReport {
  std::vector<std::string> findings;  // one sentence each, at most limits::catalog_findings_max; empty: sound
  int schema_version = 0;
  std::uint64_t bytes = 0;
  bool ok() const { return findings.empty(); }
};
// SQLite's own checks, then what must hold between the rows of a catalog. What is damaged is a finding; a file that cannot even
// be opened as a catalog is an error, and so is a check that was asked to stop: cancelled (1223).
Result<CheckReport> check_catalog(std::string const& path, std::stop_token stop = {});

// The same questions on a connection that is open already, between two transactions.
class Database;
Result<std::vector<std::string>> findings_of(Database& database);

struct BackupReport {
  std::string path;
  std::uint64_t bytes = 0;
  int schema_version = 0;
};
// One file, durable and checked when this returns; `to` must not exist, and must not be a name that means something beside the catalog
// (its log, its lock, what the next start would take for the catalog). Its content is that of one moment.
Result<BackupReport> backup_catalog(std::string const& path, std::string const& to);

// A backup in the folder Export beside the catalog, under the catalog's name; the one before is replaced (ExportNtmsDatabase).
// Thread rule: not two at once for one catalog.
Result<BackupReport> export_catalog(std::string const& path);
// That backup becomes the catalog at the next start of the daemon; until then nothing changes (ImportNtmsDatabase). database_failure (4313)
// where there is none, or none that is sound. Works beside a running daemon; not two at once for one catalog.
Result<BackupReport> import_catalog_at_next_start(std::string const& path);
// Where they put it and look for it.
Result<std::string> export_path_of(std::string const& path);

// Puts a sound backup in the place of the catalog; what was there is kept as `<catalog>.before-restore`. All or nothing: a
// restore that was interrupted after the check is finished by the next start of the daemon or the next restore.
// `owner`: the account that the new files are given to, for who is not it.
Result<> restore_catalog(std::string const& backup, std::string const& path, std::optional<FileOwner> owner = {});

}  // namespace rsm::db
