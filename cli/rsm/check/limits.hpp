// Limits of monitoring; defaults of the thresholds are in the table of metrics (limits_asked.hpp).
// Units are in the names or types. Thread rule: constants.
#pragma once

#include "libmgr/domain/time.hpp"

namespace rsm::limits {

using namespace std::chrono_literals;

constexpr Millis check_limit = 10s;            // rsm check, then UNKNOWN; the usual limit of monitoring plugins
constexpr Millis start_attention_after = 60s;  // a service that is still not ready then needs a person

}  // namespace rsm::limits
