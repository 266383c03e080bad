// The second half of a restore: from "the new file is complete beside the catalog" to "it is the catalog".
//
// What for: a complete, durable `<catalog>.restore` is the decision; moving files around after it can be interrupted anywhere
// and goes on at the next call. The log of the old catalog must never meet the new file: SQLite would play it into it.
// Before it takes the place of the old one, the new file is told what that one has given away: numbers of events and of cartridges go on
// above them, and a new history of events begins (a gap is left, so that a client with any number of the old one is told to read again).
// Errors: of the file system; database_failure (4313) for a `.restore` that is no sound catalog: nothing was changed then.
// Thread rule: the caller owns the catalog (CatalogLock), no connection is open.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libmgr/domain/error.hpp"

namespace rsm::db {

// Nothing to finish: nothing happens. `opening`: that of the log which may lie there (CatalogLock::opening).
Result<> finish_restore(std::string const& catalog_path, std::optional<std::int64_t> opening);

}  // namespace rsm::db
