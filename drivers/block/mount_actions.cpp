#include "drivers/block/mount_actions.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <functional>
#include <optional>

#include "drivers/block/disk_parts.hpp"
#include "drivers/block/label.hpp"
#include "drivers/block/printable.hpp"
#include "drivers/block/system_error.hpp"

namespace rsm::block {
namespace {

// Answers of a child that are no errno.
constexpr int covered_by_another = 1000;
constexpr int child_died = 1001;

using Work = std::function<int()>;  // 0, an errno, or one of the answers above

int enter(MountPlace const& place) {
  if (!place.name_space) return 0;
  if (::setns(place.name_space.get(), CLONE_NEWNS) != 0) return errno;
  if (!place.root) return ::chdir("/") == 0 ? 0 : errno;
  if (::fchdir(place.root.get()) != 0 || ::chroot(".") != 0 || ::chdir("/") != 0) return errno;
  return 0;
}

// Runs the work in a child process, which ends with its parent: a hung unmount must not outlive the handler that is killed for it.
int in_child(Work const& work) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return errno;
  UniqueFd reading(ends[0]), writing(ends[1]);
  pid_t const parent = ::getpid();
  pid_t const child = ::fork();
  if (child < 0) return errno;
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    int const answer = ::getppid() == parent ? work() : child_died;
    [[maybe_unused]] auto const written = ::write(writing.get(), &answer, sizeof answer);
    ::_exit(0);
  }
  writing.reset();
  int answer = child_died;
  ssize_t got = 0;
  do got = ::read(reading.get(), &answer, sizeof answer);
  while (got < 0 && errno == EINTR);
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return got == static_cast<ssize_t>(sizeof answer) ? answer : child_died;
}

int in_place(MountPlace const& place, Work const& work) {
  if (!place.name_space) return work();
  return in_child([&] {
    int const entered = enter(place);
    return entered != 0 ? entered : work();
  });
}

// Does the path lead to this mount? A dead file system may refuse to say (EIO): then it is itself what answers.
int check_reached(MountRecord const& mount) {
  struct statx found {};
  int const flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC;
  if (::statx(AT_FDCWD, mount.mount_point.c_str(), flags, STATX_MNT_ID, &found) != 0) return errno == EIO ? 0 : errno;
  if ((found.stx_mask & STATX_MNT_ID) == 0 || found.stx_mnt_id == static_cast<std::uint64_t>(mount.mount_id)) return 0;
  return covered_by_another;
}

int umount_reached(MountRecord const& mount, int flags) {
  if (int const problem = check_reached(mount); problem != 0) return problem;
  return ::umount2(mount.mount_point.c_str(), flags | UMOUNT_NOFOLLOW) == 0 ? 0 : errno;
}

std::unexpected<Error> refusal(int problem, MountRecord const& mount, std::string const& tried) {
  if (problem == covered_by_another) return fail(Errc::busy, mount.mount_point, "cannot " + tried + ": another mount lies over it");
  if (problem == child_died) return fail(Errc::not_ready, mount.mount_point, "cannot " + tried + ": the process that did it was killed");
  return system_failure(problem, mount.mount_point, tried);
}

bool has_option(std::string const& options, std::string_view wanted) {
  return fmt::format(",{},", options).find(fmt::format(",{},", wanted)) != std::string::npos;
}

struct Attribute {
  char const* option;
  std::uint64_t bit;
};
constexpr std::array known_attributes{Attribute{"rw", 0},
                                      Attribute{"relatime", 0},
                                      Attribute{"ro", MOUNT_ATTR_RDONLY},
                                      Attribute{"nosuid", MOUNT_ATTR_NOSUID},
                                      Attribute{"nodev", MOUNT_ATTR_NODEV},
                                      Attribute{"noexec", MOUNT_ATTR_NOEXEC},
                                      Attribute{"noatime", MOUNT_ATTR_NOATIME},
                                      Attribute{"nodiratime", MOUNT_ATTR_NODIRATIME},
                                      Attribute{"nosymfollow", 0x00200000}};  // MOUNT_ATTR_NOSYMFOLLOW, Linux 5.14

std::uint64_t mount_attributes(MountRecord const& mount) {
  std::uint64_t attributes = 0;
  for (auto const& attribute : known_attributes)
    if (has_option(mount.mount_options, attribute.option)) attributes |= attribute.bit;
  bool const strict = !has_option(mount.mount_options, "noatime") && !has_option(mount.mount_options, "relatime");
  return strict ? attributes | MOUNT_ATTR_STRICTATIME : attributes;
}

template <class Visit>
void for_each_option(std::string_view options, Visit visit) {
  while (!options.empty()) {
    std::size_t const end = std::min(options.find(','), options.size());
    if (end > 0) visit(options.substr(0, end));
    options.remove_prefix(std::min(end + 1, options.size()));
  }
}

// Of btrfs `root` is the way from the top, through the subvolume that was mounted: the top is mounted, and that part of it.
std::string super_options_of(MountRecord const& mount) {
  if (mount.fs_type != "btrfs") return mount.super_options;
  std::string options = "subvolid=5";
  for_each_option(mount.super_options, [&](std::string_view option) {
    if (!option.starts_with("subvol=") && !option.starts_with("subvolid=")) options.append(",").append(option);
  });
  return options;
}

// "discard,errors=remount-ro": one call for each, as mount(2) itself takes them apart.
int set_super_options(int context, std::string_view options) {
  while (!options.empty()) {
    std::size_t const end = std::min(options.find(','), options.size());
    std::string const option(options.substr(0, end));
    options.remove_prefix(std::min(end + 1, options.size()));
    if (option.empty()) continue;
    std::size_t const equals = option.find('=');
    int const set = equals == std::string::npos
                        ? ::fsconfig(context, FSCONFIG_SET_FLAG, option.c_str(), nullptr, 0)
                        : ::fsconfig(context, FSCONFIG_SET_STRING, option.substr(0, equals).c_str(), option.c_str() + equals + 1, 0);
    if (set != 0) return errno;
  }
  return 0;
}

// The whole file system as a mount that is nowhere in the tree: made without a namespace of its own, which would hold a copy of
// every other mount meanwhile.
int make_detached_mount(MountRecord const& mount, std::string const& node, UniqueFd& made) {
  UniqueFd const context(::fsopen(mount.fs_type.c_str(), FSOPEN_CLOEXEC));
  if (!context || ::fsconfig(context.get(), FSCONFIG_SET_STRING, "source", node.c_str(), 0) != 0) return errno;
  if (int const problem = set_super_options(context.get(), super_options_of(mount)); problem != 0) return problem;
  if (::fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0) return errno;
  made.reset(::fsmount(context.get(), FSMOUNT_CLOEXEC, static_cast<unsigned>(mount_attributes(mount))));
  return made ? 0 : errno;
}

int attach_at(UniqueFd const& tree, std::string const& place) {
  return ::move_mount(tree.get(), "", AT_FDCWD, place.c_str(), MOVE_MOUNT_F_EMPTY_PATH) == 0 ? 0 : errno;
}

// In the mount's own namespace. Of a part of the file system: the whole is mounted there for a moment, the part cloned out of it.
int mount_again(RemovedMount const& removed, std::string const& node) {
  MountRecord const& mount = removed.record;
  UniqueFd whole;
  if (int const problem = make_detached_mount(mount, node, whole); problem != 0) return problem;
  if (int const problem = enter(removed.place); problem != 0) return problem;
  if (int const problem = attach_at(whole, mount.mount_point); problem != 0 || mount.root == "/") return problem;
  UniqueFd const part(::open_tree(AT_FDCWD, (mount.mount_point + mount.root).c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC));
  int const not_cloned = part ? 0 : errno;
  whole.reset();
  if (::umount2(mount.mount_point.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) != 0) return errno;
  return not_cloned != 0 ? not_cloned : attach_at(part, mount.mount_point);
}

// A file system that hides its device has another number after every mount.
std::optional<MountRecord> in_place_now(MountRecord const& mount) {
  auto const same_device = [&](MountRecord const& other) {
    return mount.source_device != 0 ? other.source_device == mount.source_device : other.device == mount.device;
  };
  for (auto const& other : read_mount_table().mounts)
    if (other.name_space == mount.name_space && same_device(other) && other.mount_point == mount.mount_point && other.root == mount.root) return other;
  return std::nullopt;
}

// "shared", "slave", "unbindable", "private"; of one that is both a slave and shared, the first two.
struct Propagation {
  bool shared = false, slave = false, unbindable = false;
  friend bool operator==(Propagation const&, Propagation const&) = default;
};

Propagation propagation_of(MountRecord const& mount) {
  std::string const words = " " + mount.propagation;
  return {words.find(" shared:") != std::string::npos, words.find(" master:") != std::string::npos, words.find(" unbindable") != std::string::npos};
}

int set_propagation(MountRecord const& mount, std::uint64_t propagation) {
  UniqueFd const tree(::open_tree(AT_FDCWD, mount.mount_point.c_str(), OPEN_TREE_CLOEXEC));
  if (!tree) return errno;
  mount_attr attributes{};
  attributes.propagation = propagation;
  return ::mount_setattr(tree.get(), "", AT_EMPTY_PATH, &attributes, sizeof attributes) == 0 ? 0 : errno;
}

// A mount that is put back has what its parent gives it. Whose slave it was cannot be said again: then that is told.
Result<> propagate_again(RemovedMount const& removed) {
  auto const now = in_place_now(removed.record);
  if (!now) return {};
  Propagation const was = propagation_of(removed.record), is = propagation_of(*now);
  if (was == is) return {};
  std::uint64_t const wanted = was.unbindable ? MS_UNBINDABLE : was.shared ? MS_SHARED : MS_PRIVATE;
  int const problem = in_place(removed.place, [&] { return set_propagation(removed.record, wanted); });
  if (problem != 0) return refusal(problem, removed.record, "give it back its propagation (" + (removed.record.propagation.empty() ? "private" : removed.record.propagation) + ")");
  if (was.slave && !is.slave) return fail(Errc::not_ready, removed.record.mount_point, "it is back, but no slave of another mount any more (it was " + removed.record.propagation + ")");
  return {};
}

std::string id_on(std::string const& node) {
  UniqueFd const fd(::open(node.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  auto const label = fd ? read_label(fd.get(), node) : std::unexpected(Error{});
  return label && label->omid ? label->omid->id : std::string{};
}

}  // namespace

// Two file systems with one id are not mounted beside each other: xfs looks at the ids of all that are mounted.
std::string mounted_copy_of(std::string const& node, MountTable const& table) {
  std::string const id = id_on(node);
  for (auto const& mount : table.mounts) {
    if (id.empty() || mount.fs_type != "xfs") continue;
    std::string const other = kernel_node(mount.device);
    if (other != node && id_on(other) == id) return printable(fmt::format("{} at {}", other, mount_text(table, mount)));
  }
  return {};
}

namespace {

bool is_gone(int error) { return error == ENOENT || error == ESRCH; }

bool leads_to(UniqueFd const& entrance, std::uint64_t name_space) {
  struct stat st {};
  return entrance && ::fstat(entrance.get(), &st) == 0 && st.st_ino == name_space;
}

// A namespace may outlive the process that showed it: whoever only entered it for a moment leaves it to others.
Result<MountPlace> open_place_without_its_process(MountTable const& table, MountRecord const& mount) {
  auto const entrance = find_entrance(table, mount.name_space);
  MountPlace place;
  place.name_space.reset(entrance ? ::fcntl(entrance->get(), F_DUPFD_CLOEXEC, 0) : -1);
  if (!place.name_space) return fail(Errc::resource_not_present, mount.mount_point, "its mount namespace is gone");
  return place;
}

}  // namespace

Result<MountPlace> open_place(MountTable const& table, MountRecord const& mount) {
  MountPlace place;
  if (mount.name_space == table.own_namespace && mount.seen_by == ::getpid()) return place;
  if (mount.seen_by == 0) {
    place.name_space.reset(mount.entrance ? ::fcntl(mount.entrance->get(), F_DUPFD_CLOEXEC, 0) : -1);
    if (!place.name_space) return fail(Errc::resource_not_present, mount.mount_point, "its mount namespace is gone");
    return place;
  }
  std::string const process = fmt::format("/proc/{}", mount.seen_by);
  place.name_space.reset(::open((process + "/ns/mnt").c_str(), O_RDONLY | O_CLOEXEC));
  if (!place.name_space && !is_gone(errno)) return system_failure(errno, mount.mount_point, fmt::format("enter the mount namespace of process {}", mount.seen_by));
  if (!leads_to(place.name_space, mount.name_space)) return open_place_without_its_process(table, mount);
  place.root.reset(::open((process + "/root").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!place.root && is_gone(errno)) return open_place_without_its_process(table, mount);
  if (!place.root) return system_failure(errno, mount.mount_point, fmt::format("reach the root of process {}", mount.seen_by));
  return place;
}

Result<Asked> ask_mount(MountPlace const& place, MountRecord const& mount) {
  // The look at the path that umount_reached begins with also takes away the mark of an earlier question.
  int const answer = in_place(place, [&] { return umount_reached(mount, MNT_EXPIRE); });
  switch (answer) {
    case 0: return Asked::removed;
    case EAGAIN: return Asked::idle;
    case EBUSY: return Asked::busy;
    case covered_by_another: return Asked::covered;
    case EINVAL:
    case ENOENT: return Asked::gone;
    default: return refusal(answer, mount, "ask whether it is in use");
  }
}

Result<> unmount(MountPlace const& place, MountRecord const& mount) {
  int const answer = in_place(place, [&] { return umount_reached(mount, 0); });
  if (answer == 0 || answer == EINVAL || answer == ENOENT) return {};
  return refusal(answer, mount, "unmount it");
}

Result<> detach_mount(MountPlace const& place, MountRecord const& mount) {
  int const answer = in_place(place, [&] { return umount_reached(mount, MNT_DETACH); });
  if (answer == 0 || answer == EINVAL || answer == ENOENT) return {};
  return refusal(answer, mount, "detach it");
}

Result<> put_back(RemovedMount const& removed, std::string const& node) {
  if (in_place_now(removed.record)) return propagate_again(removed);
  int const answer = in_child([&] { return mount_again(removed, node); });
  if (answer == 0) return propagate_again(removed);
  auto const copy = answer == EINVAL && removed.record.fs_type == "xfs" ? mounted_copy_of(node, read_mount_table()) : std::string{};
  if (!copy.empty()) return fail(Errc::already_exists, removed.record.mount_point, fmt::format("cannot mount it again: a volume with its id is mounted already ({}); mount -o nouuid takes both", copy));
  return refusal(answer, removed.record, "mount it again");
}

std::string why_not_again(MountRecord const& mount) {
  if (mount.fs_type.starts_with("fuse")) return "it is a FUSE file system, whose program ends with its mount";
  std::string unknown;
  for_each_option(mount.mount_options, [&](std::string_view option) {
    if (std::none_of(known_attributes.begin(), known_attributes.end(), [&](auto const& known) { return option == known.option; })) unknown = option;
  });
  return unknown.empty() ? unknown : "its option " + unknown + " could not be given back";
}

Result<UniqueFd> open_mount(MountRecord const& mount) {
  if (mount.seen_by == 0) return fail(Errc::resource_not_present, mount.mount_point, "no process leads to it");
  std::string const path = fmt::format("/proc/{}/root{}", mount.seen_by, mount.mount_point);
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return system_failure(errno, mount.mount_point, "open it");
  struct statx found {};
  if (::statx(fd.get(), "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MNT_ID, &found) != 0) return system_failure(errno, mount.mount_point, "look at it");
  if ((found.stx_mask & STATX_MNT_ID) != 0 && found.stx_mnt_id != static_cast<std::uint64_t>(mount.mount_id))
    return fail(Errc::resource_not_present, mount.mount_point, "another mount lies over it");
  return fd;
}

Result<> sync_mount(MountRecord const& mount) {
  auto const root = open_mount(mount);
  if (!root && root.error().code == Errc::resource_not_present) {  // from inside, by a child
    RSM_TRY(MountPlace const place, open_place({}, mount));
    int const problem = in_place(place, [&] {
      if (int const covered = check_reached(mount); covered != 0) return covered;
      UniqueFd const fd(::open(mount.mount_point.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
      return fd && ::syncfs(fd.get()) == 0 ? 0 : errno;
    });
    if (problem == EIO) return fail(Errc::write_fault, mount.mount_point, "the medium refused what was still to be written");
    if (problem != 0) return refusal(problem, mount, "write what is cached for it");
    return {};
  }
  if (!root) return std::unexpected(root.error());
  if (::syncfs(root->get()) != 0) return fail(Errc::write_fault, mount.mount_point, "the medium refused what was still to be written: " + errno_text(errno));
  return {};
}

}  // namespace rsm::block
