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

#include "drivers/block/folder.hpp"
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

// A new file of this name with the same content, owner and mode; nothing of it is left when it fails.
Result<> copy_to(int from, Folder const& folder, std::string const& name) {
  struct stat st {};
  if (::fstat(from, &st) != 0) return system_failure(errno, folder.path_of(name), "look at what is to be copied");
  RSM_CHECK(folder.remove_file(name));  // what an earlier process left half done
  RSM_TRY(UniqueFd const to, folder.make_file(name, 0600));
  int problem = copy_content(from, to.get(), st.st_size);
  if (problem == 0 && ::fchown(to.get(), st.st_uid, st.st_gid) != 0 && errno != EPERM) problem = errno;
  if (problem == 0 && ::fchmod(to.get(), st.st_mode & 07777) != 0) problem = errno;
  if (problem == 0 && ::fsync(to.get()) != 0) problem = errno;
  if (problem == 0) return {};
  RSM_CHECK(folder.remove_file(name));
  return system_failure(problem, folder.path_of(name), "copy to it");
}

Result<Folder> folder_of(std::string const& path) { return Folder::open_without_links(std::filesystem::path(path).parent_path().string()); }
std::string name_of(std::string const& path) { return std::filesystem::path(path).filename().string(); }

}  // namespace

Result<> copy_image(std::string const& from, std::string const& to) {
  RSM_TRY(UniqueFd const source, open_image(from, O_RDONLY));
  RSM_TRY(Folder const folder, folder_of(to));
  return copy_to(source.get(), folder, name_of(to));
}

Result<> replace_by_copy(std::string const& path) {
  RSM_TRY(UniqueFd const from, open_image(path, O_RDONLY));
  RSM_TRY(Folder const folder, folder_of(path));
  std::string const name = name_of(path), copy = name + ".copy";
  RSM_CHECK(copy_to(from.get(), folder, copy));
  if (::renameat(folder.fd(), copy.c_str(), folder.fd(), name.c_str()) != 0) {
    int const problem = errno;
    RSM_CHECK(folder.remove_file(copy));
    return system_failure(problem, path, "put its copy in place");
  }
  if (::fsync(folder.fd()) != 0) return system_failure(errno, path, "make the copy's name durable");
  return {};
}

}  // namespace rsm::block
