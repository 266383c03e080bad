// One seed: two acts. First faults: clients work, everything goes wrong that the seed holds. Then healing: everything that was begun
// must come to its end in bounded virtual time. The auditor looks on all the while.
// Thread rule: one thread, one simulation at a time in a process (the VFS has one name).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/sim/history.hpp"
#include "tests/sim/swarm.hpp"

namespace rsm::sim {

struct Verdict {
  std::optional<std::string> violation;
  std::uint64_t hash = 0;
  std::uint64_t steps = 0;
  Millis played{};  // of the service's life
  Coverage coverage;
  std::vector<std::string> last_lines;
};

// show: print every line of the history.
Verdict simulate(std::uint64_t seed, IronKind kind, bool show);

}  // namespace rsm::sim
