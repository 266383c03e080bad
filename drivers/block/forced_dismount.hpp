// What is done to a volume in use when the caller said force: its file system is shut down, its mounts are taken away.
//
// What for: the nearest thing to FSCTL_DISMOUNT_VOLUME. FS_IOC_SHUTDOWN with flag 0 freezes the file system first, which writes
// what is not written yet, then every handle gives EIO for ever; never flag 1, whose late writes can land on the next medium. A file
// system that has no such call (btrfs) is only detached: its old handles live on, and the result says so.
// Errors: none; what could not be done is in the outcome. Thread rule: a process with one thread; blocks.
// Source: volume-control.md "Dead handles".
#pragma once

#include <string>

#include "drivers/block/busy_report.hpp"
#include "drivers/block/mount_table.hpp"

namespace rsm::block {

struct ForcedOutcome {
  bool shut_down = false;
  std::string note;  // one clause for each thing that was done or could not be
};

enum class MediumIs { there, gone };  // gone: nothing can be written any more (flag 2)

// `thing`: the volume, with its mounts as they were before; `table`: the same.
ForcedOutcome force_dismount(HeldThing const& thing, MountTable const& table, MediumIs medium);

}  // namespace rsm::block
