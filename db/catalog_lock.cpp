#include "db/catalog_lock.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace rsm::db {
namespace {

std::string holder_in(int descriptor) {
  char text[32] = {};
  ssize_t const length = pread(descriptor, text, sizeof text - 1, 0);
  std::string holder(text, length > 0 ? static_cast<std::size_t>(length) : 0);
  while (!holder.empty() && holder.back() == '\n') holder.pop_back();
  return holder.empty() ? "another process" : "process " + holder;
}

}  // namespace

Result<CatalogLock> CatalogLock::acquire(std::string const& catalog_path) {
  std::string const path = catalog_path + ".lock";
  int const descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) {
    int const reason = errno;
    return fail(reason == EACCES || reason == EROFS ? Errc::access_denied : Errc::database_failure, path,
                fmt::format("the lock file of the catalog cannot be opened: {}; look at the folder and its rights", std::strerror(reason)));
  }
  CatalogLock lock(descriptor);
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0)
    return fail(
        Errc::sharing_violation, catalog_path,
        fmt::format("the catalog is owned by {} (lock file {}); stop it first, or name another catalog", holder_in(descriptor), path));
  std::string const holder = fmt::format("{}\n", getpid());
  if (ftruncate(descriptor, 0) != 0 || pwrite(descriptor, holder.data(), holder.size(), 0) < 0) {
    // The lock holds all the same; only the name of the holder is missing from it (disk full).
  }
  return lock;
}

CatalogLock::~CatalogLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace rsm::db
