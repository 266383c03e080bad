// Loop devices of our own: from a fixed number up, bound to one image, found again by the image's inode.
//
// What for: an image becomes a block device while its cartridge is in a drive (decision 17). A loop device is "own" when its
// number is `first_number` or higher; whatever is below belongs to somebody else. No autoclear: the binding outlives the process
// that made it, so that a new one finds it. An empty loop device is never held exclusively: every other `losetup -f` of the
// machine would hang behind it.
// Its sectors have 2048 bytes where the image is an optical disc's, else 512. Direct I/O is never asked for: it would let the folder that the
// image lies in decide how small the sectors may be. Both are read back, since a kernel may do something else and say nothing.
// Errors: busy (bound elsewhere, or not free yet); access_denied; not_supported (no loop devices in this kernel, or bound otherwise than asked);
// resource_not_present (no image); device_not_available (the device vanished).
// Thread rule: any; calls block shortly. Source: loop(4), linux/loop.h, volume-control.md "On Linux".
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drivers/block/block_device.hpp"
#include "drivers/block/unique_fd.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::block {

struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  friend bool operator==(FileIdentity const&, FileIdentity const&) = default;
};

struct LoopDevice : BlockDevice {
  std::uint32_t number = 0;
};

// One bound loop device of the machine.
struct LoopBinding {
  LoopDevice loop;
  FileIdentity backing;  // of the file (for a block device as backing: its inode in /dev)
  dev_t backing_device = 0;   // the device itself, when a block device is the backing; 0 otherwise
  bool autoclear = false;
  bool cut_off = false;       // its medium was taken away (cut_off_loop_device): it reaches the backing no more
  std::string backing_path;
};

// All bound loop devices that can be looked at. The kernel asks the file system of the backing file when it is asked about a device: one
// that a server answers for (FUSE, NFS ...) may be silent, and whoever asks is stuck behind it. A device on such a file system is left out,
// unless its backing may be what the caller looks for: `looked_for` are file systems (st_dev). `but`: devices that are of no interest, by their numbers.
std::vector<LoopBinding> bound_loop_devices(std::vector<dev_t> const& looked_for, std::vector<dev_t> const& but = {});
// What this loop device is bound to now; nullopt: nothing.
std::optional<LoopBinding> loop_binding(LoopDevice const& loop);
// Whether to anything at all, which asks neither the device nor the image.
bool is_bound(LoopDevice const& loop);
// The loop device that a block device is; nullopt: it is none.
std::optional<LoopDevice> as_loop_device(BlockDevice const& device);
// The bound loop device that this symbolic link leads to; nullopt: none.
std::optional<LoopDevice> loop_behind(std::string const& link);
Result<FileIdentity> file_identity(std::string const& path);

// Binds the image to a free loop device numbered `first_number` or higher, made (with its node in /dev) where there is none. An
// image that nobody may write (its permissions, its file system) gives a device that may only be read.
Result<LoopDevice> bind_loop_device(std::string const& image, std::uint32_t first_number);
// The same for a file that is open already.
Result<LoopDevice> bind_loop_device(int image_fd, bool read_only, std::uint32_t first_number);
// Whether it has sectors of this size and no direct I/O; not_supported: the sentence says what it has. Binding asks this itself.
Result<> bound_as_asked(LoopDevice const& loop, std::uint32_t sector_bytes);
// What follows changes a device only while it is bound to this `backing`, which is asked of it with the device open: then it cannot change any more. A
// device that went by itself may be somebody else's by now, with another medium.

// Takes away the mark by which the kernel unbinds a device at its last close.
Result<> keep_bound(LoopDevice const& loop, FileIdentity backing);

// Unbinds and proves it: success also when it is bound to nothing, or to another backing, any more; busy when the device is still bound afterwards (it then goes with its last user). Needs nobody
// else on the device. `exclusive`: our exclusive descriptor, closed on the way. An own device is removed then where that is possible.
enum class EmptyDevice { remove, keep };
Result<> clear_loop_device(LoopDevice const& loop, FileIdentity backing, UniqueFd exclusive, EmptyDevice afterwards = EmptyDevice::remove);

// Takes the medium away from whoever has the device open or mounted: what was sent to it is on the backing, everything after that fails
// with EIO, for ever. The device stays bound until its last user has gone, but is in nobody's way: the backing may be bound again.
// Errors: busy where the kernel does not let a device in use shrink.
Result<> cut_off_loop_device(LoopDevice const& loop, FileIdentity backing);

}  // namespace rsm::block
