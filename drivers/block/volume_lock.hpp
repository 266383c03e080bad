// The lock of a block volume: nobody else uses it, and nobody can begin to.
//
// What for: step 2 of the safe order. A whole disk is locked with all its partitions. First every mount in every namespace is asked whether it is idle, without touching it; only if
// all are, all are unmounted and the device is opened exclusively, which keeps every mount of it out while the lock lives.
// Whoever has the device itself open (O_EXCL does not see them) refuses the lock too. Mounts that a lock removed are put back
// when it is refused half way, and by unlock(). Dropping a lock without either leaves the volume dismounted.
// Errors: busy, the holders named in the detail, and nothing has changed; access_denied without the rights.
// Thread rule: a process with one thread, and that of a LookAhead; blocks (a refusal takes up to limits::lock_settle_limit for each of its questions).
// Source: volume-control.md "lock", decisions 13, 14, 18 and 23.
#pragma once

#include <chrono>
#include <future>
#include <optional>
#include <vector>

#include "drivers/block/busy_report.hpp"
#include "drivers/block/block_device.hpp"
#include "drivers/block/file_system_end.hpp"
#include "drivers/block/limits.hpp"
#include "drivers/block/mount_actions.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::block {

// A look at the processes on a thread of its own, for a lock that has been asked for and is not taken yet: what comes before it waits for the disk.
class LookAhead {
 public:
  using Clock = std::chrono::steady_clock;
  explicit LookAhead(BlockDevice const& device);

  struct Look {
    Clock::time_point begun;
    RawLook seen;
    MountTable table;
    explicit Look(BlockDevice const& device);
  };
  // Once, when the look has ended. nullopt: it does not count, since it is too old or found somebody, who may have gone meanwhile: look again.
  std::optional<Look> take();

 private:
  std::future<Look> look_;
};

class VolumeLock {
 public:
  // `ahead`: a look that began after the lock was asked for.
  static Result<VolumeLock> take(BlockDevice const& device, std::string const& object, std::optional<LookAhead> ahead = {});
  // What take() looks at before it changes anything, and its error if that would refuse.
  static Result<> could_be_taken(BlockDevice const& device, std::string const& object);
  VolumeLock(VolumeLock&&) = default;
  VolumeLock& operator=(VolumeLock&&) = default;

  int device_fd() const { return exclusive_.get(); }
  bool removed_mounts() const { return !removed_.empty(); }
  // Ends the lock and mounts again what it unmounted; the error says what could not be.
  Result<> unlock();
  // The descriptor alone, for somebody who gives it back (or another one, or none when the volume has gone).
  UniqueFd lend_descriptor() { return std::move(exclusive_); }
  void take_descriptor_back(UniqueFd exclusive) { exclusive_ = std::move(exclusive); }
  // The volume stays dismounted; what is returned keeps it offline for as long as it is held.
  UniqueFd keep_offline() &&;

 private:
  VolumeLock(BlockDevice device, std::string object) : device_(std::move(device)), object_(std::move(object)) {}
  enum class Stage { mounted, unmounted };
  Result<> try_all();
  Result<> look_at_all();
  Result<> look_at_mounts();
  LookAhead::Look look_at_processes();
  Result<> refuse_what_is_seen();
  Result<> open_places();
  Result<> ask_all();
  Result<bool> ask_once();
  Result<> unmount_all();
  Result<bool> hold_exclusively();
  Result<> refuse_raw_holders();
  std::unexpected<Error> busy(Stage stage);

  std::string node_of(MountRecord const& mount) const;

  BlockDevice device_;
  std::vector<BlockDevice> parts_;  // the device, and of a whole disk its partitions: its exclusive descriptor keeps them all out
  std::string object_;
  std::optional<LookAhead> ahead_;
  MountTable table_;
  std::optional<BusyReport> raw_;  // who had the device itself open when the table was read
  RawLook first_look_;             // what else it has told
  std::chrono::steady_clock::time_point looked_at_;  // when that began
  HeldThing thing_;
  std::vector<RemovedMount> mounted_;  // not removed yet, in the order they were mounted
  std::vector<MountRecord> covered_;   // of these, what another mount hides
  std::vector<RemovedMount> removed_;  // the last one removed is last
  FileSystemEnd end_;                  // of what was mounted: also a mount that somebody else detached while it was in use keeps it
  UniqueFd exclusive_;
};

// Opens the device exclusively, with a short patience for users that are just leaving (udev, an io_uring that was closed). `end`: of the file systems that were
// on it; where it is heard, it is not looked for.
Result<UniqueFd> open_exclusive_when_settled(BlockDevice const& device, FileSystemEnd& end, Millis patience = limits::lock_settle_limit);
Result<UniqueFd> open_exclusive_when_settled(BlockDevice const& device, Millis patience = limits::lock_settle_limit);

}  // namespace rsm::block
