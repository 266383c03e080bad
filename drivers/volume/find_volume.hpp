// Which volume a person means by a path.
//
// What for: `rsm volume VERB PATH`. A device is itself; a regular file to which a loop device is bound is that loop device; any other path is
// the volume that it lies on, found by its mount id (statx) in /proc/self/mountinfo, never by comparing names.
// Errors: file_not_found (no such path, or the device of the mount has no node in /dev); access_denied (a folder on the way may not be
// searched); object_not_found (several loop devices are bound to the file: the sentence names them); invalid_name (the file is an image that nothing is bound
// to, or the path lies on a file system without a device of its own: tmpfs, overlay, network).
// Thread rule: any; looks at the path, /proc and /sys, never opens the device. Source: statx(2) STATX_MNT_ID, proc(5) mountinfo, loop(4).
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "libmgr/domain/error.hpp"

namespace rsm::volume {

enum class FoundBy {
  itself,      // the path is the device's own node
  link,        // a symbolic link to it
  image,       // the file that a loop device is bound to
  mount_point,
  inside       // something on the volume
};

struct FoundVolume {
  std::string device;     // "/dev/loop1000"
  FoundBy by = FoundBy::itself;
  bool regular_file = false;  // with `inside`: not a folder
  std::string mount_point;    // of mount_point and inside
};

Result<FoundVolume> find_volume(std::string const& path);

struct Disk {
  std::string device;
  bool loop = false;  // a loop device: its image goes as a whole
};
// The disk that a partition is on; nullopt: the device is no partition.
std::optional<Disk> disk_of_partition(std::string const& device);
// The numbers of the whole medium that the device is on: the disk, its partitions. Empty: there is no such device.
std::vector<dev_t> medium_numbers(std::string const& device);

}  // namespace rsm::volume
