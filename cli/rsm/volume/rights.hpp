// What this process lacks to work on a volume, said before it is tried.
//
// What for: --dry-run, and telling "not allowed" from "in use". Thread rule: any; asks access(2) and /proc/self/status. Source: capabilities(7).
#pragma once

#include <string>

#include "cli/rsm/volume/plan.hpp"

namespace rsm::cli {

// Of flush and lock; empty: nothing is lacking.
std::string missing_right(std::string const& device, VolumeStep step);

}  // namespace rsm::cli
