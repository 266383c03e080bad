// The ownership of a catalog: one process at a time.
//
// What for: the daemon holds it for its life time, a restore while it replaces the file. It is an flock on `<catalog>.lock` and, from
// hold() on, on the catalog itself, so that neither another name of the file nor a removed lock file lets a second owner in. The lock
// ends with the process, however it ends; the lock file stays, and names the owner's process and its opening (db/opening_number.hpp)
// until ended_in_order(): what the next owner finds in it tells how this one ended. `catalog_path` is the file's real path (db/files.hpp).
// Errors: sharing_violation (32) with the file and the holder; access_denied (5) and others with the system's words.
// Thread rule: a value of one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "db/files.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::db {

class CatalogLock {
 public:
  // The lock file is given to `owner`.
  static Result<CatalogLock> acquire(std::string const& catalog_path, std::optional<FileOwner> owner = {});
  CatalogLock(CatalogLock&& other) noexcept
      : lock_file_(std::exchange(other.lock_file_, -1)), catalog_(std::exchange(other.catalog_, -1)), unclean_end_(other.unclean_end_), opening_(other.opening_) {}
  CatalogLock& operator=(CatalogLock&& other) noexcept {
    std::swap(lock_file_, other.lock_file_);
    std::swap(catalog_, other.catalog_);
    std::swap(unclean_end_, other.unclean_end_);
    std::swap(opening_, other.opening_);
    return *this;
  }
  ~CatalogLock();

  // Locks the catalog itself, too; of one that is not there: nothing. Again when another file has taken its place. No connection of this process may be open.
  Result<> hold(std::string const& catalog_path);
  // The owner before has not ended in order: it was killed, or the machine stopped.
  bool unclean_end() const { return unclean_end_; }
  // The newest one that was not ended in order; nothing: it is not known, or there is none.
  std::optional<std::int64_t> opening() const { return opening_; }
  void opened_as(std::int64_t opening);
  void ended_in_order();

 private:
  void write_down();
  explicit CatalogLock(int lock_file) : lock_file_(lock_file) {}
  int lock_file_ = -1;
  int catalog_ = -1;
  bool unclean_end_ = false;
  std::optional<std::int64_t> opening_;
};

}  // namespace rsm::db
