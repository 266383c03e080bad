// Limits of devices as the core sees them: how often something is tried, and when it is asked again.
// Units are in the names or types. Thread rule: constants.
#pragma once

#include "libmgr/domain/time.hpp"

namespace rsm::limits {

using namespace std::chrono_literals;

constexpr Millis device_retry_pause = 2s;   // before a device that failed is asked again
constexpr Millis service_recheck_pause = 30s;  // a device that needs service is asked again
constexpr unsigned device_retries_max = 3;  // asks in a row before it needs service
constexpr unsigned request_attempts_max = 3;    // tries of one mount or identification, in another drive where there is one
constexpr unsigned unanswered_attempts_max = 5;  // the same, when no drive has said what became of it: its process has died, it took too long
constexpr Millis hint_settle = 200ms;          // several events tell of one disc that is put in
constexpr Millis port_poll_pause = 1s;         // a person at the port: changers give no event
constexpr Millis exchange_settle_limit = 5min;  // an arm that was at an exchange when the service ended has come to rest then
constexpr Millis cleaning_poll_pause = 5s;     // a drive that is being cleaned is asked again
constexpr Millis cleaning_limit = 15min;       // a drive has cleaned itself then (LTO: 5 min at most); DLT and AIT take longer than LTO
constexpr Millis door_poll_pause = 2s;         // a door that is unlocked: changers give no event
constexpr unsigned move_attempts_max = 3;   // one move, with the hardware asked between attempts
constexpr unsigned drive_errors_in_a_row_max = 3;  // then the drive needs service
constexpr unsigned drive_cartridges_to_prove = 2;  // that failed in it in a row and nowhere else are enough while another drive loads what it is given
constexpr unsigned arm_tries_before_named = 2;  // moves in a row that the arm is to blame for; then the library needs service
constexpr unsigned arm_places_to_prove = 3;     // moves in a row that fail without saying why, in more places than one drive, are the arm's
constexpr unsigned arm_pause_doublings_max = 5; // of service_recheck_pause, before the arm is tried again
constexpr Millis arm_retry_pause_max = 10min;
constexpr unsigned inventory_failures_max = 64;  // ranges that do not answer, asked in halves; then whole ones are left out

}  // namespace rsm::limits
