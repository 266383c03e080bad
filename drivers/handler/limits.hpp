// Limits of handlers, of their launcher and of what the daemon asks them.
// Units are in the names or types. Thread rule: constants. The time limits of devices are in libmgr/domain/limits.hpp.
#pragma once

#include <cstddef>

#include "libmgr/domain/limits.hpp"
#include "libmgr/domain/time.hpp"

namespace rsm::limits {

using namespace std::chrono_literals;

constexpr Millis handler_start_limit = 10s;
constexpr Millis handler_exec_limit = 5s;       // of the launcher: fork to exec; meanwhile it starts no other
constexpr Millis handler_hello_limit = handler_start_limit + handler_kill_limit;  // start to first line: it may wait for the lock of its device
constexpr Millis handler_lock_look = 50ms;      // how late a handler that waits for its device's lock may notice the end of the wait
constexpr std::size_t device_queue_max = 64;    // commands that wait for one device
constexpr unsigned handlers_per_device_max = 2;  // one that does not end and one that takes its place
constexpr std::size_t handler_line_bytes_max = 4 * 1024 * 1024;  // the longest is an answer about elements_per_question_max elements

}  // namespace rsm::limits
