// The launcher's own side: the loop of the privileged process.
//
// What for: see launcher.hpp. Runs until the daemon's end of the control socket is closed; never returns. Refuses what is not a
// well-formed question about a configured device: invalid_parameter; busy when a device has too many handlers already;
// object_not_found when the handler program cannot be run. Thread rule: a process of its own with one thread.
#pragma once

#include "drivers/handler/launcher.hpp"

namespace rsm::handler {

[[noreturn]] void run_launcher(UniqueFd control, LauncherConfig const& config);

}  // namespace rsm::handler
