// What has to occur in 500 seeds, or the simulator is not hard enough. Thread rule: pure.
#pragma once

#include <string>
#include <vector>

#include "tests/sim/swarm.hpp"

namespace rsm::sim {
std::vector<std::string> must_occur(IronKind kind);
}  // namespace rsm::sim
