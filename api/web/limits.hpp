// Limits of the web console. Each has a reason. Units are in the names or types. Thread rule: constants.
#pragma once

#include <cstddef>
#include <cstdint>

#include "libmgr/domain/time.hpp"

namespace rsm::web::limits {

using namespace std::chrono_literals;

constexpr Millis link_life = 60s;                 // a link is opened at once, or made anew
constexpr Millis session_default = 8h;            // a working day
constexpr Millis session_max = 12h;
constexpr Millis view_default = 30 * 24h;         // a screen on the wall
constexpr Millis view_max = 90 * 24h;
constexpr std::size_t sessions_max = 256;         // browsers; the oldest makes room
constexpr std::size_t sessions_per_uid_max = 16;
constexpr std::size_t links_max = 64;             // that nobody has opened yet
constexpr std::size_t links_per_uid_max = 8;
constexpr std::size_t sockets_per_session_max = 8;  // tabs
constexpr std::size_t calls_per_session_max = 4;  // under way at one time
constexpr std::size_t callers = 4;                // threads that wait for the service's answers
constexpr Millis call_limit = 30s;                // of one question to the service
constexpr std::size_t deltas_kept = 4096;         // a tab that was away goes on where it was
constexpr std::size_t delta_bytes_kept = 4 * 1024 * 1024;
constexpr std::size_t events_shown = 100;         // of the newest
constexpr Millis beat = 1s;                       // how often a tab is told that the console is there, and how old its news are
constexpr std::size_t hand_over_bytes_max = 1024;  // one message of `rsm web login`
constexpr std::size_t hand_overs_max = 8;         // at one time
constexpr Millis hand_over_limit = 5s;            // for such a message to come
constexpr std::size_t secret_bytes = 16;          // 128 bits

}  // namespace rsm::web::limits
