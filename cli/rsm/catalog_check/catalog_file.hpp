// Check of a catalog file without the service. Thread rule: any.
#pragma once

#include <string>

#include "api/protocol/messages.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::cli {

// Findings are no error; a file that cannot be read, or is no catalog, is one.
Result<wire::CatalogCheckReply> check_catalog_file(std::string const& path);

}  // namespace rsm::cli
