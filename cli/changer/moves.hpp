// Which load, which unload and which transfer a changer may be asked for.
//
// What for: both programs look before they move, as mtx does: what cannot be done is refused with one sentence, and nothing has changed then.
// Errors: invalid_parameter: no such slot or drive; empty; not_empty; resource_not_present: the library does not have it. Thread rule: pure functions, values.
#pragma once

#include <string>

#include "cli/changer/shelf.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::changer {

struct Load {
  Medium medium;
  Drive drive;
};
// `slot` from 1, `drive` from 0. A drive with another view's medium is waited for in the service's queue.
Result<Load> plan_load(Shelf const& shelf, std::int64_t slot, std::int64_t drive);

struct Unload {
  Medium medium;
  Drive drive;
};
// `slot` 0: to its home. Any other slot than the home is refused: the service brings every medium home.
Result<Unload> plan_unload(Shelf const& shelf, std::int64_t slot, std::int64_t drive);

struct Transfer {
  Slot from;
  Slot to;
};
// From slot or port to slot or port, ports numbered after the slots; `ports`: whether they have numbers. Who lies in a port need not be known.
Result<Transfer> plan_transfer(Shelf const& shelf, std::int64_t from, std::int64_t to, bool ports);

// The media of two slots, of which both are full and neither is in a drive. `then`: where the one of the second slot is to go, which is the first.
Result<Transfer> plan_exchange(Shelf const& shelf, std::int64_t from, std::int64_t to, std::int64_t then);

Result<> check_usable(Shelf const& shelf);

}  // namespace rsm::changer
