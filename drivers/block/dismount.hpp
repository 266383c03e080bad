// Flush and dismount of a block volume: the one place that knows them, for drive handlers and for handles on volumes.
//
// What for: steps 1 to 3 of the one safe order. A volume that nobody uses is locked and stays unmounted; one in use is refused, or
// dismounted by force: its file system is shut down where that is possible, its mounts are detached, old handles are dead or the report
// says that they live on. Every dismount is counted in the volume's record, so that handles from before know that they are dead.
// Errors: busy with the holders named (nothing has changed: mounts that were removed are back); write_fault (without force);
// volume_contains_sys_files; access_denied without the rights. Thread rule: a process with one thread; blocks.
// Source: volume-control.md "The one safe order", "Dead handles"; decisions 14 to 16.
#pragma once

#include <functional>
#include <string>

#include "drivers/block/block_device.hpp"
#include "drivers/block/busy_report.hpp"
#include "drivers/block/mount_table.hpp"
#include "drivers/block/volume_lock.hpp"

namespace rsm::block {

// syncfs(2) through a mount, then fsync of the device, which also empties the cache of the device itself. write_fault: the medium refused.
Result<> flush_volume(BlockDevice const& device, std::string const& object);
// The second half alone, through an open descriptor.
Result<> sync_device(int fd, std::string const& object);

enum class InUse { refuse, force };

struct Dismounted {
  port::DismountReport report;
  UniqueFd exclusive;  // nobody uses the device any more, and nothing can mount it while this is held; empty: old handles keep it
  std::string not_written;  // with force: why the medium has not all that was to be written; empty: it has
  HeldThing old;       // of a forced dismount: by what the handles from before are known
  FileSystemEnd end;   // the same: when the last of them is closed
};

// `withdraw` is called when it is certain that the volume goes: takes away what invites others (a link); an error of it stops the dismount.
Result<Dismounted> dismount_volume(BlockDevice const& device, std::string const& object, InUse in_use, std::function<Result<>()> const& withdraw);

// Who uses it, with the kernel's own word: where it says "in use" and nobody is seen, an unknown holder is named. `old`: as below. Not while the
// caller itself holds it exclusively.
Result<BusyReport> who_uses(BlockDevice const& device, HeldThing const& old);

// Why O_EXCL was refused, with names. `old`: of a forced dismount before; empty: what is mounted now.
Error device_busy(BlockDevice const& device, HeldThing const& old, std::string const& object);

}  // namespace rsm::block
