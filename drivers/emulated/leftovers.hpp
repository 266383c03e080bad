// What a killed daemon left of an emulated library: loop devices bound to its images, links of volumes that are gone.
//
// What for: rsm-emu clean, and whoever tidies up after a test. Loop devices are found by the inode of the image. What somebody
// still uses (a handler that lives, a mount, an open device) is left alone and named; nothing is unmounted.
// Errors: those of LibraryDirectory::read(). Thread rule: any; calls block shortly. Source: architecture decision 17.
#pragma once

#include <string>
#include <vector>

#include "drivers/emulated/library_directory.hpp"

namespace rsm::emulated {

struct Leftovers {
  std::vector<std::string> removed;  // one sentence each
  std::vector<std::string> left;     // still in use, and by whom
};

Result<Leftovers> remove_leftovers(LibraryDirectory const& library);

}  // namespace rsm::emulated
