// Limits of the wire: what one client may send or hold (decision 20). A client that goes over hurts only itself.
// Units are in the names or types. Thread rule: constants. What other rooms share is in libmgr/domain/limits.hpp.
#pragma once

#include <cstddef>

#include "libmgr/domain/time.hpp"

namespace rsm::limits {

using namespace std::chrono_literals;

constexpr std::size_t calls_open_per_connection_max = 256;  // requests under way on one connection
constexpr std::size_t connections_per_uid_max = 1024;
constexpr std::size_t connections_total_max = 12'288;          // ten thousand sessions with a connection each, and room; below LimitNOFILE of packaging/rsmd.service.in
constexpr std::size_t accepts_at_once_max = 128;            // clients that have knocked, before the loop looks at the others again
constexpr std::size_t connections_reserved = 64;            // of these, for administrators only: nobody else can keep them out
constexpr std::size_t refusals_told_max = 64;               // refused clients at once that are given the time to read why
constexpr Millis refusal_wait = 1s;                         // for such a client to read it
constexpr std::size_t outbox_bytes_max = 8 * 1024 * 1024;  // answers a client does not read; then it is cut off
constexpr std::size_t outbox_pause_bytes = 1024 * 1024;    // with so much unread the server reads no more calls from it
constexpr Millis write_stall_max = 60s;                    // a client that reads nothing for so long is cut off
constexpr Millis half_closed_wait = 30s;                   // time for the last answers after a client has stopped writing
constexpr std::size_t bad_lines_max = 8;                   // lines of one connection that are no JSON-RPC
constexpr std::size_t lines_per_turn_max = 64;             // calls of one connection before others have their turn
constexpr Millis turn_max = 1ms;                           // of one connection, the call in hand not counted; then the next user has its turn
constexpr std::chrono::microseconds turns_together_max = 250us;  // of all users, before the loop looks at what else is due; the turn in hand not counted
constexpr std::size_t unread_bytes_per_uid_max = 32 * 1024 * 1024;  // answers that one user does not read, of all its connections: then its calls wait; and the same of lines that it does not end: then it is cut off
constexpr std::size_t reads_waiting_per_uid_max = 64;      // of one user, for a commit under way; they are answered in one go when it is durable
constexpr std::size_t event_waits_per_uid_max = 1024;      // of one user, for the next event
constexpr Millis answer_kept_max = 100ms;                  // of what many ask for (status): as old may its clock and the ages in it be, while nothing changes
constexpr std::size_t answers_kept_max = 64;               // of all users and methods
constexpr Millis hello_wait = 30s;                         // a connection that never says hello
constexpr std::size_t forecasts_under_way_max = 8;         // of all users; each takes up to some seconds of another thread
constexpr std::size_t advice_rows_max = 50'000;            // of the history, the newest
constexpr std::size_t advice_rows_at_once = 500;           // read in one turn of the loop
constexpr std::size_t searches_under_way_max = 16;         // of all users; they run one after the other
constexpr Millis search_time_max = 1s;                     // of one; then it answers with what it has
constexpr std::size_t search_items_max = 200;
constexpr std::size_t search_items_default = 50;
constexpr std::size_t search_text_chars_max = 255;
constexpr std::size_t page_items_default = 200;

}  // namespace rsm::limits
