// Limits of handles on volumes: libvolumectl and `rsm volume`.
// Units are in the names or types. Thread rule: constants.
#pragma once

#include <cstddef>

#include "libmgr/domain/time.hpp"

namespace rsm::limits {

using namespace std::chrono_literals;

constexpr std::size_t volume_transfer_bytes_max = 1024 * 1024;  // of one read or write that crosses to the handler; longer ones are cut into these
constexpr std::size_t volume_operations_max = 1024;             // under way on one handle
constexpr Millis volume_notice_limit = 10s;   // a listener that does not answer holds a lock up for so long
constexpr Millis volume_notice_words = 1s;  // from the connection of who tells to its one word, sent at once
constexpr Millis volume_online_limit = 5s;    // for the process that keeps a volume offline to let it go
constexpr Millis volume_end_wait = 10s;       // for the last user of a file system that is mounted nowhere any more; then it is looked who uses it
constexpr Millis volume_close_limit = 10s;    // release of lock and preventions at close; then the handler goes on by itself
constexpr Millis volume_start_limit = 10s;    // of a handler, to its first word
constexpr Millis volume_program_end_wait{20};  // a handler that was split off its program lets it end first, for so long
constexpr Millis flush_counts = 1s;            // a lock that comes so soon after a flush through the same handle flushes only once more, when all is unmounted
constexpr Millis volume_service_wait = 2s;    // `rsm volume` asks a service whether it manages the volume; the handler's own knowledge goes first
constexpr Millis scsi_command_limit = 60s;     // of one command to a disk or tape drive by SG_IO: a cartridge disk spins down before it comes out
constexpr unsigned scsi_unit_attentions_max = 8;  // in a row before a command is answered: reset, new medium, changed parameters
constexpr std::size_t volume_report_bytes_max = 8 * 1024 * 1024;  // status and holders as text
constexpr std::size_t volume_names_bytes_max = 1024 * 1024;      // /etc/openrsm/volumes.toml

}  // namespace rsm::limits
