// Limits of libvolumectl in one process.
// Units are in the names or types. Thread rule: constants. Source: volume-control.md.
#pragma once

#include <cstddef>

namespace rsm::limits {

constexpr std::size_t volumectl_handles_max = 4096;   // of one process: volumes, events, listeners
constexpr std::size_t volumectl_failures_max = 1024;  // sentences kept of completed operations, for each handle
constexpr std::size_t volumectl_name_units_max = 32767;  // of a name, as on Windows; a longer one is not read to its end

}  // namespace rsm::limits
