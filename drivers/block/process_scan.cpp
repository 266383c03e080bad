#include "drivers/block/process_scan.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/kcmp.h>
#include <linux/magic.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>

#include "drivers/block/busy_report.hpp"
#include "drivers/block/contains.hpp"
#include "drivers/block/printable.hpp"
#include "drivers/block/socket_table.hpp"
#include "drivers/block/sysfs.hpp"
#include "libmgr/domain/private_text.hpp"

namespace rsm::block {
namespace {

using OpenDirectory = std::unique_ptr<DIR, int (*)(DIR*)>;
constexpr long xfs_magic = 0x58465342;

std::string target_of(std::string const& link) {
  std::array<char, 4096> buffer{};
  ssize_t const length = ::readlink(link.c_str(), buffer.data(), buffer.size());
  return length <= 0 ? std::string{} : std::string(buffer.data(), static_cast<std::size_t>(length));
}

// "mnt_id:\t42" of a descriptor of our own.
int mount_id_of(int fd) {
  std::ifstream in(fmt::format("/proc/self/fdinfo/{}", fd));
  std::string line;
  while (std::getline(in, line))
    if (line.starts_with("mnt_id:")) return std::atoi(line.c_str() + 7);
  return -1;
}

enum class Held { nothing, file, device, socket };

// False also where that may not be asked: then both are looked at.
bool share(pid_t one, pid_t other, int what) { return ::syscall(SYS_kcmp, one, other, what, 0, 0) == 0; }

char state_of(std::string const& process) {
  std::string const line = first_line(process + "/stat");
  std::size_t const end_of_name = line.rfind(") ");  // the name may hold anything
  return end_of_name == std::string::npos || end_of_name + 2 >= line.size() ? 'X' : line[end_of_name + 2];
}

bool is_over(char state) { return state == 'Z' || state == 'X'; }

// One drive has eight nodes: the bits of the mode and of "no rewind" do not count (linux/mtio.h, devices.txt).
bool same_tape(dev_t one, dev_t other) {
  constexpr unsigned mode_bits = 0xE0;
  return major(one) == major(other) && (minor(one) & ~mode_bits) == (minor(other) & ~mode_bits);
}

class ProcessScan {
 public:
  ProcessScan(HeldThing const& thing, ScanDepth depth, BusyReport& report) : thing_(thing), depth_(depth), report_(report) {
    for (dev_t const device : thing.file_devices) hides_device_ |= major(device) == 0;
    if (depth == ScanDepth::everything && !thing.mount_ids.empty()) sockets_ = sockets_bound_on(thing.file_devices);
  }

  void run() {
    for (pid_t const process : numbered_entries("/proc"))
      if (process != ::getpid()) look_at(process);
  }

 private:
  void look_at(pid_t process) {
    process_ = process;
    thread_.clear();
    found_.clear();
    hidden_ = false;
    if (!enter(fmt::format("/proc/{}", process))) return;
    bool const has_threads = thread_count() != 1;
    look_at_descriptors();
    if (depth_ == ScanDepth::everything) {
      look_at_folders();
      look_at_link("exe", "program", "program");
      look_at_mappings();
    }
    if (has_threads && !hidden_) look_at_threads(folder_ + "/task");
    if (hidden_ && !has_ended(process)) report_.not_seen.push_back(process);
  }

  // Everything below it is reached from an open folder: the way through /proc is long.
  bool enter(std::string folder) {
    folder_ = std::move(folder);
    at_.reset(::open(folder_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    return static_cast<bool>(at_);
  }

  // A folder more for each; 0: not known.
  nlink_t thread_count() const {
    struct stat tasks {};
    return ::fstatat(at_.get(), "task", &tasks, 0) == 0 && tasks.st_nlink > 2 ? tasks.st_nlink - 2 : 0;
  }

  // What a thread has for itself: a table of files (unshare(CLONE_FILES)), folders (CLONE_FS); all of it when the first thread has ended.
  void look_at_threads(std::string const& tasks) {
    for (pid_t const thread : numbered_entries(tasks)) {
      if (thread == process_) continue;
      bool const own_files = !share(process_, thread, KCMP_FILES), own_folders = !share(process_, thread, KCMP_FS), own_memory = !share(process_, thread, KCMP_VM);
      if (!own_files && !own_folders && !own_memory) continue;
      if (!enter(fmt::format("{}/{}", tasks, thread))) continue;
      thread_ = fmt::format(" (thread {})", thread);
      if (own_files) look_at_descriptors();
      if (depth_ != ScanDepth::everything) continue;
      if (own_folders) look_at_folders();
      if (own_memory) look_at_mappings();
    }
  }

  void look_at_folders() {
    look_at_link("cwd", "working directory", "folder");
    look_at_link("root", "root directory", "folder");
  }

  void note_hidden(int error_number) { hidden_ |= error_number == EACCES || error_number == EPERM; }

  void found(std::string const& what, std::string const& words) {
    if (!found_.insert(what + words).second) return;
    report_.holders.push_back({.pid = process_, .user = user_of_process(process_), .command = command_of_process(process_), .what = words + thread_});
  }

  // The path is for the owner of the file and for whoever has it open; the others learn whose it is.
  void found_path(std::string const& what, std::string const& path, std::string const& thing, std::optional<uid_t> owner) {
    auto const holder = uid_of_process(process_);
    std::vector<std::uint32_t> readers;
    for (auto const& user : {owner, holder})
      if (user && !contains(readers, *user)) readers.push_back(*user);
    std::string const whose = readers.empty() ? "somebody" : "user " + user_text(readers.front());
    found(what, private_text::make(readers, printable(path.empty() ? what : what + " " + path), "a " + thing + " of " + whose));
  }

  void found_file(std::string const& what, std::string const& link, std::string const& thing) {
    report_.file_links.push_back(link);
    found_path(what, target_of(link), thing, owner_);
  }

  // `folder`: where the link `name` is; `link`: the same as a path.
  Held what_is_held(int folder, char const* name, std::string const& link) {
    struct statx st {};
    owner_.reset();
    may_be_ring_ = false;
    if (::statx(folder, name, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_BASIC_STATS | STATX_MNT_ID, &st) != 0) {
      note_hidden(errno);
      return errno == EIO && is_of_dead_file_system(link) ? Held::file : Held::nothing;
    }
    owner_ = st.stx_uid;
    dev_t const device = makedev(st.stx_dev_major, st.stx_dev_minor);
    inode_ = st.stx_ino;
    may_be_ring_ = (st.stx_mode & S_IFMT) == 0;
    if (S_ISSOCK(st.stx_mode) && sockets_.contains(inode_) && target_of(link).starts_with("socket:")) return Held::socket;
    if (thing_.file) return *thing_.file == FileIdentity{device, st.stx_ino} ? Held::file : Held::nothing;
    if (thing_.tape != 0) return S_ISCHR(st.stx_mode) && same_tape(makedev(st.stx_rdev_major, st.stx_rdev_minor), thing_.tape) ? Held::device : Held::nothing;
    if (S_ISBLK(st.stx_mode) && contains(thing_.devices, makedev(st.stx_rdev_major, st.stx_rdev_minor))) return Held::device;
    bool const by_mount = hides_device_ && major(device) == 0 && (st.stx_mask & STATX_MNT_ID) != 0 && contains(thing_.mount_ids, static_cast<int>(st.stx_mnt_id));
    return by_mount || contains(thing_.file_devices, device) ? Held::file : Held::nothing;
  }

  bool is_of_dead_file_system(std::string const& link) const {
    int const fd = ::open(link.c_str(), O_PATH | O_CLOEXEC);  // asks nothing of the file system
    if (fd < 0) return false;
    bool held = contains(thing_.mount_ids, mount_id_of(fd));
    struct statfs fs {};
    if (!held && ::fstatfs(fd, &fs) == 0 && fs.f_type == xfs_magic) {
      dev_t const device = static_cast<dev_t>(static_cast<std::uint32_t>(fs.f_fsid.__val[0]));
      held = contains(thing_.file_devices, device);
    }
    ::close(fd);
    return held;
  }

  void look_at_link(char const* name, char const* what, char const* thing) {
    std::string const link = folder_ + "/" + name;
    if (what_is_held(at_.get(), name, link) == Held::file) found_file(what, link, thing);
  }

  void look_at_descriptors() {
    int const folder = ::openat(at_.get(), "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    OpenDirectory const fds(folder < 0 ? nullptr : ::fdopendir(folder), ::closedir);
    if (!fds) return note_hidden(errno);
    while (dirent const* entry = ::readdir(fds.get())) {
      if (entry->d_name[0] == '.') continue;
      std::string const link = folder_ + "/fd/" + entry->d_name;
      Held const held = what_is_held(folder, entry->d_name, link);
      if (held == Held::file) found_file("open file", link, "file");
      if (held == Held::socket) found_path("unix socket", sockets_.at(inode_), "unix socket", {});
      if (held == Held::device) found("open device", "open device " + printable(target_of(link)));
      if (held == Held::nothing && may_be_ring_ && depth_ == ScanDepth::everything) look_at_ring(link, entry->d_name);
    }
  }

  // Files that are registered with an io_uring have no descriptor any more; the ring's fdinfo names them by path.
  void look_at_ring(std::string const& link, char const* fd) {
    if (thing_.mount_points.empty() || target_of(link) != "anon_inode:[io_uring]") return;
    std::ifstream in(folder_ + "/fdinfo/" + fd);
    std::string line;
    bool listing = false;
    while (std::getline(in, line)) {
      if (line.starts_with("UserFiles:")) listing = true;
      else if (!line.starts_with(' ')) listing = false;
      std::size_t const slash = line.find('/');
      if (listing && slash != std::string::npos) look_at_ring_file(line.substr(slash));
    }
  }

  void look_at_ring_file(std::string const& path) {
    for (auto const& mount_point : thing_.mount_points)
      if (path.starts_with(mount_point + "/")) found_path("file registered with io_uring", path, "file", {});
  }

  // "55d0-55d1 r--p 00000000 07:1f4 12   /mnt/a/b": device in hexadecimal, then the inode.
  void look_at_mappings() {
    UniqueFd const maps(::openat(at_.get(), "maps", O_RDONLY | O_CLOEXEC));
    if (!maps) return note_hidden(errno);
    std::string text;
    for (;;) {
      ssize_t const got = ::read(maps.get(), buffer_.data(), buffer_.size());
      if (got < 0) return note_hidden(errno);
      if (got == 0) break;
      text.append(buffer_.data(), static_cast<std::size_t>(got));
    }
    for (std::string_view rest = text; !rest.empty();) {
      std::size_t const end = std::min(rest.find('\n'), rest.size());
      look_at_mapping(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }

  void look_at_mapping(std::string_view line) {
    std::size_t at = 0;
    for (int words = 0; words < 3; ++words) {
      at = line.find(' ', at);
      if (at++ == std::string_view::npos) return;
    }
    unsigned major_number = 0, minor_number = 0;
    unsigned long inode = 0;
    char const* const end = line.data() + line.size();
    auto const colon = std::from_chars(line.data() + at, end, major_number, 16);
    if (colon.ptr == end || *colon.ptr != ':') return;
    auto const blank = std::from_chars(colon.ptr + 1, end, minor_number, 16);
    if (blank.ptr == end || std::from_chars(blank.ptr + 1, end, inode).ec != std::errc{} || inode == 0) return;
    dev_t const device = makedev(major_number, minor_number);
    bool const held = thing_.file ? *thing_.file == FileIdentity{device, inode} : contains(thing_.file_devices, device);
    std::size_t const path = line.find('/', at);
    if (held) found_path("mapping", path == std::string_view::npos ? std::string{} : std::string(line.substr(path)), "file", {});
  }

  HeldThing const& thing_;
  ScanDepth const depth_;
  BusyReport& report_;
  bool hides_device_ = false;  // btrfs: files are known by their mount only; else never, since mount ids are soon used again
  pid_t process_ = 0;
  std::string folder_;
  UniqueFd at_;         // the same, open
  std::array<char, 65536> buffer_{};
  bool may_be_ring_ = false;  // what was looked at last is no file at all
  std::string thread_;  // " (thread 4712)" while one is looked at
  std::optional<uid_t> owner_;  // of what was looked at last
  ino_t inode_ = 0;             // the same
  std::map<ino_t, std::string> sockets_;  // bound to a file on it
  std::set<std::string> found_;
  bool hidden_ = false;
};

}  // namespace

std::vector<pid_t> numbered_entries(std::string const& folder_path) {
  std::vector<pid_t> numbers;
  std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(folder_path.c_str()), ::closedir);
  if (!folder) return numbers;
  while (dirent const* entry = ::readdir(folder.get())) {
    pid_t number = 0;
    char const* const end = entry->d_name + std::strlen(entry->d_name);
    if (std::from_chars(entry->d_name, end, number).ptr == end) numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

void scan_processes(HeldThing const& thing, ScanDepth depth, BusyReport& report) { ProcessScan(thing, depth, report).run(); }

std::optional<uid_t> uid_of_process(pid_t process) {
  struct stat st {};
  if (::stat(fmt::format("/proc/{}", process).c_str(), &st) != 0) return std::nullopt;
  return st.st_uid;
}

std::string user_text(uid_t user) {
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) return printable(entry.pw_name);
  return std::to_string(user);
}

std::string user_of_process(pid_t process) {
  auto const user = uid_of_process(process);
  return user ? user_text(*user) : std::string{};
}

bool has_ended(pid_t process) {
  std::string const folder = fmt::format("/proc/{}", process);
  if (!is_over(state_of(folder))) return false;
  auto const threads = numbered_entries(folder + "/task");  // the first thread may have ended before the others
  return std::none_of(threads.begin(), threads.end(), [&](pid_t thread) { return thread != process && !is_over(state_of(fmt::format("{}/task/{}", folder, thread))); });
}

std::string command_of_process(pid_t process) {
  std::ifstream in(fmt::format("/proc/{}/comm", process));
  std::string name;
  std::getline(in, name);
  return printable(name);
}

}  // namespace rsm::block
