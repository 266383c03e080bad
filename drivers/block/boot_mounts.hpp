// Fixed disks that the machine mounts by its own table: /home, /srv, /data on disks of their own.
//
// What for: taking such a volume away by mistake stops the machine's services as surely as a system volume; whoever means it says so
// (`rsm volume … --system`). Removable media and loop devices are nobody's fixed disks, whatever the table says of them.
// Errors: none; a table that is not there says nothing. Thread rule: any; reads /etc, /run and /sys.
// Source: fstab(5), systemd.mount(5), sysfs "removable".
#pragma once

#include <string>
#include <vector>

#include "drivers/block/block_device.hpp"

namespace rsm::block {

struct BootTables {  // tests bring their own
  std::string fstab = "/etc/fstab";
  std::vector<std::string> units = {"/etc/systemd/system", "/run/systemd/generator", "/usr/lib/systemd/system"};
  std::string by = "/dev/disk";  // the links by-uuid, by-label, …
  std::string sys = "/sys";
};

// "/etc/fstab mounts it at /data": of a fixed disk or its partition; empty: no table does.
std::string boot_mount_of(BlockDevice const& device, BootTables const& tables = {});

}  // namespace rsm::block
