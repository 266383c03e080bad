#include "drivers/block/forced_dismount.hpp"

#include <fcntl.h>
#include <linux/types.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cerrno>

#include "drivers/block/mount_actions.hpp"
#include "drivers/block/system_error.hpp"

namespace rsm::block {
namespace {

constexpr unsigned long fs_ioc_shutdown = _IOR('X', 125, __u32);

enum class Shutdown { done, has_none, failed };

struct Tried {
  Shutdown result = Shutdown::failed;
  std::string reason = "nothing of it could be opened";
};

Tried shut_down_through(int fd, MediumIs medium) {
  __u32 flag = medium == MediumIs::there ? 0 : 2;  // 0 writes everything first
  if (::ioctl(fd, fs_ioc_shutdown, &flag) == 0) return {Shutdown::done, {}};
  if (errno == ENOTTY || errno == EOPNOTSUPP) return {Shutdown::has_none, "this file system cannot be shut down"};
  return {Shutdown::failed, errno_text(errno)};
}

Tried shut_down_through_mounts(dev_t device, MountTable const& table, MediumIs medium) {
  Tried last;
  for (auto const& mount : mounts_of(table, device)) {
    auto const fd = open_mount(mount);
    if (!fd) continue;
    last = shut_down_through(fd->get(), medium);
    if (last.result != Shutdown::failed) return last;
  }
  return last;
}

// Of a file system that nobody can reach by a path any more, what its holders have open is the way in.
Tried shut_down_through_holders(HeldThing const& thing, MountTable const& table, MediumIs medium) {
  Tried last;
  for (auto const& link : find_holders(thing, table).file_links) {
    struct stat st {};
    if (::stat(link.c_str(), &st) != 0 || (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))) continue;
    UniqueFd const fd(::open(link.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    struct stat opened {};
    bool const same = fd && ::fstat(fd.get(), &opened) == 0 && opened.st_dev == st.st_dev;
    if (!same || std::find(thing.file_devices.begin(), thing.file_devices.end(), opened.st_dev) == thing.file_devices.end()) continue;
    last = shut_down_through(fd.get(), medium);
    if (last.result != Shutdown::failed) return last;
  }
  return last;
}

std::string detach_all(HeldThing const& thing, MountTable const& table) {
  std::string problems;
  auto mounts = mounts_of(table, thing.devices);
  std::reverse(mounts.begin(), mounts.end());
  for (auto const& mount : mounts) {
    auto const place = open_place(table, mount);
    if (!place) continue;  // its namespace has ended, and the mount with it
    if (auto const done = detach_mount(*place, mount); !done) problems += "; " + done.error().object + " " + done.error().detail;
  }
  return problems;
}

}  // namespace

namespace {

Tried shut_down_one(HeldThing const& thing, MountTable const& table, MediumIs medium) {
  Tried tried = shut_down_through_mounts(thing.devices.front(), table, medium);
  if (tried.result == Shutdown::failed) tried = shut_down_through_holders(thing, table, medium);
  return tried;
}

// Each partition has a file system of its own: all that are mounted have to go, and one that cannot be shut down decides.
Tried shut_down_all(HeldThing const& thing, MountTable const& table, MediumIs medium) {
  if (thing.devices.size() < 2) return shut_down_one(thing, table, medium);
  Tried all;
  bool first = true;
  for (dev_t const device : thing.devices) {
    HeldThing const part = held_device(device, table);
    if (part.mount_ids.empty() && find_holders(part, table).file_links.empty()) continue;
    auto const tried = shut_down_one(part, table, medium);
    if (first || tried.result != Shutdown::done) all = tried;
    first = false;
  }
  return all;
}

}  // namespace

ForcedOutcome force_dismount(HeldThing const& thing, MountTable const& table, MediumIs medium) {
  Tried const tried = shut_down_all(thing, table, medium);
  ForcedOutcome outcome{.shut_down = tried.result == Shutdown::done, .note = {}};
  outcome.note = outcome.shut_down ? "the file system was shut down, old handles give errors for ever"
                                   : "the file system was not shut down (" + tried.reason + "), old handles live on and write to the medium while it is in the drive";
  outcome.note += detach_all(thing, table);
  return outcome;
}

}  // namespace rsm::block
