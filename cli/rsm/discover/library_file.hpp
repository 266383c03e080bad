// A file of a library, written beside the configuration.
//
// What for: `rsm library discover --add`. It is there whole or not at all: written under another name (which rsmd does not read), put on disk, and renamed;
// never over a file that is there. Mode 0644; the folder (0755) is made where only that is missing. Errors: already_exists; access_denied; disk_full and the
// other errors of the system. Object: the file. Thread rule: any. Source: rename(2), RENAME_NOREPLACE.
#pragma once

#include <string>
#include <string_view>

#include "libmgr/domain/error.hpp"

namespace rsm::cli {

Result<> write_library_file(std::string const& path, std::string_view text);

}  // namespace rsm::cli
