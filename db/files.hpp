// Small steps on files that must be durable: of backup, restore and the first opening.
//
// Errors: the system's words with the path; file_not_found (2), invalid_name (123), disk_full (112), access_denied (5),
// already_exists (183), else database_failure (4313).
// Thread rule: any thread; the files are not open in an SQLite connection of this process (closing a descriptor would drop
// its POSIX locks).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "libmgr/domain/error.hpp"

namespace rsm::db {

// An account that files are given to.
struct FileOwner {
  uid_t user = 0;
  gid_t group = 0;
};

// What the errno says of this path.
Error file_error(std::string const& path, std::string const& tried, int reason);
// The file that this name leads to, through every link, also one that leads to nothing yet: where a catalog has its log and its lock.
Result<std::string> real_path(std::string const& path);
// "the file system of /var/lib/openrsm has 12288 bytes free".
std::string room_text(std::string const& path);

bool file_exists(std::string const& path);
Result<std::uint64_t> file_bytes(std::string const& path);
// Creates an empty file that only its owner can read; of one that is there, the others' rights end.
Result<> create_private_file(std::string const& path);
// Nobody but the owner may read or write it. Of one that is not there: nothing.
Result<> make_private(std::string const& path);
Result<> give_to(FileOwner owner, std::string const& path);
// The same, but it must not be there.
Result<> create_new_private_file(std::string const& path);
Result<> copy_durably(std::string const& from, std::string const& new_file);
Result<> sync_file(std::string const& path);
// The entries of the folder that holds this path.
Result<> sync_folder_of(std::string const& path);
Result<> rename_over(std::string const& from, std::string const& to);
// Refuses when `to` exists.
Result<> rename_to_new(std::string const& from, std::string const& to);
// Of one that is not there: nothing.
Result<> remove_file(std::string const& path);

}  // namespace rsm::db
