// Which devices carry the system itself: never to be dismounted, whoever asks.
//
// What for: a library's configuration that names the wrong device must not take the machine down. A system device carries /, /boot,
// /usr or /var, or is (or carries) swap, or is a parent of such a device: the disk of a partition, the members of md and dm, the
// device that holds a loop device's file. Decided by device numbers, never by names.
// Errors: volume_contains_sys_files (4337) from refuse_system_volume. Thread rule: any; reads /proc and /sys.
// Source: volume-control.md "system volume".
#pragma once

#include <sys/types.h>

#include <set>
#include <string>

#include "libmgr/domain/error.hpp"

namespace rsm::block {

// `sys` and `swaps`: where sysfs and the table of swaps are; tests bring their own.
std::set<dev_t> system_devices(std::string const& sys = "/sys", std::string const& swaps = "/proc/swaps");
Result<> refuse_system_volume(dev_t device, std::string const& object);
// The device itself and all it lies on, to the bottom.
std::set<dev_t> device_and_parents(dev_t device, std::string const& sys = "/sys");

}  // namespace rsm::block
