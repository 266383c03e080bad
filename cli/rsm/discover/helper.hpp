// The program that looks at devices (rsm-discover), and what it has found.
//
// What for: `rsm` opens no devices; this starts the program beside it (or the installed one), waits within limits::discovery_limit and reads its report.
// OPENRSM_DISCOVER names another program. A signal that ends `rsm` ends it, too. Errors: those that it told; device_not_available, it cannot be started or has
// died; timeout; bad_format, its report makes no sense. Object: the program. Thread rule: the main thread; blocks.
#pragma once

#include <string>
#include <vector>

#include "drivers/discovery/report.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::cli {

Result<discovery::Report> run_discovery(std::vector<std::string> const& arguments);

}  // namespace rsm::cli
