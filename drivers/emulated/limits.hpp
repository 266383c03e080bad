// Limits of the emulated library.
// Units are in the names or types. Thread rule: constants.
#pragma once

#include <cstddef>
#include <cstdint>

#include "libmgr/domain/limits.hpp"
#include "libmgr/domain/time.hpp"

namespace rsm::limits {

using namespace std::chrono_literals;

constexpr std::uint32_t emulator_elements_max = 100'000;  // slots; of the other kinds their own limits
constexpr std::uint32_t emulator_drives_max = library_drives_max;
constexpr std::uint32_t emulator_ports_max = 1000;
constexpr std::size_t emulator_barcode_chars_max = 32;    // a volume tag of SMC
constexpr std::size_t emulator_log_bytes_spare = 256 * 1024;  // what its cartridges' log may grow by before it is written anew (or by its own length)
constexpr double emulator_scale_max = 1000;              // timing factor
constexpr Millis emulator_step_max = 1h;                 // one time of the timing model
constexpr std::size_t emulator_faults_max = 1000;        // armed at once
constexpr std::uint64_t emulator_side_bytes_max = 1ULL << 40;       // of one side
constexpr std::size_t emulator_file_bytes_max = 256 * 1024 * 1024;  // state.json, faults.json, the log of cartridges
constexpr Millis emulator_lock_limit = 10s;   // for the lock of its directory; held for one read and write of a file
constexpr Millis emulator_look_pause = 100ms;  // longest sleep of a handler before it looks at the hardware again
constexpr Millis emulator_format_limit = 2min;  // mkfs of one side

}  // namespace rsm::limits
