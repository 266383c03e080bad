// The best that is known for a trace: a planner that sees what no scheduler can see, how long each side will be kept and what comes later.
//
// What for: a yardstick. A policy whose mean wait is a fifth above it leaves little to be gained. It is no proven lower bound: the best of several ways to use that
// knowledge (the shortest use first, a side left for a better one, an idle medium kept when it is wanted again soon, arrivals of the near future counted). Thread rule: one thread.
#pragma once

#include "tests/sim/played_library.hpp"

namespace rsm::sim {

// The figures of the way with the least mean wait.
ReplayFigures clairvoyant(Trace const& trace);

}  // namespace rsm::sim
