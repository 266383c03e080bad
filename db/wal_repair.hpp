// The write-ahead log after an fsync that failed.
//
// What for: Linux reports a failed fsync once and then takes the pages for clean: what the log shows may not be on the disk,
// and a commit that is appended and synced later would stand behind a hole. Writing the same bytes again makes the pages dirty
// again, so that the next fsync means what it says. Done before every opening by the owner.
// Errors: as of any write. Thread rule: no connection of this process has the log open.
#pragma once

#include <string>

#include "libmgr/domain/error.hpp"

namespace rsm::db {

// vfs: name of the SQLite VFS, empty for the operating system's. No log: nothing to do.
Result<> rewrite_log(std::string const& catalog_path, std::string const& vfs);

}  // namespace rsm::db
