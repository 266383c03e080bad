// The programs that do for `rsm` what it does not do itself: they lie beside it, or where the installation puts them.
//
// What for: `rsm` opens no devices and no catalogs; what only a few commands need is no part of what starts for each of them.
// A helper that cannot do its work says on standard error the number of the error and a sentence. Thread rule: any.
#pragma once

#include <string>
#include <string_view>

#include "libmgr/domain/error.hpp"

namespace rsm::cli {

// `variable` of the environment names another place. device_not_available: there is no such program.
Result<std::string> find_helper(std::string_view program, char const* variable);

// "5 /etc/openrsm/chap: others may read it": as a helper tells why it could not; anything else is told as it is.
Error told_by_helper(std::string_view program, std::string complaint);

}  // namespace rsm::cli
