// A block device of the machine, by its number and its node.
//
// What for: what the operations on volumes (lock, flush, dismount) are given, whatever the device is: a loop device, a partition, an
// optical drive. Every open is non-blocking: a drive whose tray is open must not pull it in because somebody asks.
// Errors: busy (claimed: mounted, or opened exclusively by others); access_denied; no_media_in_drive; device_not_available (the device
// vanished); file_not_found; invalid_name (no block device). Thread rule: any; calls block shortly. Source: open(2), volume-control.md "On Linux".
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "drivers/block/unique_fd.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::block {

struct BlockDevice {
  dev_t device = 0;
  std::string node;  // "/dev/loop1000"
};

// The device that a path leads to, symbolic links followed.
Result<BlockDevice> find_block_device(std::string const& path);

// open(O_EXCL): refused by the kernel (busy) while anything has the device mounted or claimed; while it is held every mount of
// the device gives EBUSY. For writing where the device allows it.
Result<UniqueFd> open_exclusive(BlockDevice const& device);
Result<UniqueFd> open_plain(BlockDevice const& device);  // for reading; keeps nobody out

// The number of the medium in it (BLKGETDISKSEQ): another one after every change of medium. 0: this kernel does not count.
std::uint64_t medium_sequence(int fd);

}  // namespace rsm::block
