// The image file of one side of a cartridge.
//
// What for: a new side is a sparse file with a file system on it, made by the ordinary mkfs programs (started without a shell),
// with the UUID and the volume name of its label; ext4 without lazy initialisation, so that nothing but its users changes it.
// Units: bytes; ext4 needs 1 MiB, xfs 300 MiB. Errors: already_exists; invalid_parameter (size); not_supported (no mkfs on this
// machine); write_fault with what mkfs said; timeout; disk_full; access_denied. Thread rule: any; blocks.
#pragma once

#include <cstdint>
#include <string>

#include "drivers/block/folder.hpp"
#include "libmgr/domain/error.hpp"
#include "libmgr/domain/medium.hpp"

namespace rsm::emulated {

// Nothing of a file that could not be made is left. filesystem: ext4, xfs, none.
Result<> make_side_image(block::Folder const& folder, std::string const& name, std::string const& filesystem, std::uint64_t bytes, Omid const& label);
// Whether sides of this size can be made at all.
Result<> judge_side_size(std::string const& filesystem, std::uint64_t bytes);

}  // namespace rsm::emulated
