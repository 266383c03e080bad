#include "cli/rsm/commands/output_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "cli/rsm/commands/descriptor.hpp"

namespace rsm::cli {
namespace {

std::unexpected<Error> not_written(int problem, std::string const& path) {
  Errc code = Errc::write_fault;
  if (problem == EACCES || problem == EPERM || problem == EROFS) code = Errc::access_denied;
  if (problem == ENOSPC || problem == EDQUOT) code = Errc::disk_full;
  if (problem == ENOENT || problem == ENOTDIR) code = Errc::file_not_found;
  return fail(code, path, std::string("it cannot be written: ") + std::strerror(problem));
}

}  // namespace

Result<> write_output_file(std::string const& path, std::string_view bytes) {
  std::filesystem::path const whole(path);
  std::string const other = (whole.parent_path() / ("." + whole.filename().string() + "." + std::to_string(::getpid()))).string();
  Descriptor const file(::open(other.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!file) return not_written(errno, path);
  bool written = true;
  for (std::size_t done = 0; written && done < bytes.size();) {
    ssize_t const part = ::write(file.get(), bytes.data() + done, bytes.size() - done);
    if (part < 0 && errno == EINTR) continue;
    written = part > 0;
    done += written ? static_cast<std::size_t>(part) : 0;
  }
  if (written && ::fsync(file.get()) == 0 && std::rename(other.c_str(), path.c_str()) == 0) return {};
  int const problem = errno;
  ::unlink(other.c_str());
  return not_written(problem, path);
}

}  // namespace rsm::cli
