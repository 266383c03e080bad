// How a handler process waits for the emulated hardware: in bounded sleeps, looking at the truth after each, because a fault may
// be healed, a person may have been there, or the clock may have been set. Internal to this folder. Thread rule: the handler's.
#pragma once

#include "drivers/emulated/library_directory.hpp"

namespace rsm::emulated {

// Sleeps until `end`, but not longer than limits::emulator_look_pause.
void sleep_towards(TimePoint end);
// Waits as long as this fault holds what it hit: the daemon's time limit ends a handler that waits too long.
Result<> wait_while_held(LibraryDirectory const& library, Hold hold);

}  // namespace rsm::emulated
