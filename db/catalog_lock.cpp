#include "db/catalog_lock.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace rsm::db {
namespace {

std::string words_in(int descriptor) {
  char text[32] = {};
  ssize_t const length = pread(descriptor, text, sizeof text - 1, 0);
  std::string words(text, length > 0 ? static_cast<std::size_t>(length) : 0);
  while (!words.empty() && words.back() == '\n') words.pop_back();
  return words;
}

std::unexpected<Error> owned(std::string const& catalog_path, std::string const& holder) {
  return fail(Errc::sharing_violation, catalog_path,
              fmt::format("the catalog is owned by {} (lock file {}.lock); stop it first, or name another catalog",
                          holder.empty() ? "another process" : "process " + holder, catalog_path));
}

}  // namespace

Result<CatalogLock> CatalogLock::acquire(std::string const& catalog_path, std::optional<FileOwner> owner) {
  std::string const path = catalog_path + ".lock";
  int const descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) {
    int const reason = errno;
    return fail(reason == EACCES || reason == EROFS ? Errc::access_denied : Errc::database_failure, path,
                fmt::format("the lock file of the catalog cannot be opened: {}; look at the folder and its rights", std::strerror(reason)));
  }
  CatalogLock lock(descriptor);
  // A lock that others may take is no lock.
  if (owner && fchown(descriptor, owner->user, owner->group) != 0) return std::unexpected(file_error(path, "giving it to the account of the daemon", errno));
  if (fchmod(descriptor, 0600) != 0) return std::unexpected(file_error(path, "taking the rights of others away", errno));
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) return owned(catalog_path, words_in(descriptor));
  lock.unclean_end_ = !words_in(descriptor).empty();
  std::string const holder = fmt::format("{}\n", getpid());
  if (ftruncate(descriptor, 0) != 0 || pwrite(descriptor, holder.data(), holder.size(), 0) < 0 || fsync(descriptor) != 0) {
    // The lock holds all the same; only the name of the holder is missing from it (disk full).
  }
  return lock;
}

Result<> CatalogLock::hold(std::string const& catalog_path) {
  if (catalog_ >= 0) ::close(std::exchange(catalog_, -1));
  int const descriptor = ::open(catalog_path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0 && errno == ENOENT) return {};
  if (descriptor < 0) return std::unexpected(file_error(catalog_path, "opening it", errno));
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    ::close(descriptor);
    return owned(catalog_path, "");
  }
  catalog_ = descriptor;
  return {};
}

void CatalogLock::ended_in_order() {
  if (lock_file_ >= 0 && ftruncate(lock_file_, 0) != 0) {
    // The next owner looks at the catalog once more than it had to.
  }
}

CatalogLock::~CatalogLock() {
  if (catalog_ >= 0) ::close(catalog_);
  if (lock_file_ >= 0) ::close(lock_file_);
}

}  // namespace rsm::db
