// Places in the queue that an administrator has given (SetNtmsRequestOrder).
//
// What for: a place is a number in the request: lower ones are served first, requests without one come behind them by priority and policy,
// order_last comes last. Who is put at the third place has two before him, so these two get places as well, and whoever stood where he
// is put moves on: only what changes is written. Thread rule: pure functions. Source: rsm-model.md section 15, readings.md 1 and 2.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "libmgr/domain/request.hpp"

namespace rsm {

// `line`: the others as they are served. `moved`: requests of one call, which stay together. `place`: from 1; order_last, and what is beyond
// the end of the line by more than one: behind all, also behind those who come later. What to write: place of each that gets another one.
std::map<RequestId, std::uint32_t> places_for(std::vector<RequestRecord const*> const& line, std::vector<RequestRecord const*> const& moved, std::uint32_t place);

}  // namespace rsm
