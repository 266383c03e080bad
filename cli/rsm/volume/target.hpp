// Which volume was typed: a name of the volume table (X:, \\.\X:), a device, a bound image, a mount point or a path on a volume.
//
// What for: the first argument of every `rsm volume VERB`. Names first, then paths (drivers/volume/find_volume.hpp).
// Errors: those of find_volume; invalid_name for a plain file on a volume when the verb would change the volume: an image that somebody forgot to bind must not
// dismount the disk that it lies on. Thread rule: the main thread.
#pragma once

#include <string>

#include "cli/rsm/volume/plan.hpp"

namespace rsm::cli {

struct VolumeTarget {
  std::string device;
  std::string how;  // "the volume mounted at /mnt/a": how the name led there; empty: it is the device's own
};

Result<VolumeTarget> volume_target(std::string const& typed, VolumeVerb verb);

}  // namespace rsm::cli
