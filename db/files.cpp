#include "db/files.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <vector>

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
  return {code, path, fmt::format("{} failed: {}", tried, std::strerror(reason))};
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
  if (file_exists(path)) return {};
  auto created = create(path, 0);
  if (!created && created.error().code == Errc::already_exists) return {};
  RSM_CHECK(std::move(created));
  return sync_folder_of(path);
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
