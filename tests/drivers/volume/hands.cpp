#include "tests/drivers/volume/hands.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/blkpg.h>
#include <linux/btrfs.h>
#include <sched.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>

#include "drivers/block/mount_table.hpp"
#include "tests/drivers/block/lab.hpp"

extern char** environ;

namespace rsm::test {
namespace {

constexpr int looks_max = 1000;
constexpr useconds_t look_pause_us = 10'000;

int or_errno(int answer) { return answer == 0 ? 0 : errno; }

int change_partition(std::string const& disk, int operation, blkpg_partition partition) {
  UniqueFd const device(::open(disk.c_str(), O_RDONLY | O_CLOEXEC));
  blkpg_ioctl_arg order{.op = operation, .flags = 0, .datalen = sizeof partition, .data = &partition};
  return device ? or_errno(::ioctl(device.get(), BLKPG, &order)) : errno;
}

int make_subvolume(std::string const& folder, std::string const& name) {
  UniqueFd const in(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  btrfs_ioctl_vol_args order{};
  std::strncpy(order.name, name.c_str(), sizeof order.name - 1);
  return in ? or_errno(::ioctl(in.get(), BTRFS_IOC_SUBVOL_CREATE, &order)) : errno;
}

}  // namespace

int add_partition(std::string const& disk, int number, std::uint64_t start_bytes, std::uint64_t bytes) {
  blkpg_partition partition{};
  partition.pno = number;
  partition.start = static_cast<long long>(start_bytes);
  partition.length = static_cast<long long>(bytes);
  return change_partition(disk, BLKPG_ADD_PARTITION, partition);
}

int remove_partition(std::string const& disk, int number) {
  blkpg_partition partition{};
  partition.pno = number;
  return change_partition(disk, BLKPG_DEL_PARTITION, partition);
}

int make_subvolumes(std::string const& device, std::string const& folder, std::vector<std::string> const& names) {
  if (int const refused = mount_device(device, folder, "btrfs"); refused != 0) return refused;
  int problem = 0;
  for (auto const& name : names)
    if (problem == 0) problem = make_subvolume(folder, name);
  int const unmounted = umount_path(folder);
  return problem != 0 ? problem : unmounted;
}

int mount_with(std::string const& device, std::string const& at, std::string const& fs_type, unsigned long flags, std::string const& data, Sharing sharing) {
  if (::mount(device.c_str(), at.c_str(), fs_type.c_str(), flags, data.empty() ? nullptr : data.c_str()) != 0) return errno;
  if (sharing == Sharing::none) return 0;
  return or_errno(::mount(nullptr, at.c_str(), nullptr, sharing == Sharing::shared ? MS_SHARED : MS_UNBINDABLE, nullptr));
}

int mount_overlay(std::string const& lower, std::string const& below, std::string const& at) {
  std::string const data = fmt::format("lowerdir={}:{}", lower, below);
  return or_errno(::mount("overlay", at.c_str(), "overlay", MS_RDONLY, data.c_str()));
}

int enter_new_namespace() {
  if (::unshare(CLONE_NEWNS) != 0) return errno;
  return or_errno(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr));
}

namespace {

// The calling process goes on there; turns go round those that it may use.
int move_to_processor(int turn) {
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return errno;
  int left = turn % CPU_COUNT(&allowed);
  for (int processor = 0; processor < CPU_SETSIZE; ++processor) {
    if (!CPU_ISSET(processor, &allowed) || left-- > 0) continue;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(processor, &one);
    return or_errno(::sched_setaffinity(0, sizeof one, &one));
  }
  return EINVAL;
}

int try_to_keep_namespace(std::string const& file, int turn) {
  Actor inside([turn](Actor::Stage& stage) {
    int const moved = move_to_processor(turn);
    stage.answer(moved != 0 ? moved : enter_new_namespace());
    stage.next();
  });
  if (int const problem = inside.answer(); problem != 0) return problem;
  std::string const made = fmt::format("/proc/{}/ns/mnt", inside.pid());
  int const kept = or_errno(::mount(made.c_str(), file.c_str(), nullptr, MS_BIND, nullptr));
  if (kept == 0) return kept;
  ino_t const number = inode_of_namespace(made);
  inside.kill_now();
  wait_for_end_of_namespace(number);  // whoever looks at all namespaces keeps it for a moment longer
  return kept;
}

}  // namespace

// Kernels of today number namespaces by processor, and take one whose number is lower than ours for one that ours is bound in: EINVAL. On another processor
// it has another number.
int keep_new_namespace(std::string const& file) {
  { UniqueFd const made(::open(file.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0600)); }
  int kept = EINVAL;
  for (int tries = 0; kept == EINVAL && tries < looks_max; ++tries) kept = try_to_keep_namespace(file, tries);
  return kept;
}

FuseServer::FuseServer(std::string const& device, std::string const& at) {
  std::array words{std::string("fuse2fs"), std::string("-f"), device, at};
  std::array<char*, 5> arguments{words[0].data(), words[1].data(), words[2].data(), words[3].data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (int const output : {1, 2}) posix_spawn_file_actions_addopen(&actions, output, "/dev/null", O_WRONLY, 0);
  int const failed = ::posix_spawnp(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) pid_ = 0;
  for (int looks = 0; !serves_ && looks < looks_max && !gone(); ++looks) {
    serves_ = is_mounted(at);
    if (!serves_) ::usleep(look_pause_us);
  }
}

FuseServer::~FuseServer() {
  if (gone()) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

bool FuseServer::gone() {
  if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = 0;
  return pid_ == 0;
}

bool FuseServer::has_ended() {
  for (int looks = 0; looks < looks_max && !gone(); ++looks) ::usleep(look_pause_us);
  return gone();
}

ino_t inode_of_namespace(std::string const& file) {
  struct stat st {};
  return ::stat(file.c_str(), &st) == 0 ? st.st_ino : 0;
}

void wait_for_end_of_namespace(ino_t number) {
  auto const is_there = [number] {
    auto const table = block::read_mount_table();
    return std::ranges::any_of(table.mounts, [number](auto const& mount) { return mount.name_space == number; });
  };
  for (int looks = 0; looks < looks_max / 4 && is_there(); ++looks) ::usleep(look_pause_us);
}

std::vector<std::string> names_in(std::string const& folder) {
  std::vector<std::string> names;
  std::error_code none;
  for (std::filesystem::directory_iterator entry(folder, none), end; !none && entry != end; entry.increment(none)) names.push_back(entry->path().filename().string());
  return names;
}

}  // namespace rsm::test
