#include "cli/rsm/discover/library_file.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "cli/rsm/commands/descriptor.hpp"

namespace rsm::cli {
namespace {

std::unexpected<Error> failure(int problem, std::string const& path) {
  Errc code = Errc::write_fault;
  if (problem == EACCES || problem == EPERM || problem == EROFS) code = Errc::access_denied;
  if (problem == EEXIST) code = Errc::already_exists;
  if (problem == ENOSPC || problem == EDQUOT) code = Errc::disk_full;
  if (problem == ENOENT || problem == ENOTDIR) code = Errc::file_not_found;
  return fail(code, path, "it cannot be written: " + std::generic_category().message(problem));
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    ssize_t const written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Result<> write_library_file(std::string const& path, std::string_view text) {
  std::filesystem::path const whole(path);
  std::string const folder = whole.parent_path().string();
  if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) return failure(errno, folder);
  Descriptor const directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return failure(errno, folder);
  std::string const name = whole.filename().string(), other = "." + name + "." + std::to_string(::getpid());
  Descriptor const file(::openat(directory.get(), other.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file) return failure(errno, path);
  bool const stored = write_all(file.get(), text) && ::fchmod(file.get(), 0644) == 0 && ::fsync(file.get()) == 0;
  bool const there = stored && ::renameat2(directory.get(), other.c_str(), directory.get(), name.c_str(), RENAME_NOREPLACE) == 0;
  if (!there) {
    int const problem = errno;
    ::unlinkat(directory.get(), other.c_str(), 0);
    if (problem == EEXIST) return fail(Errc::already_exists, path, "there is such a file already: it is left as it is; --name gives another name");
    return failure(problem, path);
  }
  if (::fsync(directory.get()) != 0) return failure(errno, path);
  return {};
}

}  // namespace rsm::cli
