// Limits of commands to SCSI changers and drives.
// Units are in the names or types. Thread rule: constants. Sources of the times: manuals of TL2000 and TS3100, SAM-QFS, mtx, Linux ch; tapes: the longest
// that LTFS (tape_drivers) gives LTO-5 to LTO-10 and TS11x0.
#pragma once

#include <cstddef>
#include <cstdint>

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
constexpr Millis scsi_load_limit = 17min;             // LOAD UNLOAD of a tape; an unload rewinds first
constexpr Millis scsi_rewind_limit = 13min;
constexpr Millis scsi_write_limit = 40min;            // one WRITE of a tape: the same
constexpr Millis scsi_read_limit = 40min;             // one READ of a tape: a drive tries for long before it gives a record up
constexpr Millis scsi_filemarks_limit = 29min;        // WRITE FILEMARKS, which also waits for the buffer
constexpr Millis scsi_space_limit = 66min;
constexpr Millis scsi_other_limit = 1min;

// One command until it is answered for good.
constexpr unsigned scsi_attentions_in_a_row_max = 5;
constexpr unsigned scsi_retries_max = 3;  // of what the device has aborted
constexpr Millis scsi_busy_pause = 1s;    // status BUSY or TASK SET FULL
constexpr Millis scsi_busy_limit = 30s;
constexpr std::size_t scsi_sense_bytes = 252;
constexpr std::uint16_t scsi_reservation_bytes = 4096;  // of an answer to PERSISTENT RESERVE IN: some ten hosts
constexpr std::size_t scsi_cdb_bytes_max = 16;

// Addresses of devices.
constexpr std::size_t scsi_address_bytes_max = 1024;
constexpr std::uint16_t scsi_lun_max = 16'383;         // SAM-5: 14 bits of flat addressing
constexpr std::uint16_t iscsi_port_default = 3260;     // RFC 7143
constexpr std::size_t iscsi_host_bytes_max = 253;      // a name of DNS
constexpr std::size_t iscsi_host_label_bytes_max = 63;
constexpr std::size_t iscsi_name_bytes_max = 223;      // RFC 7143 4.2.7.1

// CHAP: user and secret in a file.
constexpr std::size_t chap_file_bytes_max = 4096;
constexpr std::size_t chap_text_bytes_max = 255;       // libiscsi cuts what is longer
constexpr std::size_t chap_secret_bytes_wanted = 12;   // RFC 7143 9.2.1: less can be guessed from what goes over the network

// A session with an iSCSI target.
constexpr Millis iscsi_connect_limit = 10s;            // name, connection and login together
constexpr Millis iscsi_discovery_limit = 10s;          // the question which targets a portal has, after the login
constexpr std::size_t iscsi_targets_max = 1024;        // of one portal
constexpr std::size_t iscsi_portals_max = 64;          // of one target
constexpr std::size_t iscsi_luns_max = 1023;           // of one target that are looked at
constexpr Millis iscsi_logout_limit = 2s;
constexpr Millis iscsi_dead_peer_limit = 2min;         // a computer that answers nothing, not even TCP: moves wait longer for a target that lives
constexpr unsigned iscsi_idle_messages_max = 64;       // that a target has sent between two commands
constexpr unsigned iscsi_lookups_max = 4;              // questions to DNS that are given up and not yet over

}  // namespace rsm::limits
