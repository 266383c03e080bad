// The ownership of a catalog: one process at a time.
//
// What for: the daemon holds it for its life time, a restore while it replaces the file. It is an flock on `<catalog>.lock`
// (the file stays; the lock ends with the process, however it ends) and names the holder's process in it.
// Errors: sharing_violation (32) with the file and the holder; access_denied (5) and others with the system's words.
// Thread rule: a value of one thread.
#pragma once

#include <string>
#include <utility>

#include "libmgr/domain/error.hpp"

namespace rsm::db {

class CatalogLock {
 public:
  static Result<CatalogLock> acquire(std::string const& catalog_path);
  CatalogLock(CatalogLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  CatalogLock& operator=(CatalogLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~CatalogLock();

 private:
  explicit CatalogLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace rsm::db
