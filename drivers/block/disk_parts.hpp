// A disk and its partitions: what a device that was named has to do with the rest of its medium.
//
// What for: a medium is more than the device that was named. Whoever works on a whole disk works on its partitions too, and whoever takes the
// medium out takes all of them out: they are looked at together.
// Errors: none; what sysfs does not know is not there. Thread rule: any; reads /sys. Source: sysfs "partition", "dev" and "uevent" of block devices.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "drivers/block/block_device.hpp"

namespace rsm::block {

// The name that the kernel gives the device in /dev; empty: it knows no such device. `sys`: where sysfs is; tests bring their own.
std::string kernel_node(dev_t device, std::string const& sys = "/sys");
// The device itself and, when it is a whole disk, its partitions after it, by their numbers.
std::vector<BlockDevice> parts_of(BlockDevice const& device, std::string const& sys = "/sys");
std::vector<dev_t> numbers_of(std::vector<BlockDevice> const& devices);
// The whole disk that a partition belongs to; nullopt: it is no partition.
std::optional<BlockDevice> disk_of(BlockDevice const& device, std::string const& sys = "/sys");
// The disk and all its partitions, whichever of them is named.
std::vector<BlockDevice> whole_medium(BlockDevice const& device, std::string const& sys = "/sys");

}  // namespace rsm::block
