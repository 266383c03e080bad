// What processes have written of the rest of a medium: the disk of a partition, the partitions of a disk.
//
// What for: a lock, an eject or a manager of one of them concerns the others; each device has a record of its own (drivers/block/volume_record.hpp).
// Errors: a record that cannot be read is left out. Thread rule: any; calls block shortly. Source: volume-control.md "State of one volume".
#pragma once

#include <string>
#include <vector>

#include "drivers/block/volume_record.hpp"
#include "drivers/volume/medium_device.hpp"

namespace rsm::volume {

struct Neighbour {
  enum class Is { disk, partition, sibling };  // of this partition, of this disk, of the disk that this partition is on
  Is is = Is::sibling;
  std::string node;
  block::VolumeRecord record;
};

std::vector<Neighbour> neighbours_of(FoundDevice const& device);
// "a handle of process 4711 (backup)", "process 4711": whose the handler is.
std::string owner_text(block::VolumeRecord const& record, block::ProcessId const& handler);

}  // namespace rsm::volume
