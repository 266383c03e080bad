// Limits of the exporter: what one HTTP client may send or hold, and how long the daemon may take.
// Units are in the names or types. Thread rule: constants.
#pragma once

#include <cstddef>

#include "libmgr/domain/time.hpp"

namespace rsm::limits {

using namespace std::chrono_literals;

constexpr Millis exporter_ask_limit = 4s;             // the daemon, its connection included; below Prometheus' usual 10 s for a scrape
constexpr Millis exporter_request_limit = 5s;         // from the first byte of a request to its last
constexpr Millis exporter_write_limit = 5s;           // a client that does not read its answer
constexpr Millis exporter_idle_limit = 150s;          // between two requests of one connection; a scrape interval is at most two minutes
constexpr std::size_t exporter_header_bytes_max = 8 * 1024;
constexpr std::size_t exporter_pipeline_bytes_max = 16 * 1024;  // sent ahead of the answers
constexpr std::size_t exporter_connections_max = 64;  // a few Prometheus servers and a person; the longest idle one makes room

}  // namespace rsm::limits
