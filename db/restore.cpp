#include "db/restore.hpp"

#include <fmt/core.h>

#include <filesystem>

#include "db/catalog_lock.hpp"
#include "db/files.hpp"
#include "db/maintenance.hpp"

namespace rsm::db {
namespace {

constexpr char const* companions[] = {"-wal", "-journal", "-shm"};

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

Result<> refuse_unsound(std::string const& backup) {
  RSM_TRY(auto const report, check_catalog(backup));
  if (report.ok()) return {};
  return fail(Errc::database_failure, backup,
              fmt::format("the backup is damaged ({} findings, the first: {}); the catalog was not touched; take another backup",
                          report.findings.size(), report.findings.front()));
}

}  // namespace

Result<> finish_restore(std::string const& catalog_path) {
  std::string const complete = catalog_path + ".restore";
  if (!file_exists(complete)) return {};
  RSM_CHECK(set_aside(catalog_path));
  RSM_CHECK(rename_over(complete, catalog_path));
  return sync_folder_of(catalog_path);
}

Result<> restore_catalog(std::string const& backup, std::string const& path) {
  std::error_code error;
  std::string const real = std::filesystem::weakly_canonical(std::filesystem::absolute(path), error).string();
  if (error) return fail(Errc::database_failure, path, "the path cannot be resolved: " + error.message());
  if (!file_exists(backup))
    return fail(Errc::object_not_found, backup, "there is no such file; name a file that 'rsm catalog backup' has made");
  if (std::filesystem::equivalent(backup, real, error))
    return fail(Errc::invalid_parameter, backup, "this is the catalog itself, not a backup of it");
  RSM_TRY(auto const lock, CatalogLock::acquire(real));
  // A copy is checked, not the backup: what was checked is what is put in place, and the backup stays as it is.
  std::string const partial = real + ".restore-partial";
  RSM_CHECK(remove_file(partial));
  auto prepared = [&]() -> Result<> {
    RSM_CHECK(copy_durably(backup, partial));
    RSM_CHECK(refuse_unsound(partial));
    for (auto const* companion : companions) RSM_CHECK(remove_file(partial + companion));
    return rename_over(partial, real + ".restore");
  }();
  if (!prepared) {
    Error failure = std::move(prepared.error());
    if (failure.object == partial) failure.object = backup;
    for (auto const* leftover : {"", "-wal", "-shm"})
      if (auto removed = remove_file(partial + leftover); !removed) failure.detail += "; " + removed.error().text();
    return std::unexpected(std::move(failure));
  }
  RSM_CHECK(sync_folder_of(real));
  return finish_restore(real);
}

}  // namespace rsm::db
