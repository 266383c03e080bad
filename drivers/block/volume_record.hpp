// What the processes that act on one volume know of each other: handles, lock, offline, preventions, who manages it.
//
// What for: on Windows the kernel keeps this for every volume; here it is a small file for each device, in a directory of /run, changed
// under flock(2). Whatever a process wrote there counts only while that process lives (its number and its start time): nothing has to be
// cleaned up after a kill. The kernel's own means still decide (O_EXCL keeps mounts out); the record says who, and keeps what Linux has no
// place for: that handles from before a dismount are dead, that removal is prevented, that a volume needs service.
// Errors: busy (somebody holds the record for longer than limits::volume_record_wait), access_denied, bad_format (not a record: remove it).
// Thread rule: any; calls block shortly. Source: volume-control.md "State of one volume".
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "drivers/block/folder.hpp"
#include "drivers/block/limits.hpp"
#include "drivers/block/unique_fd.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::block {

// A process that cannot be taken for a later one with the same number. Number 0: none.
struct ProcessId {
  std::int32_t pid = 0;
  std::uint32_t reserved = 0;
  std::uint64_t started = 0;  // clock ticks after boot, proc(5) stat field 22
  friend bool operator==(ProcessId const&, ProcessId const&) = default;
};
ProcessId this_process();
bool is_alive(ProcessId const& process);

struct HandleSlot {
  ProcessId handler;             // the process that acts for the handle
  std::int32_t application = 0;  // the program that opened it
  std::uint8_t read = 0, write = 0, listening = 0, reserved = 0;
  std::uint32_t preventions = 0;
  std::array<char, 36> command{};
};

// As it stands in the file, before the handles.
struct VolumeRecordHead {
  std::uint64_t mark = 0;
  std::uint64_t dismounts = 0;  // so far: a handle that was opened before the last one is dead
  ProcessId locker, offline_keeper, manager;
  ProcessId door_keeper;                // for whom removal_prevented is kept by the device, where it needs a process for that
  std::uint32_t removal_prevented = 0;  // IOCTL_STORAGE_MEDIA_REMOVAL: stays until it is allowed
  std::uint32_t door_locked = 0;        // what the device was told last
  std::array<char, 256> manager_text{}, service_text{};  // service_text: why it needs service; empty: it does not
};

struct VolumeRecord : VolumeRecordHead {
  std::vector<HandleSlot> handles;  // at most limits::volume_handles_max

  bool prevented() const;
  // Of processes that have ended nothing stays.
  void prune();
};
void set_text(std::span<char> field, std::string_view text);
std::string text_of(std::span<char const> field);

// OPENRSM_VOLUME_STATE, else /run/openrsm/volumes for root, else XDG_RUNTIME_DIR/openrsm/volumes, else /tmp/openrsm-UID/volumes.
std::string volume_state_directory();

class VolumeRecordFile {
 public:
  // `directory`: made where it is missing, 0700; the files in it are 0600: a lock that somebody else can take would stop every volume.
  static Result<VolumeRecordFile> at(std::string directory, dev_t device);
  std::string const& path() const { return path_; }

  // Reads, prunes, lets `change` change it, writes. An error of `change` is handed on, and nothing is written.
  Result<> change(std::function<Result<>(VolumeRecord&)> const& change) const;
  // As it is now, pruned; an empty one where there is no file.
  Result<VolumeRecord> read() const;
  // How many dismounts so far; cheap. 0 where there is no file.
  std::uint64_t dismounts() const;
  // Can be read as soon as somebody has changed it since; empty: that cannot be heard here (inotify(7), its limits).
  UniqueFd watch() const;

 private:
  VolumeRecordFile(std::shared_ptr<Folder const> folder, std::string name) : folder_(std::move(folder)), name_(std::move(name)), path_(folder_->path_of(name_)) {}
  Result<UniqueFd> lock(int flags) const;
  std::shared_ptr<Folder const> folder_;
  std::string name_, path_;
};

// The processes that keep the door of this device locked with a descriptor of theirs. Best effort, in the default directory.
std::vector<pid_t> door_keepers(dev_t device);

// For drive handlers; best effort, in the default directory. Without a record there is nobody to be told about a dismount.
void count_dismount(dev_t device);
void say_managed(dev_t device, std::string const& drive);
void say_no_longer_managed(dev_t device);

}  // namespace rsm::block
