#include "drivers/block/folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <thread>

#include "drivers/block/limits.hpp"
#include "drivers/block/system_error.hpp"

namespace rsm::block {
namespace {

constexpr mode_t of_others = 077;
constexpr mode_t written_by_others = 022;

Errc file_errc(int error_number) {
  switch (error_number) {
    case EACCES:
    case EPERM:
    case EROFS:
    case ELOOP: return Errc::access_denied;
    case ENOENT:
    case ENOTDIR: return Errc::object_not_found;
    case EEXIST: return Errc::already_exists;
    case ENOSPC:
    case EDQUOT: return Errc::disk_full;
    case EBUSY: return Errc::busy;
    default: return Errc::write_fault;
  }
}

bool is_link(int folder, std::string const& name) {
  struct stat st {};
  return ::fstatat(folder, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode);
}

// In one call, where the kernel knows it (Linux 5.6). None: for any reason.
UniqueFd open_at_once_over_no_link(std::string const& path, int flags) {
  open_how how{};
  int const allowed = (flags & O_PATH) != 0 ? flags & (O_PATH | O_DIRECTORY) : flags;  // it refuses what O_PATH makes meaningless
  how.flags = static_cast<__u64>(allowed | O_NOFOLLOW | O_CLOEXEC);
  how.resolve = RESOLVE_NO_SYMLINKS;
  return UniqueFd(static_cast<int>(::syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof how)));
}

// Level by level, each by the descriptor of the one before. None: errno says why, ELOOP for a link.
UniqueFd open_level_by_level(std::string const& path, int flags) {
  UniqueFd at(::open(path.starts_with('/') ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  std::string_view rest(path);
  while (at) {
    std::size_t const begin = std::min(rest.find_first_not_of('/'), rest.size());
    std::size_t const end = std::min(rest.find('/', begin), rest.size());
    std::string const name(rest.substr(begin, end - begin));
    rest.remove_prefix(end);
    bool const last = rest.find_first_not_of('/') == std::string_view::npos;
    UniqueFd next(::openat(at.get(), name.empty() ? "." : name.c_str(), (last ? flags : O_PATH | O_DIRECTORY) | O_NOFOLLOW | O_CLOEXEC));
    if (!next && errno == ENOTDIR && is_link(at.get(), name)) errno = ELOOP;
    int const problem = errno;
    at = std::move(next);
    if (!at) errno = problem;
    if (last) break;
  }
  return at;
}

UniqueFd open_over_no_link(std::string const& path, int flags) {
  if (UniqueFd fd = open_at_once_over_no_link(path, flags)) return fd;
  return open_level_by_level(path, flags);  // also says why it cannot be
}

// A file that is really one of this folder: not a link, a FIFO, a device, and not somebody else's file under a second name.
Result<> judge_file(int fd, std::string const& file) {
  struct stat st {};
  if (::fstat(fd, &st) != 0) return file_failure(errno, file, "look at it");
  if (!S_ISREG(st.st_mode)) return fail(Errc::access_denied, file, "it is no regular file; remove it");
  if (st.st_nlink > 1) return fail(Errc::access_denied, file, "it has a second name (a hard link) somewhere; remove it");
  return {};
}

}  // namespace

std::unexpected<Error> file_failure(int error_number, std::string const& file, std::string const& tried) {
  if (error_number == ELOOP) return fail(Errc::access_denied, file, "cannot " + tried + ": it is a symbolic link, which is not followed here; remove it");
  return fail(file_errc(error_number), file, "cannot " + tried + ": " + errno_text(error_number));
}

Result<Folder> Folder::open(std::string const& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return file_failure(errno, path, "open this folder");
  return Folder(std::move(fd), path);
}

Result<Folder> Folder::open_without_links(std::string const& path) {
  UniqueFd fd = open_over_no_link(path, O_RDONLY | O_DIRECTORY);
  if (!fd) return file_failure(errno, path, "open this folder");
  return Folder(std::move(fd), path);
}

Result<Folder> Folder::make_private(std::string const& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return file_failure(errno, path, "make this folder");
  return open_private(path);
}

Result<Folder> Folder::open_private(std::string const& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd && errno == ENOTDIR) errno = ELOOP;
  if (!fd) return file_failure(errno, path, "open this folder");
  struct stat st {};
  if (::fstat(fd.get(), &st) != 0) return file_failure(errno, path, "look at it");
  if (st.st_uid != ::geteuid() && st.st_uid != 0)
    return fail(Errc::access_denied, path, fmt::format("it belongs to the account with number {}, so what is in it cannot be believed; remove it", st.st_uid));
  Folder folder(std::move(fd), path);
  RSM_CHECK(folder.judge_for_locks());
  return folder;
}

Result<Folder> Folder::make(std::string const& path) {
  std::string const parent = std::filesystem::path(path).parent_path().string();
  std::error_code error;
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  if (error) return file_failure(error.value(), parent, "make this folder");
  if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) return file_failure(errno, path, "make this folder");
  return open(path);
}

Result<Folder> Folder::folder(std::string const& name) const {
  UniqueFd fd(::openat(fd_.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd && errno == ENOTDIR) {
    struct stat st {};
    if (::fstatat(fd_.get(), name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0) return fail(Errc::access_denied, path_of(name), "it is no folder of this one (a link is not followed here); remove it");
    errno = ENOENT;
  }
  if (!fd) return file_failure(errno, path_of(name), "open this folder");
  return Folder(std::move(fd), path_of(name));
}

Result<Folder> Folder::make_folder(std::string const& name) const {
  bool const made = ::mkdirat(fd_.get(), name.c_str(), 0755) == 0;
  if (!made && errno != EEXIST) return file_failure(errno, path_of(name), "make this folder");
  RSM_TRY(Folder below, folder(name));
  if (made) RSM_CHECK(give_to_owner(below.fd_.get(), name));
  return below;
}

Result<> Folder::give_to_owner(int fd, std::string const& name) const {
  if (::geteuid() != 0) return {};
  struct stat st {};
  if (::fstat(fd_.get(), &st) != 0) return file_failure(errno, path_, "look at it");
  if (::fchown(fd, st.st_uid, st.st_gid) != 0) return file_failure(errno, path_of(name), "give it to the owner of its folder");
  return {};
}

Result<UniqueFd> Folder::open_file(std::string const& name, int flags) const {
  UniqueFd fd(::openat(fd_.get(), name.c_str(), flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!fd) return file_failure(errno, path_of(name), "open it");
  RSM_CHECK(judge_file(fd.get(), path_of(name)));
  return fd;
}

Result<UniqueFd> Folder::make_file(std::string const& name, unsigned mode) const {
  UniqueFd fd(::openat(fd_.get(), name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!fd) return file_failure(errno, path_of(name), "make it");
  RSM_CHECK(give_to_owner(fd.get(), name));
  return fd;
}

Result<std::string> Folder::read_file(std::string const& name, std::size_t bytes_max) const {
  RSM_TRY(UniqueFd const fd, open_file(name, O_RDONLY));
  return read_all(fd.get(), path_of(name), 0, bytes_max);
}

Result<UniqueFd> Folder::replace_file(std::string const& name, std::string_view text) const {
  std::string const fresh = name + ".new";
  RSM_CHECK(remove_file(fresh));  // what an earlier process left half done, or somebody planted
  RSM_TRY(UniqueFd fd, make_file(fresh, 0644));
  RSM_CHECK(write_all(fd.get(), path_of(fresh), text, 0));
  if (::fsync(fd.get()) != 0) return file_failure(errno, path_of(fresh), "write it to the disk");
  if (::renameat(fd_.get(), fresh.c_str(), fd_.get(), name.c_str()) != 0) return file_failure(errno, path_of(name), "replace it");
  if (::fsync(fd_.get()) != 0) return file_failure(errno, path_, "write it to the disk");
  return fd;
}

Result<> Folder::remove_file(std::string const& name) const {
  if (::unlinkat(fd_.get(), name.c_str(), 0) != 0 && errno != ENOENT) return file_failure(errno, path_of(name), "remove it");
  return {};
}

Result<> Folder::remove_folder(std::string const& name) const {
  if (::unlinkat(fd_.get(), name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) return file_failure(errno, path_of(name), "remove it");
  return {};
}

Result<> Folder::set_link(std::string const& name, std::string const& target) const {
  std::string const fresh = name + ".new";
  RSM_CHECK(remove_file(fresh));  // what an earlier process left
  if (::symlinkat(target.c_str(), fd_.get(), fresh.c_str()) != 0) return file_failure(errno, path_of(name), "make the link to " + target);
  if (::renameat(fd_.get(), fresh.c_str(), fd_.get(), name.c_str()) == 0) return {};
  int const problem = errno;
  RSM_CHECK(remove_file(fresh));
  return file_failure(problem, path_of(name), "put the link to " + target + " in place");
}

Result<> Folder::judge_for_locks() const {
  struct stat st {};
  if (::fstat(fd_.get(), &st) != 0) return file_failure(errno, path_, "look at it");
  if ((st.st_mode & written_by_others) != 0)
    return fail(Errc::access_denied, path_, fmt::format("others may write in it (mode {:04o}), so a lock in it protects nothing; chmod go-w it", st.st_mode & 07777));
  uid_t const me = ::geteuid();
  if (me != 0 && st.st_uid != me && st.st_uid != 0)
    return fail(Errc::access_denied, path_, fmt::format("it belongs to the account with number {}, so a lock in it protects nothing from that account", st.st_uid));
  return {};
}

Result<UniqueFd> Folder::lock_file(std::string const& name) const {
  RSM_CHECK(judge_for_locks());
  UniqueFd fd(::openat(fd_.get(), name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (fd) {
    RSM_CHECK(give_to_owner(fd.get(), name));
    return fd;
  }
  if (errno != EEXIST) return file_failure(errno, path_of(name), "make the lock file");
  RSM_TRY(fd, open_file(name, O_RDWR));
  struct stat st {}, folder {};
  if (::fstat(fd.get(), &st) != 0 || ::fstat(fd_.get(), &folder) != 0) return file_failure(errno, path_of(name), "look at it");
  uid_t const me = ::geteuid();
  if (st.st_uid != me && st.st_uid != 0 && st.st_uid != folder.st_uid)
    return fail(Errc::access_denied, path_of(name), fmt::format("this lock file belongs to the account with number {}; remove it", st.st_uid));
  if ((st.st_mode & of_others) != 0 && ::fchmod(fd.get(), 0600) != 0) return file_failure(errno, path_of(name), "keep others from this lock file");
  return fd;
}

Result<UniqueFd> Folder::lock(std::string const& name, LockKind kind, Millis limit) const {
  RSM_TRY(UniqueFd fd, lock_file(name));
  auto const end = std::chrono::steady_clock::now() + limit;
  int const how = (kind == LockKind::shared ? LOCK_SH : LOCK_EX) | LOCK_NB;
  while (::flock(fd.get(), how) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return file_failure(errno, path_of(name), "lock it");
    if (std::chrono::steady_clock::now() >= end) return fail(Errc::busy, path_of(name), "another process holds this lock; lslocks says which");
    std::this_thread::sleep_for(limits::folder_lock_pause);
  }
  return fd;
}

Result<UniqueFd> open_image(std::string const& path, int flags) {
  UniqueFd fd = open_over_no_link(path, flags | O_NONBLOCK);
  if (!fd && errno == ELOOP) return file_failure(errno, path, "open the image");
  if (!fd) return system_failure(errno, path, "open the image");
  struct stat st {};
  if (::fstat(fd.get(), &st) != 0) return system_failure(errno, path, "look at it");
  if (!S_ISREG(st.st_mode)) return fail(Errc::bad_format, path, "an image is a regular file");
  if (st.st_nlink > 1) return fail(Errc::access_denied, path, "this image has a second name (a hard link) somewhere; remove it");
  return fd;
}

Result<std::string> read_all(int fd, std::string const& file, off_t from, std::size_t bytes_max) {
  std::string text;
  char piece[64 * 1024];
  for (;;) {
    ssize_t const got = ::pread(fd, piece, sizeof piece, from + static_cast<off_t>(text.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_failure(errno, file, "read it");
    if (got == 0) return text;
    text.append(piece, static_cast<std::size_t>(got));
    if (text.size() > bytes_max) return fail(Errc::bad_format, file, "it is longer than any file of this kind");
  }
}

Result<> write_all(int fd, std::string const& file, std::string_view text, off_t at) {
  while (!text.empty()) {
    ssize_t const written = ::pwrite(fd, text.data(), text.size(), at);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return file_failure(errno, file, "write it");
    text.remove_prefix(static_cast<std::size_t>(written));
    at += written;
  }
  return {};
}

}  // namespace rsm::block
