// Copies of images; a file replaced by a copy of itself: whoever has the old one open keeps a dead orphan.
//
// What for: user-space volumes cannot take a handle away from anybody; after a forced dismount the old handles must never reach the
// cartridge again. The copy shares blocks where the file system can, and keeps holes; it is on the disk before it takes the name.
// What others write during the copy may be in it or not; what was flushed before is.
// Errors: write_fault (no space, bad medium), access_denied; then the file is as it was. Thread rule: any; blocks for the copy.
#pragma once

#include <string>

#include "libmgr/domain/error.hpp"

namespace rsm::block {

Result<> replace_by_copy(std::string const& path);
// A second file with the same in it.
Result<> copy_image(std::string const& from, std::string const& to);

}  // namespace rsm::block
