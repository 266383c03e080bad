// Limits of a client of the service.
// Units are in the names or types. Thread rule: constants.
#pragma once

#include <cstddef>

#include "api/protocol/limits.hpp"
#include "libmgr/domain/time.hpp"

namespace rsm::limits {

using namespace std::chrono_literals;

constexpr Millis client_connect_limit = 5s;       // connect and hello
constexpr Millis client_reconnect_pause_min = 50ms;  // doubled after each failure
constexpr Millis client_reconnect_pause_max = 1s;
constexpr Millis client_call_limit = 60s;         // a call that does not wait for work
constexpr Millis client_copy_limit = 30min;       // a copy of the catalog, which is checked
constexpr Millis client_send_limit = 30s;         // a service that does not read
constexpr std::size_t client_reply_bytes_max = outbox_bytes_max;  // a longer line is no answer
constexpr std::size_t client_answer_room = 64 * 1024;  // of the heap, made ready while the first answer is on its way; the heap grows by twice as much
constexpr Millis client_wait_step = 1h;           // one call of a wait that may last; then it asks again
constexpr std::size_t notification_events_max = 256;  // read ahead of a program that takes them one by one
constexpr Millis notification_busy_pause = 1s;    // where the service has no room for another call that waits
constexpr Millis notification_stop_pause_min = 5ms;  // between two tries to end the wait of another thread; doubled
constexpr std::size_t client_pages_max = 100'000;  // a list that is longer has no end

}  // namespace rsm::limits
