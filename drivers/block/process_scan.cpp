#include "drivers/block/process_scan.hpp"

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
#include <cstdio>
#include <cstring>
#include <iterator>
#include <set>
#include <span>

#include "drivers/block/busy_report.hpp"
#include "drivers/block/contains.hpp"
#include "drivers/block/in_slices.hpp"
#include "drivers/block/mappings.hpp"
#include "drivers/block/printable.hpp"
#include "drivers/block/sights.hpp"
#include "drivers/block/sysfs.hpp"
#include "libmgr/domain/private_text.hpp"

namespace rsm::block {
namespace {

constexpr long xfs_magic = 0x58465342;

std::string target_of(std::string const& link) {
  std::array<char, 4096> buffer{};
  ssize_t const length = ::readlink(link.c_str(), buffer.data(), buffer.size());
  return length <= 0 ? std::string{} : std::string(buffer.data(), static_cast<std::size_t>(length));
}

// "mnt_id:\t42" of a descriptor of our own.
int mount_id_of(int fd) {
  int id = -1;
  for_each_line(whole_text(fmt::format("/proc/thread-self/fdinfo/{}", fd)), [&](std::string_view line) {
    if (line.starts_with("mnt_id:")) id = std::atoi(std::string(line.substr(7)).c_str());
  });
  return id;
}

enum class Held { nothing, file, device, socket };

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

// linux/sched.h, as ps(1) reads it: the seventh field behind the name.
bool is_kernel_thread(pid_t thread) {
  constexpr unsigned long kernel_thread = 0x00200000;  // PF_KTHREAD
  std::string const line = first_line(fmt::format("/proc/{}/stat", thread));
  std::size_t const end_of_name = line.rfind(") ");
  unsigned long flags = 0;
  return end_of_name != std::string::npos && std::sscanf(line.c_str() + end_of_name + 2, "%*c %*d %*d %*d %*d %*d %lu", &flags) == 1 && (flags & kernel_thread) != 0;
}

// In order. Empty where they cannot be told from others (another namespace of processes, a kernel without the list).
std::vector<pid_t> kernel_threads() {
  constexpr pid_t parent_of_all = 2;  // kthreadd
  std::vector<pid_t> threads;
  if (!is_kernel_thread(parent_of_all)) return threads;
  std::string const children = whole_text(fmt::format("/proc/{0}/task/{0}/children", parent_of_all));
  char const* at = children.data();
  char const* const end = at + children.size();
  for (pid_t thread = 0; at < end; ++at) {
    auto const [behind, error] = std::from_chars(at, end, thread);
    if (error != std::errc{}) break;
    threads.push_back(thread);
    at = behind;
  }
  std::sort(threads.begin(), threads.end());
  return threads;
}

class ProcessScan {
 public:
  ProcessScan(HeldThing const& thing, ScanDepth depth, BoundSockets const& sockets, bool notes_sights) : thing_(thing), depth_(depth), sockets_(sockets) {
    if (notes_sights) sights_.emplace(depth == ScanDepth::everything ? Sights::Networks::noted : Sights::Networks::left_out);  // a device is no socket
    for (dev_t const device : thing.file_devices) hides_device_ |= major(device) == 0;
  }

  struct Found {
    BusyReport report;
    std::optional<Sights> sights;
  };
  Found look_at_all(std::span<pid_t const> processes) {
    pid_t const self = ::getpid();
    for (pid_t const process : processes) {
      if (process != self) look_at(process);
      else if (sights_) sights_->look_at_process(process);
    }
    return {std::move(report_), std::move(sights_)};
  }

 private:
  void look_at(pid_t process) {
    process_ = process;
    thread_.clear();
    found_.clear();
    hidden_ = refused_ = false;
    root_.reset();
    if (!enter(fmt::format("/proc/{}", process))) return;
    auto const home = Sights::home_of(at_.get());
    bool const has_threads = thread_count(at_.get()) != 1;
    if (home.ended && !has_threads) return;
    hidden_ = home.refused;  // who may not know where a process lives may not know what it holds, and listing that takes long
    if (!hidden_) look_at_descriptors();
    if (!hidden_ && depth_ == ScanDepth::everything) {
      look_at_folders();
      look_at_link("exe", "program", "program");
      look_at_mappings();
    }
    if (sights_) sights_->look_at_process(process, at_.get(), home, !has_threads, root_);
    if (has_threads && !hidden_) look_at_threads(folder_ + "/task");
    if (hidden_ && !has_ended(process)) report_.not_seen.push_back(process);
  }

  // Everything below it is reached from an open folder: the way through /proc is long.
  bool enter(std::string folder) {
    folder_ = std::move(folder);
    at_.reset(::open(folder_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    return static_cast<bool>(at_);
  }

  // What a thread has for itself: a table of files (unshare(CLONE_FILES)), folders (CLONE_FS); all of it when the first thread has ended.
  void look_at_threads(std::string const& tasks) {
    for (pid_t const thread : numbered_entries(tasks)) {
      if (thread == process_) continue;
      bool const own_files = !share(process_, thread, KCMP_FILES), everything = depth_ == ScanDepth::everything;
      bool const own_folders = everything && !share(process_, thread, KCMP_FS), own_memory = everything && !share(process_, thread, KCMP_VM);
      if (!own_files && !own_folders && !own_memory) continue;
      if (!enter(fmt::format("{}/{}", tasks, thread))) continue;
      thread_ = fmt::format(" (thread {})", thread);
      if (own_files) look_at_descriptors();
      if (own_folders) look_at_folders();
      if (own_memory) look_at_mappings();
    }
  }

  void look_at_folders() {
    look_at_link("cwd", "working directory", "folder");
    look_at_link("root", "root directory", "folder");
    if (owner_) root_ = {device_, inode_};
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

  // `folder`: where the link `name` is; `below`: the same, from the folder of the process.
  Held what_is_held(int folder, char const* name, char const* below) {
    auto const link = [&] { return folder_ + below + name; };
    struct statx st {};
    owner_.reset();
    may_be_ring_ = false;
    if (::statx(folder, name, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_BASIC_STATS | STATX_MNT_ID, &st) != 0) {
      int const problem = errno;
      note_hidden(problem);
      refused_ = problem == EACCES && !leads_anywhere(folder, name);
      return problem == EIO && is_of_dead_file_system(link()) ? Held::file : Held::nothing;
    }
    owner_ = st.stx_uid;
    dev_t const device = device_ = makedev(st.stx_dev_major, st.stx_dev_minor);
    inode_ = st.stx_ino;
    may_be_ring_ = (st.stx_mode & S_IFMT) == 0;
    if (S_ISSOCK(st.stx_mode) && sockets_.contains(inode_) && target_of(link()).starts_with("socket:")) return Held::socket;
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

  // Whoever may not know where a link of a process leads may know it of none of its links.
  static bool leads_anywhere(int folder, char const* name) {
    char byte = 0;
    return ::readlinkat(folder, name, &byte, 1) >= 0 || errno != EACCES;
  }

  void look_at_link(char const* name, char const* what, char const* thing) {
    if (what_is_held(at_.get(), name, "/") == Held::file) found_file(what, folder_ + "/" + name, thing);
  }

  void look_at_descriptors() {
    UniqueFd const folder = open_folder("fd", at_.get());
    if (!folder) return note_hidden(errno);
    for_each_entry(folder.get(), [&](char const* name, auto) {
      if (!refused_) look_at_descriptor(folder.get(), name);
    });
  }

  void look_at_descriptor(int folder, char const* name) {
    auto const link = [&] { return folder_ + "/fd/" + name; };
    switch (what_is_held(folder, name, "/fd/")) {
      case Held::file: return found_file("open file", link(), "file");
      case Held::socket: return found_path("unix socket", sockets_.at(inode_), "unix socket", {});
      case Held::device: return found("open device", "open device " + printable(target_of(link())));
      case Held::nothing: break;
    }
    if (may_be_ring_ && depth_ == ScanDepth::everything && !thing_.mount_points.empty()) look_at_ring(link(), name);
  }

  // Files that are registered with an io_uring have no descriptor any more; the ring's fdinfo names them by path.
  void look_at_ring(std::string const& link, char const* fd) {
    if (target_of(link) != "anon_inode:[io_uring]") return;
    bool listing = false;
    for_each_line(whole_text(folder_ + "/fdinfo/" + fd), [&](std::string_view line) {
      if (line.starts_with("UserFiles:")) listing = true;
      else if (!line.starts_with(' ')) listing = false;
      std::size_t const slash = line.find('/');
      if (listing && slash != std::string_view::npos) look_at_ring_file(std::string(line.substr(slash)));
    });
  }

  void look_at_ring_file(std::string const& path) {
    for (auto const& mount_point : thing_.mount_points)
      if (path.starts_with(mount_point + "/")) found_path("file registered with io_uring", path, "file", {});
  }

  void look_at_mappings() {
    auto const is_wanted = [&](FileIdentity file) { return thing_.file ? *thing_.file == file : contains(thing_.file_devices, file.device); };
    note_hidden(block::look_at_mappings(at_.get(), is_wanted, [&](std::string const& path) { found_path("mapping", path, "file", {}); }));
  }

  HeldThing const& thing_;
  ScanDepth const depth_;
  BoundSockets const& sockets_;
  BusyReport report_;
  bool hides_device_ = false;  // btrfs: files are known by their mount only; else never, since mount ids are soon used again
  pid_t process_ = 0;
  std::string folder_;
  UniqueFd at_;         // the same, open
  bool may_be_ring_ = false;  // what was looked at last is no file at all
  std::string thread_;  // " (thread 4712)" while one is looked at
  std::optional<uid_t> owner_;  // of what was looked at last
  dev_t device_ = 0;            // the same
  ino_t inode_ = 0;             // the same
  std::optional<Sights::Root> root_;  // of the process, where it was looked at
  std::optional<Sights> sights_;      // wanted
  std::set<std::string> found_;
  bool hidden_ = false;
  bool refused_ = false;  // it tells nothing of what it has
};

}  // namespace

std::vector<pid_t> numbered_entries(std::string const& path) {
  std::vector<pid_t> numbers;
  UniqueFd const folder = open_folder(path);
  for_each_entry(folder.get(), [&](char const* name, auto) {
    pid_t number = 0;
    char const* const end = name + std::strlen(name);
    if (std::from_chars(name, end, number).ptr == end) numbers.push_back(number);
  });
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

std::vector<pid_t> processes_that_may_hold() {
  std::vector<pid_t> holders;
  auto const all = numbered_entries("/proc");  // first: a number that is a kernel thread's afterwards is nobody else's any more
  std::ranges::set_difference(all, kernel_threads(), std::back_inserter(holders));
  return holders;
}

namespace {

// What containers put in the place of files of /proc (lxcfs) tells of other numbers, or of old ones.
std::string loadavg_of_the_kernel() {
  UniqueFd const file(::open("/proc/loadavg", O_RDONLY | O_CLOEXEC));
  struct statfs where {};
  struct stat own {}, self {};
  bool const the_kernels = file && ::fstatfs(file.get(), &where) == 0 && where.f_type == PROC_SUPER_MAGIC && ::fstat(file.get(), &own) == 0 &&
                           ::lstat("/proc/self", &self) == 0 && own.st_dev == self.st_dev;
  std::array<char, 128> text{};
  return the_kernels && ::read(file.get(), text.data(), text.size() - 1) > 0 ? std::string(text.data()) : std::string();
}

}  // namespace

std::optional<pid_t> number_given_last() {
  std::array<char, 32> self{};
  pid_t own = 0, last = 0;
  if (::readlink("/proc/self", self.data(), self.size() - 1) <= 0 || std::sscanf(self.data(), "%d", &own) != 1 || own != ::getpid()) return std::nullopt;
  if (std::sscanf(loadavg_of_the_kernel().c_str(), "%*s %*s %*s %*s %d", &last) != 1) return std::nullopt;
  return last;
}

nlink_t thread_count(int process) {
  struct stat tasks {};
  return ::fstatat(process, "task", &tasks, 0) == 0 && tasks.st_nlink > 2 ? tasks.st_nlink - 2 : 0;
}

bool share(pid_t one, pid_t other, int what) { return ::syscall(SYS_kcmp, one, other, what, 0, 0) == 0; }

void scan_processes(HeldThing const& thing, ScanDepth depth, BoundSockets const& sockets, BusyReport& report, std::vector<Sights>* sights) {
  scan_processes(processes_that_may_hold(), thing, depth, sockets, report, sights);
}

void scan_processes(std::vector<pid_t> const& processes, HeldThing const& thing, ScanDepth depth, BoundSockets const& sockets, BusyReport& report, std::vector<Sights>* sights) {
  auto parts = in_slices(processes, [&](std::span<pid_t const> slice) { return ProcessScan(thing, depth, sockets, sights != nullptr).look_at_all(slice); });
  for (auto& [part, met] : parts) {
    std::copy(part.holders.begin(), part.holders.end(), std::back_inserter(report.holders));
    std::copy(part.not_seen.begin(), part.not_seen.end(), std::back_inserter(report.not_seen));
    std::copy(part.file_links.begin(), part.file_links.end(), std::back_inserter(report.file_links));
    if (met) sights->push_back(std::move(*met));
  }
}

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
  return printable(first_line(fmt::format("/proc/{}/comm", process)));
}

}  // namespace rsm::block
