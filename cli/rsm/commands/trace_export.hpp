// `rsm history --trace`: the mounts of one library as a trace that rsm-sim --trace plays (docs/simulator.md).
// Thread rule: as the connection's.
#pragma once

#include <string>

#include "cli/rsm/commands/context.hpp"

namespace rsm::cli {

Result<std::string> export_trace(Context& context);

}  // namespace rsm::cli
