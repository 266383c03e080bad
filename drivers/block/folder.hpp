// A folder held by its descriptor, and the files in it: for processes that work in folders of accounts which are trusted less.
//
// What for: a handler may run as root and keep its files in a folder that belongs to the daemon's account. Below the folder no symbolic
// link is followed, only regular files with one name are opened, new files are made with O_EXCL and given to the owner of the folder, and
// nothing waits for the other end of a FIFO. The folder itself may be reached over links where its path comes from the configuration.
// A lock that somebody else may take is no lock: lock files are 0600, of the folder's owner, of root or our own, in a folder that nobody
// else may write; anything else is refused with a sentence.
// Errors: access_denied (also what was planted), object_not_found, already_exists, disk_full, busy (a lock), write_fault, bad_format
// (longer than allowed); the object is the path. Thread rule: any; calls block.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "drivers/block/unique_fd.hpp"
#include "libmgr/domain/error.hpp"
#include "libmgr/domain/time.hpp"

namespace rsm::block {

// errno as an Error about a file: what was tried with it, and why it could not be.
std::unexpected<Error> file_failure(int error_number, std::string const& file, std::string const& tried);

enum class LockKind { shared, exclusive };

class Folder {
 public:
  static Result<Folder> open(std::string const& path);
  // No part of the path may be a link.
  static Result<Folder> open_without_links(std::string const& path);
  // Ours or root's alone: no link, not somebody else's, nobody else may write in it (access_denied).
  static Result<Folder> open_private(std::string const& path);
  static Result<Folder> make_private(std::string const& path);  // the same; made, 0700, where only its last level is missing
  // With the folders above it, 0755; one that exists stays as it is.
  static Result<Folder> make(std::string const& path);
  // One level below.
  Result<Folder> folder(std::string const& name) const;
  Result<Folder> make_folder(std::string const& name) const;

  std::string const& path() const { return path_; }
  std::string path_of(std::string const& name) const { return path_ + "/" + name; }
  int fd() const { return fd_.get(); }

  Result<UniqueFd> open_file(std::string const& name, int flags) const;
  Result<UniqueFd> make_file(std::string const& name, unsigned mode) const;  // must not exist
  Result<std::string> read_file(std::string const& name, std::size_t bytes_max) const;
  // Replaces the file at once and for good: new file, fsync, rename, fsync of the folder. Gives the new file, open.
  Result<UniqueFd> replace_file(std::string const& name, std::string_view text) const;
  Result<> remove_file(std::string const& name) const;  // gone already: success
  Result<> remove_folder(std::string const& name) const;  // an empty one; gone already: success
  // A symbolic link of this name to there, changed at once: nobody sees half of a change.
  Result<> set_link(std::string const& name, std::string const& target) const;
  // Opens it, made where it is missing; not yet locked. Which rights may be at stake: see above.
  Result<UniqueFd> lock_file(std::string const& name) const;
  // flock(2) on it, tried until the limit. Errors: busy.
  Result<UniqueFd> lock(std::string const& name, LockKind kind, Millis limit) const;

 private:
  Folder(UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
  Result<> judge_for_locks() const;
  Result<> give_to_owner(int fd, std::string const& name) const;

  UniqueFd fd_;
  std::string path_;
};

// An image: a regular file with one name, reached over no link at all. Errors: those of the system call (system_error.hpp), access_denied.
Result<UniqueFd> open_image(std::string const& path, int flags);

// What is in the whole of an open file, from `from` on. Errors: bad_format when it is longer than bytes_max.
Result<std::string> read_all(int fd, std::string const& file, off_t from, std::size_t bytes_max);
Result<> write_all(int fd, std::string const& file, std::string_view text, off_t at);

}  // namespace rsm::block
