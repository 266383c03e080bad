// Who keeps a volume busy, named as `fuser -m` would: process, user, command, what it holds.
//
// What for: a refused dismount says who must let go (decisions 15 and 31). Looked at: open files, working directories, roots, programs
// and mappings of every process, matched by device and by mount id (btrfs hides the device, a detached mount hides the path); mounts
// on top; swap files; loop devices and stacked devices; raw opens of the device; files that an
// io_uring keeps. Not to be found by anybody: a file in flight in a unix socket. What could not be looked at is reported: "unknown
// holder", never "no holder". The caller's own process is left out, and handles that only
// keep the door of the drive locked. Paths of files are private words (libmgr/domain/private_text.hpp): of the file's owner and of who has it open; whoever
// shows a report to somebody resolves them.
// Thread rule: any; reads /proc and /sys. Source: proc(5), statx(2), volume-control.md "lock".
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "drivers/block/block_device.hpp"
#include "drivers/block/loop_device.hpp"
#include "drivers/block/mount_table.hpp"
#include "drivers/block/sights.hpp"
#include "drivers/port/drive.hpp"

namespace rsm::block {

// What is asked about: block devices (a disk and its partitions) with the file systems on them, or one file.
struct HeldThing {
  std::vector<dev_t> devices;         // the block devices; empty: a file is asked about
  std::vector<dev_t> file_devices;    // what files on it have as st_dev
  std::vector<int> mount_ids;         // its mounts, also those that were detached while in use
  std::vector<std::string> mount_points;
  std::optional<FileIdentity> file;   // the file that is asked about
  dev_t tape = 0;                     // a tape drive, by any of its nodes (rewinding or not, all modes)
  friend bool operator==(HeldThing const&, HeldThing const&) = default;
};

struct BusyReport {
  std::vector<port::Holder> holders;
  std::vector<pid_t> not_seen;          // processes that may not be looked at
  std::vector<std::string> file_links;  // "/proc/4711/fd/3": by which what they hold can be opened
  bool empty() const { return holders.empty(); }
};

// The device, and of a whole disk its partitions.
HeldThing held_volume(BlockDevice const& device, MountTable const& table);
// The one device alone.
HeldThing held_device(dev_t device, MountTable const& table);
HeldThing held_file(FileIdentity file);
BusyReport find_holders(HeldThing const& thing, MountTable const& table);
// The mounts of the whole machine and who has the volume, by one look at the processes; by another one only where mounts or networks of other
// namespaces change what is to be looked for.
struct VolumeLook {
  MountTable table;
  BusyReport report;
};
VolumeLook look_at_volume(BlockDevice const& device);
// Only those who have the block device itself open (or a partition of it), and what is stacked on it: O_EXCL does not see the former.
struct RawLook {
  BusyReport report;
  std::vector<Sights> sights;     // what was met of namespaces (mount_table_of)
  std::vector<pid_t> processes;   // those that there were
  std::optional<pid_t> last;      // the number that had been given last (number_given_last)
};
RawLook look_for_raw_holders(BlockDevice const& device);
BusyReport find_raw_holders(BlockDevice const& device);
// Those among the processes that have come since such a look, of which `processes` and `last` are wanted.
BusyReport find_new_raw_holders(BlockDevice const& device, RawLook const& since);
// What would still have it when every mount of it were gone: who has the device itself open, what is stacked on it, swap, loop devices on it,
// overlays that use files of it. `raw`: find_raw_holders(), looked at just now.
BusyReport find_lasting_users(BlockDevice const& device, MountTable const& table, BusyReport raw);
// Who has a tape drive open, by whichever of its nodes.
BusyReport find_tape_holders(dev_t device);

// A mount that could not be removed, as a holder: by the process that lives in its namespace. `why`: ", hidden under another mount".
port::Holder mount_holder(MountTable const& table, MountRecord const& mount, std::string const& why);
// The holder that nobody sees, with what could not be looked at in its words, and the overlays that there are.
port::Holder unknown_holder(BusyReport const& report, MountTable const& table = {});
// "/mnt/a/b is open in process 4711 (dd, user root)", "swap file /mnt/a/swap (kernel)"; at most limits::holders_named_max of them.
std::string holders_text(std::vector<port::Holder> const& holders);

}  // namespace rsm::block
