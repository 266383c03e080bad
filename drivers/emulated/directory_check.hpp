// Whether the directory of an emulated library holds what its state says.
//
// What for: rsm-emu check. Reads only. Thread rule: any; reads files.
#pragma once

#include <string>
#include <vector>

#include "drivers/emulated/library_directory.hpp"

namespace rsm::emulated {

// One sentence for each difference between state and files: images that are missing, of another size or no regular files, files that
// belong to nothing, links that lead nowhere. Empty: none. Errors: those of LibraryDirectory::read().
Result<std::vector<std::string>> check_directory(LibraryDirectory const& library);

}  // namespace rsm::emulated
