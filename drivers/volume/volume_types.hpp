// What can be asked of a volume through one handle on it, and what it answers.
//
// What for: one vocabulary for the C library (api/volumectl), for `rsm volume`, for the handler process that does the work and for their
// tests. The operations, their needs and their errors are the rows of volume-control.md ("The operations"); errors here carry the Win32
// number that the row promises, and a sentence with names in it. Bytes are bytes, times milliseconds.
// Thread rule: values. Source: volume-control.md; Windows winioctl.h for the codes (api/volumectl/volumectl.h has them).
#pragma once

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "drivers/port/drive.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::volume {

// With which rights a handle is opened. Without read and write it only asks and does what needs no access; it does not count as a user.
struct Access {
  bool read = false;
  bool write = false;
  friend bool operator==(Access const&, Access const&) = default;
};

enum class Operation : std::uint16_t {
  flush = 1,         // needs write access
  lock,              // needs read access; access_denied while anybody else uses the volume
  unlock,            // not_locked when this handle holds no lock; mounts that the lock removed are back
  dismount,          // whether or not the volume is in use; access_denied: locked by another handle, system volume; answer: data = DismountReport
  is_mounted,        // not_ready: it is not, or there is no medium
  offline,           // invalid_state before a dismount through this handle; busy: old handles still keep the device
  online,
  is_offline,        // gen_failure: it is online
  media_removal,     // Command::prevent; stays when the handle closes
  ejection_control,  // Command::prevent; counted for each handle, released when it closes
  verify,            // answer: number = how often the medium has changed; not_ready, media_changed (once), no_media_in_drive
  eject,             // unable_to_unload_media: removal is prevented, or the drive refuses
  load,              // not_supported: no motor; unable_to_load_medium
  read,              // Command::offset, length; answer: data (shorter at the end of the volume)
  write,             // Command::offset, data; access_denied on a mounted volume without this handle's lock; answer: number = bytes
  size,              // answer: number = bytes of the volume
  status,            // answer: data = VolumeStatus; works on any device in any state
  holders,           // answer: data = HolderList: who keeps it busy
  could_lock,        // the error that lock would give now (busy with the holders, system volume); changes nothing, needs no access
  await_end,         // of a volume that is mounted nowhere any more and still used: waits for its last user, at most Command::length milliseconds; needs no access;
                     // answer: number = 1: they have ended, 0: not yet, or that cannot be heard
  condition,         // as status, without what takes a look at the whole machine or at the medium: no mounts (so it is not said whether it is mounted), size, label
  fit                // as condition, and a gate: number = 1: may_be_taken(); 0: it may not, and what is linked to it is not begun
};
BOOST_DESCRIBE_ENUM(Operation, flush, lock, unlock, dismount, is_mounted, offline, online, is_offline, media_removal, ejection_control, verify, eject, load, read,
                    write, size, status, holders, could_lock, await_end, condition, fit)

struct Command {
  Operation operation = Operation::status;
  bool prevent = false;        // media_removal, ejection_control
  std::uint64_t offset = 0;    // read, write
  std::uint32_t length = 0;    // read: at most limits::volume_transfer_bytes_max; await_end: milliseconds, at most limits::volume_end_wait
  std::string data = {};       // write: at most limits::volume_transfer_bytes_max
  bool linked = false;         // only begun when the one submitted before it on this handle went well; else it completes with operation_aborted, nothing done
};

struct Outcome {
  std::uint64_t number = 0;
  std::string data = {};
};

// What is told to listeners: before a lock is taken (each has to answer), and after what happened.
enum class Notice : std::uint16_t { lock = 1, lock_failed, unlock, dismount };
BOOST_DESCRIBE_ENUM(Notice, lock, lock_failed, unlock, dismount)

// ---- what is told about a volume; JSON with these names in `--json`

struct MountedAt {
  std::string mount_point, fs_type, options;
  std::int64_t process = 0;  // a process in the mount namespace, where it is not our own; else 0
  std::string name_space;    // "mount namespace 4026532185 without a process, kept by /run/ns/a"; empty: ours, or that of the process
  std::string device;        // what is mounted: the volume itself, or a partition of the disk that it is
};
BOOST_DESCRIBE_STRUCT(MountedAt, (), (mount_point, fs_type, options, process, name_space, device))

// A handle on the volume, by whom.
struct HandleOwner {
  std::int64_t process = 0;    // the program that opened it
  std::string user, command;
  bool read = false, write = false, locked = false, listening = false;
  std::int64_t preventions = 0;
};
BOOST_DESCRIBE_STRUCT(HandleOwner, (), (process, user, command, read, write, locked, listening, preventions))

struct VolumeStatus {
  std::string device;       // "/dev/loop1000"
  std::string kind;         // "loop device", "optical drive", "disk", "partition", "tape drive"
  std::string backing;      // of a loop device: its image; else empty
  std::string disk;         // of a partition: the disk that it is on; else empty
  bool medium = false;      // is one there, as far as the device can be asked
  std::int64_t size_bytes = 0;
  bool read_only = false;
  std::string state;        // empty: not asked for; "unknown" (the device cannot be asked) | "no medium" | "dismounted" | "mounted" | "locked" | "offline" (volume-control.md "State of one volume")
  std::string label_type, label_id, label_info;  // file system on it, its id, its name; empty: none that is understood
  std::string label_note;                        // why there is none, where something is known
  std::vector<MountedAt> mounts;
  std::vector<HandleOwner> handles;  // through libvolumectl and `rsm volume`
  std::int64_t offline_process = 0;  // who keeps it offline
  bool removal_prevented = false;
  std::string system_volume;    // why it may never be dismounted; empty: it may
  std::string managed_by;       // "drive 0 of /var/lib/openrsm/emu (rsm-handler, process 4711)": a running daemon manages it; empty: nobody
  std::string needs_service;    // what ran out of time; empty: fine
  std::int64_t media_changes = 0;  // number of the medium, where the kernel counts (diskseq); else 0
};
BOOST_DESCRIBE_STRUCT(VolumeStatus, (),
                      (device, kind, backing, disk, medium, size_bytes, read_only, state, label_type, label_id, label_info, label_note, mounts, handles, offline_process,
                       removal_prevented, system_volume, managed_by, needs_service, media_changes))

// By its condition: no service manages it, the machine does not need it, it is in service and online. Who asks for more than that looks at the condition itself.
bool may_be_taken(VolumeStatus const& condition);

// One who keeps the volume busy.
struct HolderEntry {
  std::int64_t pid = 0;     // 0: the kernel, or nobody can be named
  std::string user, command;
  std::string what;         // "open file /mnt/a/b", "working directory /mnt/a", "swap file /mnt/a/swap", "mount at /mnt/a in the mount namespace"
};
BOOST_DESCRIBE_STRUCT(HolderEntry, (), (pid, user, command, what))
struct HolderList {
  std::vector<HolderEntry> holders;
  std::vector<std::int64_t> not_seen;  // processes that may not be looked at: the list may be incomplete
};
BOOST_DESCRIBE_STRUCT(HolderList, (), (holders, not_seen))

// What became of a dismounted volume (port::DismountReport on this wire).
struct DismountOutcome {
  bool was_mounted = false;
  bool forced = false;        // something was open
  bool handles_dead = true;   // false: old handles may live on; the medium must not be reused before they are closed
  std::string note;           // one sentence for people
};
BOOST_DESCRIBE_STRUCT(DismountOutcome, (), (was_mounted, forced, handles_dead, note))

// Text with the words that the user of this process may read (libmgr/domain/private_text.hpp).
std::string shown_here(std::string_view text);
// JSON text whose strings may hold any bytes, as valid JSON: a byte that is no UTF-8 is written \xHH in its string.
std::string valid_json(std::string_view serialized);
// The described structs as JSON text, shown so, and back (both ends are of one build: what does not fit is bad_format).
std::string to_json(VolumeStatus const& value);
std::string to_json(HolderList const& value);
std::string to_json(DismountOutcome const& value);
Result<VolumeStatus> status_from_json(std::string_view text);
Result<HolderList> holders_from_json(std::string_view text);
Result<DismountOutcome> dismount_from_json(std::string_view text);

}  // namespace rsm::volume
