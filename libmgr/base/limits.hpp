// Limits of the log (repeated_lines.hpp): what somebody does without end is counted.
// Units are in the names or types. Thread rule: constants.
#pragma once

#include <cstddef>

#include "libmgr/domain/time.hpp"

namespace rsm::limits {

using namespace std::chrono_literals;

constexpr std::size_t log_lines_alike_max = 100;    // lines that differ in numbers and ids only, written within one window
constexpr std::size_t log_lines_max = 1000;         // of all kinds, within one window; errors are always written
constexpr Millis log_alike_window = 10s;
constexpr std::size_t log_kinds_max = 512;          // kinds of lines that are told apart at once

}  // namespace rsm::limits
