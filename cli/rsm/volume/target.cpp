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

}  // namespace

Result<VolumeTarget> volume_target(std::string const& typed, VolumeVerb verb) {
  RSM_TRY(auto const path, volume::volume_path(typed));
  RSM_TRY(auto const found, volume::find_volume(path));
  if (found.regular_file && changes_volume(verb))
    return fail(Errc::invalid_name, typed,
                "no loop device is bound to this file; it is a file on " + found.device + ", mounted at " + found.mount_point + ": name that if it is meant");
  bool const by_name = path != typed;
  return VolumeTarget{found.device, by_name ? "by the volume table" : how_text(found)};
}

}  // namespace rsm::cli
