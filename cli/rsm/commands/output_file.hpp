// A file that a person asked for: label sheets, reports.
//
// What for: it is there whole or as it was before: written beside its place and renamed. What is there of that name is replaced, as other
// programs do with the file that is named to them. Errors: access_denied, disk_full, file_not_found (its folder), write_fault. Object: the
// file. Thread rule: any.
#pragma once

#include <string>
#include <string_view>

#include "libmgr/domain/error.hpp"

namespace rsm::cli {

Result<> write_output_file(std::string const& path, std::string_view bytes);

}  // namespace rsm::cli
