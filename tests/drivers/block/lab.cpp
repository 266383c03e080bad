#include "tests/drivers/block/lab.hpp"

#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "drivers/block/disk_parts.hpp"
#include "drivers/block/loop_device.hpp"
#include "drivers/block/mount_actions.hpp"
#include "drivers/block/volume.hpp"

extern char** environ;

namespace rsm::test {
namespace {

// Programs that a test started on its folder and did not end: handlers that hang.
void kill_what_names(std::string const& folder) {
  std::error_code ignored;
  for (auto const& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    pid_t const pid = std::atoi(entry.path().filename().c_str());
    if (pid <= 1 || pid == ::getpid()) continue;
    std::ifstream in(entry.path() / "cmdline", std::ios::binary);
    std::string command;
    std::getline(in, command);
    if (command.find(folder + "/") != std::string::npos) ::kill(pid, SIGKILL);
  }
}

void unmount_all_in(std::string const& folder) {
  auto const mounts = block::read_own_mounts().mounts;
  for (auto mount = mounts.rbegin(); mount != mounts.rend(); ++mount)
    if (mount->mount_point.starts_with(folder + "/")) ::umount2(mount->mount_point.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW);
}

void clean_up(std::string const& folder) {
  using namespace rsm::block;
  kill_what_names(folder);
  unmount_all_in(folder);  // an overlay or a namespace there keeps what is below
  for (auto const& binding : bound_loop_devices({})) {
    if (!binding.backing_path.starts_with(folder + "/")) continue;
    MountTable const table = read_mount_table();
    auto mounts = mounts_of(table, numbers_of(parts_of(binding.loop)));
    for (auto mount = mounts.rbegin(); mount != mounts.rend(); ++mount)
      if (auto place = open_place(table, *mount)) (void)detach_mount(*place, *mount);
    (void)clear_loop_device(binding.loop, binding.backing, UniqueFd(::open(binding.loop.node.c_str(), O_RDONLY | O_CLOEXEC)));
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
}

// An exception must not find its way into the test framework, of which this process is a copy.
[[noreturn]] void janitor_work(int end_of_test, std::string const& folder) noexcept {
  ::setsid();
  char byte = 0;
  while (::read(end_of_test, &byte, 1) > 0 || errno == EINTR) {
  }
  clean_up(folder);
  ::_exit(0);
}

}  // namespace

int run(std::vector<std::string> const& command) {
  std::vector<char*> arguments;
  for (auto const& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  pid_t pid = 0;
  int const failed = ::posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  if (failed != 0 || ::waitpid(pid, &status, 0) < 0) return 127;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

Lab::Lab() {
  std::string pattern = (std::filesystem::temp_directory_path() / "openrsm-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  folder_ = std::filesystem::canonical(pattern).string();  // images are reached over no link
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  // No signal ends the janitor: what ends the test may be sent to its whole group.
  sigset_t all, before;
  sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, &before);
  janitor_ = ::fork();
  if (janitor_ == 0) {
    ::close(ends[1]);
    janitor_work(ends[0], folder_);
  }
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  ::close(ends[0]);
  tell_janitor_.reset(ends[1]);
}

Lab::~Lab() {
  tell_janitor_.reset();
  ::waitpid(janitor_, nullptr, 0);
}

std::string Lab::image(std::string const& name, std::string const& fs_type) const {
  std::string const file = path(name);
  { std::ofstream make(file); }
  std::uintmax_t const megabytes = fs_type == "xfs" ? 320 : fs_type == "btrfs" ? 128 : 32;  // xfs wants 300 at least, btrfs 109
  std::filesystem::resize_file(file, megabytes << 20);
  if (fs_type.empty()) return file;
  std::string const force = fs_type == "ext4" ? "-F" : "-f";
  int const made = run({"mkfs." + fs_type, "-q", force, "-L", "SIDE", file});
  if (made != 0) throw std::runtime_error("mkfs." + fs_type + " failed");
  return file;
}

std::string Lab::folder(std::string const& name) const {
  std::filesystem::create_directories(path(name));
  return path(name);
}

bool kernel_mounts(std::string const& fs_type) { return read_file("/proc/filesystems").find("\t" + fs_type + "\n") != std::string::npos; }

int mount_device(std::string const& device, std::string const& at, std::string const& fs_type, unsigned long flags) {
  return ::mount(device.c_str(), at.c_str(), fs_type.c_str(), flags, nullptr) == 0 ? 0 : errno;
}

int umount_path(std::string const& at) { return ::umount2(at.c_str(), 0) == 0 ? 0 : errno; }

bool is_mounted(std::string const& at) {
  std::ifstream in("/proc/self/mountinfo");
  std::string line;
  while (std::getline(in, line))
    if (auto const mount = block::parse_mountinfo_line(line); mount && mount->mount_point == at) return true;
  return false;
}

void write_file(std::string const& path, std::string const& text, bool sync) {
  UniqueFd const fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!fd || ::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) throw std::runtime_error("cannot write " + path);
  if (sync && ::fsync(fd.get()) != 0) throw std::runtime_error("cannot sync " + path);
}

std::string read_file(std::string const& path, std::size_t most) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return "(cannot be opened)";
  if (most != std::string::npos) {
    std::string begin(most, '\0');
    in.read(begin.data(), static_cast<std::streamsize>(most));
    begin.resize(static_cast<std::size_t>(in.gcount()));
    return begin;
  }
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

bool file_has(std::string const& path, std::string const& words) {
  UniqueFd const fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) throw std::runtime_error("cannot open " + path);
  off_t end = 0;
  for (off_t at = ::lseek(fd.get(), 0, SEEK_DATA); at >= 0; at = ::lseek(fd.get(), end, SEEK_DATA)) {
    end = ::lseek(fd.get(), at, SEEK_HOLE);
    std::string data(static_cast<std::size_t>(end - at), '\0');
    ssize_t const got = ::pread(fd.get(), data.data(), data.size(), at);
    if (got < 0) throw std::runtime_error("cannot read " + path);
    data.resize(static_cast<std::size_t>(got));
    if (data.find(words) != std::string::npos) return true;
  }
  return false;
}

char Actor::Stage::next() {
  char command = 0;
  return ::read(commands_, &command, 1) == 1 ? command : '\0';
}

void Actor::Stage::answer(int number) {
  if (::write(answers_, &number, sizeof number) != static_cast<ssize_t>(sizeof number)) ::_exit(1);
}

Actor::Actor(std::function<void(Stage&)> const& act) {
  std::array<int, 2> to{}, from{};
  if (::pipe2(to.data(), O_CLOEXEC) != 0 || ::pipe2(from.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close(to[1]);
    ::close(from[0]);
    Stage stage(to[0], from[1]);
    [&]() noexcept { act(stage); }();
    ::_exit(0);
  }
  ::close(to[0]);
  ::close(from[1]);
  commands_.reset(to[1]);
  answers_.reset(from[0]);
}

Actor::~Actor() { kill_now(); }

int Actor::answer() {
  int number = -1;
  return ::read(answers_.get(), &number, sizeof number) == static_cast<ssize_t>(sizeof number) ? number : -1;
}

int Actor::ask(char command) { return ::write(commands_.get(), &command, 1) == 1 ? answer() : -1; }

void Actor::kill_now() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

std::function<void(Actor::Stage&)> holds_file(std::string path) {
  return [path = std::move(path)](Actor::Stage& stage) {
    int const fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    stage.answer(fd < 0 ? errno : 0);
    std::array<char, 16> bytes{};
    for (char command = stage.next(); command != '\0'; command = stage.next()) {
      bool done = false;
      if (command == 'r') done = ::pread(fd, bytes.data(), bytes.size(), 0) >= 0;
      if (command == 'w') done = ::pwrite(fd, "late write", 10, 0) == 10;
      if (command == 's') done = ::fsync(fd) == 0;
      stage.answer(done ? 0 : errno);
    }
  };
}

std::function<void(Actor::Stage&)> holds_mapping(std::string path) {
  return [path = std::move(path)](Actor::Stage& stage) {
    int const fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    void const* const at = ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, fd, 0);
    int const problem = at == MAP_FAILED ? errno : 0;
    ::close(fd);
    stage.answer(problem);
    for (char command = stage.next(); command != '\0'; command = stage.next()) stage.answer(static_cast<char const*>(at)[0] == '\0' ? 1 : 0);
  };
}

std::function<void(Actor::Stage&)> stands_in(std::string folder) {
  return [folder = std::move(folder)](Actor::Stage& stage) {
    stage.answer(::chdir(folder.c_str()) == 0 ? 0 : errno);
    while (stage.next() != '\0') stage.answer(0);
  };
}

std::string why_no_block_volumes() {
  static std::string const reason = [] {
    auto const possible = block::block_volumes_possible();
    return possible ? std::string{} : possible.error().text();
  }();
  return reason;
}

}  // namespace rsm::test
