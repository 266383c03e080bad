// The page /healthz: is everything as it should be, and if not, what is wrong.
//
// What for: one sentence for each thing that needs a person: the daemon does not answer or does not serve, a library or a drive that needs
// service or is gone, a commit that does not come back. What an operator has switched off is not wrong, nor is hardware that is just being
// asked. Thread rule: pure functions.
#pragma once

#include <string>
#include <vector>

#include "api/exporter/metrics_page.hpp"

namespace rsm::exporter {

// Empty: healthy.
std::vector<std::string> troubles(DaemonAnswer const& answer);

}  // namespace rsm::exporter
