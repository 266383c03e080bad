#include "db/opening_number.hpp"

#include <SQLiteCpp/Database.h>
#include <fmt/core.h>

#include "db/files.hpp"
#include "db/sqlite_error.hpp"

namespace rsm::db {
namespace {

// The characters that would end the path in it, as SQLite wants them.
std::string uri_of(std::string const& path) {
  std::string uri = "file:";
  for (char const letter : path) {
    if (letter == '%' || letter == '?' || letter == '#') uri += fmt::format("%{:02x}", static_cast<unsigned>(letter));
    else uri += letter;
  }
  return uri + "?immutable=1";
}

// What stands in the file, whatever its log says. Nothing: it cannot be read (the machine may have stopped while the log was moved into it).
std::optional<std::int64_t> number_in_file(std::string const& path) {
  auto number = guarded(path, [&]() -> Result<std::int64_t> {
    SQLite::Database connection(uri_of(path), SQLite::OPEN_READONLY | SQLite::OPEN_URI);
    if (!connection.tableExists("catalog_opening")) return 0;
    return connection.execAndGet("SELECT number FROM catalog_opening").getInt64();
  });
  return number ? std::optional(*number) : std::nullopt;
}

bool has_log(std::string const& path) {
  auto const bytes = file_bytes(path + "-wal");
  return bytes && *bytes > 0;
}

}  // namespace

Result<> refuse_another_file(std::string const& catalog_path, std::optional<std::int64_t> opening) {
  if (!opening || !has_log(catalog_path)) return {};
  auto const number = number_in_file(catalog_path);
  // A newer one: it had been numbered when everything stopped, and the lock did not name it yet.
  if (!number || *number >= *opening) return {};
  return fail(Errc::database_failure, catalog_path,
              fmt::format("another file lies here than the one that its log ({}-wal) was written for: it is of opening {}, the log of opening {}; nothing was changed. Put the catalog "
                          "back. To replace it by this file, copy the file elsewhere and run 'rsmd --restore' with the copy. If file and log were put here together, remove {}.lock",
                          catalog_path, *number, *opening, catalog_path));
}

Result<std::int64_t> number_opening(SQLite::Database& connection, std::string const& path) {
  return guarded(path, [&]() -> Result<std::int64_t> {
    connection.exec("UPDATE catalog_opening SET number = number + 1");
    return connection.execAndGet("SELECT number FROM catalog_opening").getInt64();
  });
}

void forget_opening(SQLite::Database& copy) {
  if (copy.tableExists("catalog_opening")) copy.exec("UPDATE catalog_opening SET number = 0");
}

}  // namespace rsm::db
