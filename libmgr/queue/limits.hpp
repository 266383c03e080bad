// Limits of looking after requests that wait or take long.
// Units are in the names or types. Thread rule: constants.
#pragma once

#include "libmgr/domain/time.hpp"

namespace rsm::limits {

using namespace std::chrono_literals;

constexpr Millis silent_after = 30s;             // a step of a device that takes longer counts as waiting: time limits apply to it
constexpr Millis deadline_look_pause = 1s;       // a request whose limit is over in the middle of a step is looked at again

}  // namespace rsm::limits
