// Limits of the drivers for disk and optical drives of a library.
// Units are in the names or types. Thread rule: constants.
#pragma once

#include <cstddef>
#include <cstdint>

#include "libmgr/domain/time.hpp"

namespace rsm::limits {

using namespace std::chrono_literals;

constexpr Millis disk_ready_limit = 3min;   // from the load to the first answer that a medium is there: a jukebox drive spins up and looks at every session
constexpr Millis disk_ready_pause = 500ms;  // between two questions
constexpr Millis disk_question_patience = 9s;  // status and label questions end below the daemon's limit for them
constexpr Millis disk_load_patience = 9min;    // load and unload
constexpr Millis disk_label_patience = 50s;

// What is read of a medium behind no node of the kernel, to know its label: every format that is understood has its mark there.
constexpr std::uint64_t disk_label_head_bytes = 4 * 1024 * 1024;
constexpr std::uint64_t disk_label_tail_bytes = 1024 * 1024;
constexpr std::size_t disk_read_bytes = 64 * 1024;  // of one READ

}  // namespace rsm::limits
