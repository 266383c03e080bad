// A device with a medium in it, as a handle on its volume works with it: a block device or a tape drive.
//
// What for: what differs between a file system on a disk and a tape, and nothing else: the rules of handles (who may, what is refused, what
// dies with what) are in volume_handle.hpp. Meaning and errors of each call: the rows of volume-control.md; "busy" here means that somebody
// uses the volume, and names them. One object serves one handle; `exclusive` is its hold of the device that keeps everybody else out.
// Thread rule: one thread, the handler's; calls block as long as the device takes.
// Source: volume-control.md "On Linux".
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "drivers/block/block_device.hpp"
#include "drivers/block/busy_report.hpp"
#include "drivers/volume/device_calls.hpp"
#include "drivers/volume/volume_types.hpp"

namespace rsm::volume {

class MediumDevice {
 public:
  virtual ~MediumDevice() = default;

  virtual Result<> flush() = 0;
  // Takes the volume out of everybody's hands: nobody uses it, nobody can begin to. busy: the holders named, nothing has changed.
  virtual Result<> lock() = 0;
  // lock() would refuse it now, with the same error; changes nothing.
  virtual Result<> could_lock() = 0;
  // Mounts that lock() removed are back.
  virtual Result<> unlock() = 0;
  // Detaches the file system whether or not it is in use; after lock() what it removed does not come back.
  virtual Result<DismountOutcome> dismount() = 0;
  // Also while our own lock has removed the mounts, which come back.
  virtual Result<bool> is_mounted() = 0;
  // Holds the device so that nothing can mount it, with or without a lock; busy: mounted again, or kept by old handles.
  virtual Result<> hold_offline() = 0;
  virtual void release_offline() = 0;

  // no_media_in_drive; not_ready: becoming ready, stopped; busy: others use the drive, and it lets nobody else ask (tape). Gives the number of
  // the medium where the kernel counts them.
  virtual Result<std::uint64_t> medium() = 0;
  // Asks the device itself, past every cache: an error that it does not answer.
  virtual Result<> answers() = 0;
  virtual bool has_door() const = 0;
  // A locked door is locked for as long as this object lives, for each one that locked it; false: it stays locked until somebody unlocks it.
  virtual bool door_needs_keeper() const = 0;
  virtual Result<> lock_door(bool locked) = 0;
  // Unloads; unable_to_unload_media: the drive refuses, or the medium is still there.
  virtual Result<> eject() = 0;
  // unable_to_load_medium: the drive refuses, or there is still none.
  virtual Result<> load() = 0;

  virtual Result<std::string> read(std::uint64_t offset, std::uint32_t length) = 0;
  virtual Result<std::uint64_t> write(std::uint64_t offset, std::string const& data) = 0;
  virtual Result<std::uint64_t> size() = 0;

  // Fills in kind, backing, disk, system volume.
  virtual void describe(VolumeStatus& status) = 0;
  // Fills in size, read_only, label, mounts.
  virtual void describe_contents(VolumeStatus& status) = 0;
  virtual Result<block::BusyReport> holders() = 0;
  // Of a file system that is mounted nowhere any more and still used: until its last user has ended, at most `limit`. False: not yet, or that cannot be
  // heard. `interrupt_fd` readable and `interrupted` true: ends early.
  virtual Result<bool> await_end(Millis limit, int interrupt_fd, std::function<bool()> const& interrupted) = 0;
};

// What a path leads to. Of the eight nodes of a tape drive it is always the one that does not rewind at its close: a question must not move the
// tape, and whoever names the drive, by whichever node, means the same volume.
struct FoundDevice {
  std::string node;    // "/dev/sr0", "/dev/nst0"
  dev_t device = 0;
  bool tape = false;
};
// file_not_found; invalid_name: neither a block device nor a tape.
Result<FoundDevice> find_device(std::string const& path, DeviceCalls& calls);

// `system_too`: also a fixed disk that the machine mounts by its own table. `lock_is_to_come`: a lock has been asked for, and other work comes first: what it looks at
// is looked at meanwhile.
std::unique_ptr<MediumDevice> make_block_medium(block::BlockDevice device, DeviceCalls& calls, bool system_too, bool lock_is_to_come = false);
std::unique_ptr<MediumDevice> make_tape_medium(std::string node, DeviceCalls& calls);

}  // namespace rsm::volume
