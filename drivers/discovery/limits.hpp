// Limits of the look for libraries.
// Units are in the names or types. Thread rule: constants.
#pragma once

#include <cstddef>

#include "libmgr/domain/time.hpp"

namespace rsm::limits {

using namespace std::chrono_literals;

constexpr Millis discovery_limit = 10min;            // the whole look: after it no device is asked any more
constexpr Millis discovery_device_patience = 20s;    // for one device: nothing more is asked after it
constexpr Millis discovery_end_wait = 6min;          // beside the limit, for the command that is under way when it is over
constexpr std::size_t discovery_devices_max = 4096;  // of the kernel, and of all portals together
constexpr std::size_t discovery_portals_max = 64;    // that are named in one call
constexpr std::size_t discovery_users_max = 16;      // of one device that are named
constexpr std::size_t discovery_report_bytes_max = 64 * 1024 * 1024;

}  // namespace rsm::limits
