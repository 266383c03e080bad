#include "db/sqlite_error.hpp"

#include <fmt/core.h>
#include <sqlite3.h>

#include <cerrno>
#include <cstring>

namespace rsm::db {
namespace {

// What to do about it.
char const* advice(int code) {
  switch (code & 0xff) {
    case SQLITE_NOTADB:
      return "the file is not an SQLite database: name another file, or restore a backup (docs/recovery.md)";
    case SQLITE_CORRUPT:
      return "the catalog is damaged: stop the daemon, restore a backup (docs/recovery.md)";
    case SQLITE_IOERR:
      return "look at the disk (kernel log) before you go on";
    case SQLITE_CANTOPEN:
      return "look at the path, the rights and the free space of its folder";
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return "the file or its folder cannot be written: look at owner and rights";
    case SQLITE_BUSY:
      return "another program holds the catalog: find it (lsof) and let it finish";
    case SQLITE_CONSTRAINT:
      return "the change contradicts the catalog and was not made";
    default:
      return "run 'rsm catalog check'";
  }
}

}  // namespace

Error error_of_code(int extended_code, std::string const& message, std::string const& object, int system_errno) {
  bool const no_space =
      (extended_code & 0xff) == SQLITE_FULL || extended_code == SQLITE_IOERR_SHMSIZE || system_errno == ENOSPC || system_errno == EDQUOT;
  if (no_space) {
    std::string const kind = sqlite3_errstr(extended_code);
    return {Errc::disk_full, object, (message == kind ? message : fmt::format("{} ({})", message, kind)) + "; free space on the file system of the catalog"};
  }
  std::string what = fmt::format("{} (SQLite {}", message, extended_code);
  if (system_errno != 0) what += fmt::format(", {}", std::strerror(system_errno));
  return {Errc::database_failure, object, fmt::format("{}); {}", what, advice(extended_code))};
}

Error error_of(SQLite::Exception const& exception, std::string const& object) {
  int const extended = exception.getExtendedErrorCode();
  return error_of_code(extended > 0 ? extended : exception.getErrorCode(), exception.what(), object);
}

Error lost_page(std::string const& object) { return error_of_code(SQLITE_IOERR_MMAP, "the disk did not give a page of the catalog", object); }

Error error_in_flight(std::string const& object) {
  try {
    throw;
  } catch (SQLite::Exception const& exception) {
    return error_of(exception, object);
  } catch (DamagedRow const& damaged) {
    return {Errc::database_failure, object,
            std::string(damaged.what()) + "; the catalog is damaged: run 'rsm catalog check', restore a backup (docs/recovery.md)"};
  } catch (RefusedChange const& refused) {
    return {Errc::database_failure, object, refused.what()};
  }
}

}  // namespace rsm::db
