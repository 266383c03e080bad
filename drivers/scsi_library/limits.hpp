// Limits of the driver for libraries of SCSI devices.
// Units are in the names or types. Thread rule: constants.
#pragma once

#include "libmgr/domain/time.hpp"

namespace rsm::limits {

using namespace std::chrono_literals;

constexpr Millis drive_search_patience = 5s;  // for each device that is asked who it is: the question of a drive's state is to be answered after it

}  // namespace rsm::limits
