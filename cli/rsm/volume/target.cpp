#include "cli/rsm/volume/target.hpp"

#include "drivers/volume/find_volume.hpp"
#include "drivers/volume/volume_names.hpp"

namespace rsm::cli {
namespace {

std::string how_text(volume::FoundVolume const& found) {
  switch (found.by) {
    case volume::FoundBy::itself: return {};
    case volume::FoundBy::link: return "a link to it";
    case volume::FoundBy::image: return "the image that it is bound to";
    case volume::FoundBy::mount_point: return "where it is mounted";
    case volume::FoundBy::inside: return "on it, mounted at " + found.mount_point;
  }
  return {};
}

// A medium goes in and out with all of its partitions.
Result<> go_to_the_disk(VolumeTarget& target) {
  auto const disk = volume::disk_of_partition(target.device);
  if (!disk) return {};
  if (disk->loop)
    return fail(Errc::unable_to_unload_media, target.device, "a partition of a loop device cannot be ejected; name " + disk->device + ", which goes with all its partitions");
  target.how = (target.how.empty() ? target.device : target.device + ", " + target.how) + " is a partition of it";
  target.device = disk->device;
  return {};
}

}  // namespace

Result<VolumeTarget> volume_target(std::string const& typed, VolumeVerb verb) {
  RSM_TRY(auto const path, volume::volume_path(typed));
  RSM_TRY(auto const found, volume::find_volume(path));
  if (found.by == volume::FoundBy::inside && changes_volume(verb)) {
    std::string const what = found.regular_file ? "no loop device is bound to this file" : "it is not a mount point";
    return fail(Errc::invalid_name, typed, what + "; it lies on " + found.device + ", mounted at " + found.mount_point + ": name that if it is meant");
  }
  VolumeTarget target{found.device, path != typed ? "by the volume table" : how_text(found)};
  if (is_for_the_medium(verb)) RSM_CHECK(go_to_the_disk(target));
  return target;
}

}  // namespace rsm::cli
