#include "drivers/emulated/pulled_cartridge.hpp"

#include "drivers/block/pulled_medium.hpp"

namespace rsm::emulated {

Result<std::string> pull_cartridge(LibraryDirectory const& library, std::uint32_t drive) {
  Cartridge pulled;
  RSM_TRY(std::string const barcode, library.change([&](Hardware& hardware) -> Result<std::string> {
    if (auto const* cartridge = hardware.in({ElementKind::drive, drive})) pulled = *cartridge;
    return hardware.hand_pull(drive, real_now());
  }));
  for (std::uint32_t side = 0; side < pulled.labels.size(); ++side)
    RSM_CHECK(block::pull_image(library.image_path(pulled.name, side), library.volume_link(drive)));
  return barcode;
}

}  // namespace rsm::emulated
