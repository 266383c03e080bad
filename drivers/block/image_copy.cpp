#include "drivers/block/image_copy.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <vector>

#include "drivers/block/system_error.hpp"
#include "drivers/block/unique_fd.hpp"

namespace rsm::block {
namespace {

constexpr std::size_t piece_bytes = 1024 * 1024;

// 0, or an errno.
int copy_by_hand(int from, int to, off_t at, off_t end) {
  std::vector<char> piece(piece_bytes);
  while (at < end) {
    auto const wanted = std::min<std::size_t>(piece.size(), static_cast<std::size_t>(end - at));
    ssize_t const got = ::pread(from, piece.data(), wanted, at);
    if (got < 0) return errno;
    if (got == 0) return 0;
    for (ssize_t done = 0; done < got;) {
      ssize_t const written = ::pwrite(to, piece.data() + done, static_cast<std::size_t>(got - done), at + done);
      if (written < 0) return errno;
      done += written;
    }
    at += got;
  }
  return 0;
}

int copy_range(int from, int to, off_t at, off_t end) {
  while (at < end) {
    off_t source = at, target = at;
    ssize_t const copied = ::copy_file_range(from, &source, to, &target, static_cast<std::size_t>(end - at), 0);
    if (copied < 0 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP)) return copy_by_hand(from, to, at, end);
    if (copied < 0) return errno;
    if (copied == 0) return 0;
    at += copied;
  }
  return 0;
}

int copy_content(int from, int to, off_t size) {
  if (::ioctl(to, FICLONE, from) == 0) return 0;
  if (::ftruncate(to, size) != 0) return errno;
  for (off_t at = 0; at < size;) {
    off_t const data = ::lseek(from, at, SEEK_DATA);
    if (data < 0 && errno == ENXIO) return 0;  // only a hole is left
    if (data < 0) return errno == EINVAL ? copy_range(from, to, at, size) : errno;
    off_t const hole = ::lseek(from, data, SEEK_HOLE);
    off_t const end = hole < 0 ? size : std::min(hole, size);
    if (int const problem = copy_range(from, to, data, end); problem != 0) return problem;
    at = end;
  }
  return 0;
}

int copy_to(int from, std::string const& path, struct stat const& st) {
  ::unlink(path.c_str());  // what an earlier process left half done
  UniqueFd const to(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!to) return errno;
  if (int const problem = copy_content(from, to.get(), st.st_size); problem != 0) return problem;
  if (::fchown(to.get(), st.st_uid, st.st_gid) != 0 && errno != EPERM) return errno;
  if (::fchmod(to.get(), st.st_mode & 07777) != 0) return errno;
  return ::fsync(to.get()) == 0 ? 0 : errno;
}

Result<UniqueFd> open_for_copy(std::string const& path, struct stat& st) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!fd || ::fstat(fd.get(), &st) != 0) return system_failure(errno, path, "read it for a copy");
  if (!S_ISREG(st.st_mode)) return fail(Errc::access_denied, path, "it is no regular file");
  return fd;
}

int sync_folder_of(std::string const& path) {
  std::string const folder = std::filesystem::path(path).parent_path().string();
  UniqueFd const fd(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return fd && ::fsync(fd.get()) == 0 ? 0 : errno;
}

}  // namespace

Result<> copy_image(std::string const& from, std::string const& to) {
  struct stat st {};
  RSM_TRY(UniqueFd const source, open_for_copy(from, st));
  int const problem = copy_to(source.get(), to, st);
  if (problem == 0) return {};
  ::unlink(to.c_str());
  return system_failure(problem, from, "copy it to " + to);
}

Result<> replace_by_copy(std::string const& path) {
  struct stat st {};
  RSM_TRY(UniqueFd const from, open_for_copy(path, st));
  std::string const copy = path + ".copy";
  int problem = copy_to(from.get(), copy, st);
  if (problem == 0 && ::rename(copy.c_str(), path.c_str()) != 0) problem = errno;
  if (problem != 0) {
    ::unlink(copy.c_str());
    return system_failure(problem, path, "copy it");
  }
  if (int const not_synced = sync_folder_of(path); not_synced != 0) return system_failure(not_synced, path, "make the copy's name durable");
  return {};
}

}  // namespace rsm::block
