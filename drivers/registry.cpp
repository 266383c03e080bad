#include "drivers/registry.hpp"

#include <array>

#include "drivers/emulated/emulated_changer.hpp"
#include "drivers/emulated/emulated_drive.hpp"

namespace rsm {

std::span<DriverKind const> driver_kinds() {
  static std::array const kinds{DriverKind{"emulated", emulated::make_emulated_changer, emulated::make_emulated_drive, emulated::emulated_volume_link}};
  return kinds;
}

}  // namespace rsm
