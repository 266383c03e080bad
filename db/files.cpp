#include "db/files.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <vector>

#include "db/limits.hpp"

namespace rsm::db {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(Descriptor const&) = delete;
  Descriptor& operator=(Descriptor const&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

std::unexpected<Error> failed(std::string const& path, std::string const& tried) {
  int const reason = errno;
  return std::unexpected(file_error(path, tried, reason));
}

Result<> create(std::string const& path, int more) {
  Descriptor const file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | more, 0600));
  if (file.number() < 0) return failed(path, "creating it");
  return {};
}

bool write_whole(int file, char const* bytes, std::size_t size) {
  while (size > 0) {
    ssize_t const written = ::write(file, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

}  // namespace

Error file_error(std::string const& path, std::string const& tried, int reason) {
  Errc code = Errc::database_failure;
  if (reason == ENOSPC || reason == EDQUOT) code = Errc::disk_full;
  if (reason == EACCES || reason == EPERM || reason == EROFS) code = Errc::access_denied;
  if (reason == EEXIST) code = Errc::already_exists;
  if (reason == ENOENT || reason == ENOTDIR) code = Errc::file_not_found;
  if (reason == ENAMETOOLONG || reason == ELOOP || reason == EISDIR) code = Errc::invalid_name;
  std::string detail = fmt::format("{} failed: {}", tried, std::strerror(reason));
  auto const folder = std::filesystem::path(path).parent_path();
  std::error_code ignored;
  if (code == Errc::file_not_found && !folder.empty() && !std::filesystem::is_directory(folder, ignored))
    detail = fmt::format("{} failed: there is no folder {}; make it, or name another path", tried, folder.string());
  return {code, path, std::move(detail)};
}

Result<std::string> real_path(std::string const& path) {
  namespace fs = std::filesystem;
  if (path.empty()) return fail(Errc::invalid_parameter, "catalog", "the path of the catalog is empty");
  std::error_code error;
  fs::path at = fs::absolute(path, error);
  for (int links = 0; !error && links <= limits::links_followed_max; ++links) {
    fs::path const folder = fs::weakly_canonical(at.parent_path(), error);
    if (error) break;
    at = folder / at.filename();
    if (!fs::is_symlink(fs::symlink_status(at, error))) return at.string();
    fs::path const target = fs::read_symlink(at, error);
    at = target.is_absolute() ? target : folder / target;
  }
  if (!error) return std::unexpected(file_error(path, "following its links", ELOOP));
  return std::unexpected(file_error(path, "finding what it leads to", error.value()));
}

std::string room_text(std::string const& path) {
  auto const folder = std::filesystem::path(path).parent_path().string();
  struct statvfs room {};
  if (::statvfs(folder.c_str(), &room) != 0) return fmt::format("how much the file system of {} has free is not known", folder);
  return fmt::format("the file system of {} has {} bytes free", folder, static_cast<std::uint64_t>(room.f_bavail) * room.f_frsize);
}

bool file_exists(std::string const& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

Result<std::uint64_t> file_bytes(std::string const& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return failed(path, "asking its size");
  return static_cast<std::uint64_t>(status.st_size);
}

Result<> create_private_file(std::string const& path) {
  auto created = create(path, O_NOFOLLOW);
  if (!created && created.error().code == Errc::already_exists) return make_private(path);
  RSM_CHECK(std::move(created));
  return sync_folder_of(path);
}

// By its name: a descriptor of a catalog that is closed would drop this process's locks on it.
Result<> make_private(std::string const& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return errno == ENOENT ? Result<>{} : failed(path, "asking its rights");
  if ((status.st_mode & 077) == 0) return {};
  if (::fchmodat(AT_FDCWD, path.c_str(), 0600, 0) != 0) return failed(path, "taking the rights of others away (it holds the secrets of sessions)");
  return {};
}

Result<> give_to(FileOwner owner, std::string const& path) {
  if (::lchown(path.c_str(), owner.user, owner.group) != 0) return failed(path, "giving it to the account of the daemon");
  return {};
}

Result<> create_new_private_file(std::string const& path) {
  return create(path, O_NOFOLLOW);
}

Result<> copy_durably(std::string const& from, std::string const& new_file) {
  Descriptor const source(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (source.number() < 0) return failed(from, "reading it");
  Descriptor const target(::open(new_file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (target.number() < 0) return failed(new_file, "creating it");
  std::vector<char> piece(1 << 20);
  for (;;) {
    ssize_t const got = ::read(source.number(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(from, "reading it");
    if (got == 0) break;
    if (!write_whole(target.number(), piece.data(), static_cast<std::size_t>(got))) return failed(new_file, "writing it");
  }
  if (::fsync(target.number()) != 0) return failed(new_file, "making it durable");
  return {};
}

Result<> sync_file(std::string const& path) {
  Descriptor const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number() < 0 || ::fsync(file.number()) != 0) return failed(path, "making it durable");
  return {};
}

Result<> sync_folder_of(std::string const& path) {
  auto const parent = std::filesystem::absolute(path).parent_path().string();
  Descriptor const folder(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.number() < 0 || ::fsync(folder.number()) != 0) return failed(parent, "making the folder durable");
  return {};
}

Result<> rename_over(std::string const& from, std::string const& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return failed(from, "renaming it to " + to);
  return {};
}

Result<> rename_to_new(std::string const& from, std::string const& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) != 0) return failed(to, "giving the file its name");
  return {};
}

Result<> remove_file(std::string const& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failed(path, "removing it");
  return {};
}

}  // namespace rsm::db
