// Limits of the exporter. Units are in the types. Thread rule: constants. What a client of its server may send or hold: api/http/limits.hpp.
#pragma once

#include "libmgr/domain/time.hpp"

namespace rsm::limits {

using namespace std::chrono_literals;

constexpr Millis exporter_ask_limit = 4s;  // the daemon, its connection included; below Prometheus' usual 10 s for a scrape

}  // namespace rsm::limits
