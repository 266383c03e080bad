// Limits of the trial of a library.
// Units are in the types or names. Thread rule: constants.
#pragma once

#include "libmgr/domain/time.hpp"

namespace rsm::limits {

using namespace std::chrono_literals;

constexpr Millis trial_event_wait = 1s;     // for the next event in one question; then it is seen whether Ctrl-C was pressed
constexpr Millis trial_mount_limit = 2h;    // with the service's own tries: a move may take 25 minutes, a load 10
constexpr Millis trial_home_limit = 30min;  // until a cartridge is in its slot again: a move may take 25 minutes
constexpr Millis trial_again_pause = 2s;    // between two tries to put one back that is still in use
constexpr unsigned trial_tries_max = 5;
constexpr Millis trial_port_limit = 5min;  // until a port is open, or closed again

}  // namespace rsm::limits
