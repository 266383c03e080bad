// How good forecasts are: a trace is played with a policy, and of some of those who wait it is foretold when they will be served, as the service does it
// (libmgr/forecast): from what was learned so far, with bounds that are corrected by how good those before were.
// Nobody sees how long a side will be kept, or what comes later. Errors: none. Thread rule: one thread.
#pragma once

#include <cstddef>
#include <vector>

#include "tests/sim/replay.hpp"

namespace rsm::sim {

struct ForecastFigures {
  std::size_t told = 0;     // forecasts whose mount has come
  std::size_t within = 0;   // of these: before the bound of 90 %
  std::size_t earlier = 0;  // of these: before what was expected, the middle
  std::vector<Millis> off;  // between what was expected and what came, either way, in ascending order
  std::vector<Millis> came; // what came, in ascending order
  double share_within() const { return told == 0 ? 0.0 : static_cast<double>(within) / static_cast<double>(told); }
};

// Of every so-many-th request that waits when it has come.
ForecastFigures foretell(Trace const& trace, ReplayPolicy policy, std::size_t every);

}  // namespace rsm::sim
