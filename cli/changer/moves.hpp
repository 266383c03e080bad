// Which load and which unload a changer may be asked for.
//
// What for: both programs look before they move, as mtx does: what cannot be done is refused with one sentence, and nothing has changed then.
// Errors: invalid_parameter: no such slot or drive; empty; not_empty. Thread rule: pure functions, values.
#pragma once

#include <string>

#include "cli/changer/shelf.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::changer {

struct Load {
  Medium medium;
  Drive drive;
};
// `slot` from 1, `drive` from 0.
Result<Load> plan_load(Shelf const& shelf, std::int64_t slot, std::int64_t drive);

struct Unload {
  Medium medium;
  Drive drive;
};
// `slot` 0: to its home. Any other slot than the home is refused: the service brings every medium home.
Result<Unload> plan_unload(Shelf const& shelf, std::int64_t slot, std::int64_t drive);

Result<> check_usable(Shelf const& shelf);

}  // namespace rsm::changer
