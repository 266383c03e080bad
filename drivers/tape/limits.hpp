// Limits of the driver for tape drives.
// Units are in the names or types. Thread rule: constants.
#pragma once

#include <cstddef>
#include <cstdint>

#include "drivers/scsi/limits.hpp"

namespace rsm::limits {

// In one call, the last command begins within this: below the daemon's own limits (status_limit, tape_load_limit, tape_unload_limit, tape_volume_limit),
// which end the handler of a late call. The rest of those is for the last command itself: a WRITE FILEMARKS may take 29 min, a load 17 min.
constexpr Millis tape_status_patience = 9s;  // and scsi_question_limit for the last command
constexpr Millis tape_ready_glance = 3s;     // status() waits no longer for a drive that is busy
constexpr Millis tape_load_patience = 9min;
constexpr Millis tape_unload_patience = 9min;
constexpr Millis tape_volume_patience = 15min;

// Reading the beginning of a tape.
constexpr std::uint32_t tape_record_asked_bytes = 64 * 1024;      // of a record whose length is not known
constexpr std::uint32_t tape_record_bytes_max = 1024 * 1024;      // of a longer one, its beginning at most
constexpr std::size_t tape_beginning_records_max = 160;           // marks too; a label of 64 KiB in blocks of 512 bytes
constexpr unsigned tape_beginning_passes_max = 16;                // from the beginning again: exact lengths, attentions

constexpr std::uint16_t tape_memory_bytes = 8192;  // of the cartridge's memory
constexpr std::size_t tape_memory_text_max = 64;   // of a name or number in it; the standard's have 32 at most

}  // namespace rsm::limits
