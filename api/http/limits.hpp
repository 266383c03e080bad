// Limits of an HTTP server here: what one client may send or hold.
// Units are in the names or types. Thread rule: constants.
#pragma once

#include <cstddef>

#include "libmgr/domain/time.hpp"

namespace rsm::http::limits {

using namespace std::chrono_literals;

constexpr Millis request_limit = 5s;                  // from the first byte of a request to its last
constexpr Millis write_limit = 5s;                    // a client that does not read its answer
constexpr Millis idle_limit = 150s;                   // between two requests of one connection; a scrape interval is at most two minutes
constexpr std::size_t header_bytes_max = 8 * 1024;
constexpr std::size_t pipeline_bytes_max = 16 * 1024;  // sent ahead of the answers
constexpr std::size_t connections_max = 64;           // a few Prometheus servers or browsers; the longest idle one makes room
constexpr std::size_t body_bytes_max = 64 * 1024;     // of a server that takes bodies at all
constexpr std::size_t socket_message_bytes_max = 4 * 1024;   // one message of a WebSocket's client
constexpr std::size_t socket_unsent_bytes_max = 1024 * 1024;  // what a WebSocket's client has not read; then it is cut off
constexpr Millis socket_silence_max = 60s;            // a WebSocket's client that does not answer a ping: half of it after the last word

}  // namespace rsm::http::limits
