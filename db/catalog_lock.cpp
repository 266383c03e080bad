#include "db/catalog_lock.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

namespace rsm::db {
namespace {

std::string words_in(int descriptor) {
  char text[64] = {};
  ssize_t const length = pread(descriptor, text, sizeof text - 1, 0);
  std::string words(text, length > 0 ? static_cast<std::size_t>(length) : 0);
  while (!words.empty() && words.back() == '\n') words.pop_back();
  return words;
}

std::string process_in(std::string const& words) {
  return words.substr(0, words.find(' '));
}

std::optional<std::int64_t> opening_in(std::string const& words) {
  auto const gap = words.find(' ');
  if (gap == std::string::npos) return std::nullopt;
  std::int64_t opening = 0;
  auto const [end, error] = std::from_chars(words.data() + gap + 1, words.data() + words.size(), opening);
  return error == std::errc() && end == words.data() + words.size() ? std::optional(opening) : std::nullopt;
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
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) return owned(catalog_path, process_in(words_in(descriptor)));
  std::string const words = words_in(descriptor);
  lock.unclean_end_ = !words.empty();
  lock.opening_ = opening_in(words);
  lock.write_down();
  return lock;
}

// The lock holds also when this cannot be written (disk full): only what it tells of its owner is missing then.
void CatalogLock::write_down() {
  std::string const words = opening_ ? fmt::format("{} {}\n", getpid(), *opening_) : fmt::format("{}\n", getpid());
  // Cut last: it is empty at no moment, as after an end in order.
  if (pwrite(lock_file_, words.data(), words.size(), 0) < 0 || ftruncate(lock_file_, static_cast<off_t>(words.size())) != 0 || fsync(lock_file_) != 0) return;
}

void CatalogLock::opened_as(std::int64_t opening) {
  opening_ = opening;
  write_down();
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
