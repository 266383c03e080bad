// A person pulls a cartridge out of a drive, although the drive holds it and somebody uses its volume.
//
// What for: the one deed of a person's hands that the hardware cannot refuse. The drive is empty at once, the cartridge outside the
// library, and whoever has the volume open gets errors, as with real hardware; nobody is told.
// Errors: resource_not_present, empty, busy (the arm moves it). Thread rule: any process; blocks.
#pragma once

#include <cstdint>
#include <string>

#include "drivers/emulated/library_directory.hpp"

namespace rsm::emulated {

// Gives the bar code.
Result<std::string> pull_cartridge(LibraryDirectory const& library, std::uint32_t drive);

}  // namespace rsm::emulated
