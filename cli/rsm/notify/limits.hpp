// Limits of messages to people. Units are in the names or types. Thread rule: constants.
#pragma once

#include <cstddef>

#include "libmgr/domain/time.hpp"

namespace rsm::limits {

using namespace std::chrono_literals;

constexpr std::size_t notices_per_hour = 20;  // then one that says how many more
constexpr Millis notice_hour = 1h;
constexpr Millis notice_after = 60s;   // as long as a condition lasts before somebody is told
constexpr Millis notice_digest = 30s;  // what becomes due so long is one message
constexpr Millis notice_remind = 4h;
constexpr Millis notice_program_limit = 30s;  // of each program that tells
constexpr Millis notice_retry = 60s;          // when none of them could
constexpr Millis notice_gather = 200ms;       // what changes so long is looked at together
constexpr Millis notice_cursor_keep = 60s;    // the cursor alone is not worth a write more often
constexpr Millis notice_look = 30s;           // a wait for events
constexpr Millis notice_connect_pause = 1s;   // between two tries to reach the service

}  // namespace rsm::limits
