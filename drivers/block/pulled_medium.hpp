// An image that a person takes out of its drive while it is in use: the emulation's half of it.
//
// What for: real hardware answers nothing more when its medium is gone. The loop device of a block volume is cut off where it is, mounted or
// not; a user-space volume gives its handles an orphan. Whoever serves the drive finds out by itself.
// Errors: busy where the kernel keeps the medium; write_fault, access_denied of the copy. Thread rule: any; blocks.
#pragma once

#include <string>

#include "libmgr/domain/error.hpp"

namespace rsm::block {

// `link`: the stable path of the volume in that drive.
Result<> pull_image(std::string const& image, std::string const& link);

}  // namespace rsm::block
