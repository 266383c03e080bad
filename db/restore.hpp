// The second half of a restore: from "the new file is complete beside the catalog" to "it is the catalog".
//
// What for: a complete, durable `<catalog>.restore` is the decision; moving files around after it can be interrupted anywhere
// and goes on at the next call. The log of the old catalog must never meet the new file: SQLite would play it into it.
// Errors: of the file system. Thread rule: the caller owns the catalog (CatalogLock), no connection is open.
#pragma once

#include <string>

#include "libmgr/domain/error.hpp"

namespace rsm::db {

// Nothing to finish: nothing happens.
Result<> finish_restore(std::string const& catalog_path);

}  // namespace rsm::db
