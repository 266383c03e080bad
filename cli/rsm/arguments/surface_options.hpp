// The options of what people see of OpenRSM beside the lists: the first run, labels, reports, messages.
//
// What for: parse.hpp adds them to the commands that have them; their values are read by the commands themselves. Thread rule: pure
// function.
#pragma once

#include <cstdint>

#include "cli/rsm/arguments/arguments.hpp"

namespace CLI {
class App;
}

namespace rsm::cli {

// `options`: of the command, as command_list.hpp has them.
void add_surface_options(CLI::App& sub, std::uint64_t options, Arguments& args);

}  // namespace rsm::cli
