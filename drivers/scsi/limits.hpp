// Limits of commands to SCSI changers and drives.
// Units are in the names or types. Thread rule: constants. Sources of the times: manuals of TL2000 and TS3100, SAM-QFS, mtx, Linux ch.
#pragma once

#include <cstddef>

#include "libmgr/domain/limits.hpp"
#include "libmgr/domain/time.hpp"

namespace rsm::limits {

using namespace std::chrono_literals;

// One command.
constexpr Millis scsi_question_limit = 20s;          // INQUIRY, MODE SENSE, TEST UNIT READY, REQUEST SENSE: answered from memory
constexpr Millis scsi_element_status_limit = 5min;   // READ ELEMENT STATUS: libraries that scan first take minutes
constexpr Millis scsi_lock_limit = 1min;             // PREVENT ALLOW MEDIUM REMOVAL
constexpr Millis scsi_move_limit = 23min;            // the daemon gives a move 25 min
constexpr Millis scsi_initialize_limit = 20min;      // INITIALIZE ELEMENT STATUS: TL2000 asks for 11
constexpr Millis scsi_other_limit = 1min;

// One command until it is answered for good.
constexpr unsigned scsi_attentions_in_a_row_max = 5;
constexpr unsigned scsi_retries_max = 3;  // of what the device has aborted
constexpr Millis scsi_busy_pause = 1s;    // status BUSY or TASK SET FULL
constexpr Millis scsi_busy_limit = 30s;
constexpr std::size_t scsi_sense_bytes = 252;
constexpr std::size_t scsi_cdb_bytes_max = 16;

}  // namespace rsm::limits
