// Acting on mounts in whatever namespace they are: ask, unmount, detach, put back.
//
// What for: umount2(2) works only on mounts of the caller's own namespace, so each of these runs in a short-lived child process that
// enters the mount's namespace and root (our own namespace needs no child). A mount that was removed keeps what is needed to put it
// back, also when the process through which its namespace was found has ended.
// Errors: access_denied without CAP_SYS_ADMIN; resource_not_present when the namespace is gone; others as system_error.hpp.
// Thread rule: a process with one thread (children are forked). Source: umount2(2), setns(2), move_mount(2); decisions 13, 14.
#pragma once

#include <string>
#include <vector>

#include "drivers/block/mount_table.hpp"
#include "drivers/block/unique_fd.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::block {

// A namespace and the root in it, held open. Empty descriptors: our own.
struct MountPlace {
  UniqueFd name_space;
  UniqueFd root;
};

struct RemovedMount {
  MountRecord record;
  MountPlace place;
};

enum class Asked {
  idle,     // could be unmounted, and was not
  busy,     // something uses it
  covered,  // another mount lies over it: its path leads elsewhere
  gone,     // no longer mounted
  removed,  // was marked by an earlier question and untouched since: it is unmounted now
};

Result<MountPlace> open_place(MountTable const& table, MountRecord const& mount);
// umount2(MNT_EXPIRE): says whether the mount is idle, without unmounting it.
Result<Asked> ask_mount(MountPlace const& place, MountRecord const& mount);
// Unmounts what is idle; busy otherwise. One that is gone: success.
Result<> unmount(MountPlace const& place, MountRecord const& mount);
// Takes the mount out of the tree also when it is in use: what is open stays open.
Result<> detach_mount(MountPlace const& place, MountRecord const& mount);
// Why a mount could not be put back as it was; empty: it could. What is not known here is not taken away.
std::string why_not_again(MountRecord const& mount);
// Mounts it again where it was: same part of the file system, same options, same propagation. `node`: the block device in our own /dev.
// In place already (it came back through a shared parent): success.
// already_exists: a file system with its id is mounted meanwhile (xfs).
Result<> put_back(RemovedMount const& removed, std::string const& node);
// "/dev/loop7 at /mnt/b": an xfs that is mounted and has the id of the one on this device; empty: none.
std::string mounted_copy_of(std::string const& node, MountTable const& table);
// syncfs(2) through the mount, from outside its namespace. The descriptor is closed again: it makes the mount busy.
Result<> sync_mount(MountRecord const& mount);
// A descriptor of the mount's root, read only; resource_not_present when its path does not lead to it (covered).
Result<UniqueFd> open_mount(MountRecord const& mount);

}  // namespace rsm::block
