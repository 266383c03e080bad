#include "drivers/emulated/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

#include "libmgr/domain/limits.hpp"

namespace rsm::emulated {

std::unexpected<Error> system_failure(int number, std::string const& file, std::string const& tried) {
  std::string const detail = "cannot " + tried + ": " + std::generic_category().message(number);
  switch (number) {
    case EACCES:
    case EPERM:
    case EROFS:
      return fail(Errc::access_denied, file, detail);
    case ENOENT:
    case ENOTDIR:
      return fail(Errc::object_not_found, file, detail);
    case EEXIST:
      return fail(Errc::already_exists, file, detail);
    case ENOSPC:
    case EDQUOT:
      return fail(Errc::disk_full, file, detail);
    case EBUSY:
      return fail(Errc::busy, file, detail);
    default:
      return fail(Errc::write_fault, file, detail);
  }
}

FileHandle::~FileHandle() {
  if (fd_ >= 0) ::close(fd_);
}

Result<FileHandle> open_file(std::string const& file, int flags, unsigned mode) {
  int const fd = ::open(file.c_str(), flags | O_CLOEXEC, mode);
  if (fd < 0) return system_failure(errno, file, "open it");
  return FileHandle(fd);
}

Result<std::string> read_file(std::string const& file) {
  RSM_TRY(FileHandle const handle, open_file(file, O_RDONLY));
  std::string text;
  char piece[64 * 1024];
  for (;;) {
    ssize_t const n = ::read(handle.fd(), piece, sizeof piece);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_failure(errno, file, "read it");
    if (n == 0) return text;
    text.append(piece, static_cast<std::size_t>(n));
    if (text.size() > limits::emulator_file_bytes_max) return fail(Errc::bad_format, file, "it is longer than any file of this kind");
  }
}

Result<> replace_file(std::string const& folder, std::string const& name, std::string_view text) {
  std::string const file = folder + "/" + name;
  std::string const fresh = file + ".new";
  RSM_TRY(FileHandle const handle, open_file(fresh, O_WRONLY | O_CREAT | O_TRUNC));
  for (std::size_t written = 0; written < text.size();) {
    ssize_t const n = ::write(handle.fd(), text.data() + written, text.size() - written);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_failure(errno, fresh, "write it");
    written += static_cast<std::size_t>(n);
  }
  if (::fsync(handle.fd()) != 0) return system_failure(errno, fresh, "write it to the disk");
  if (::rename(fresh.c_str(), file.c_str()) != 0) return system_failure(errno, file, "replace it");
  RSM_TRY(FileHandle const parent, open_file(folder, O_RDONLY | O_DIRECTORY));
  if (::fsync(parent.fd()) != 0) return system_failure(errno, folder, "write it to the disk");
  return {};
}

Result<FileHandle> lock_file(std::string const& file) {
  RSM_TRY(FileHandle handle, open_file(file, O_RDWR | O_CREAT));
  auto const limit = std::chrono::steady_clock::now() + limits::emulator_lock_limit;
  while (::flock(handle.fd(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return system_failure(errno, file, "lock it");
    if (std::chrono::steady_clock::now() >= limit)
      return fail(Errc::timeout, file,
                  "another process has held this lock for " + duration_text(limits::emulator_lock_limit) + "; see who, with lslocks");
    std::this_thread::sleep_for(limits::emulator_lock_pause);
  }
  return handle;
}

}  // namespace rsm::emulated
