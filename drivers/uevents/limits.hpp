// Limits of the kernel's events. Units are in the names. Thread rule: constants.
#pragma once

#include <cstddef>

namespace rsm::limits {

constexpr std::size_t uevent_bytes_max = 16 * 1024;       // the kernel sends at most 4 KiB, udevd at most 8
constexpr std::size_t uevent_variables_max = 512;         // of one message; the kernel has 64
constexpr int uevent_receive_buffer_bytes = 1024 * 1024;  // a hundred disks appear at once
constexpr unsigned uevents_at_once = 64;                  // read before the loop serves somebody else

}  // namespace rsm::limits
