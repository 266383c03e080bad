// Time as the product writes it: milliseconds UTC since 1970, an empty optional means "never".
// Durations are Millis. Nothing here reads a clock: see libmgr/base/clock.hpp. Source: architecture decision 19.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace rsm {

using Millis = std::chrono::milliseconds;
using TimePoint = std::chrono::sys_time<Millis>;
using MaybeTime = std::optional<TimePoint>;

inline std::int64_t to_ms(TimePoint t) { return t.time_since_epoch().count(); }
inline TimePoint from_ms(std::int64_t ms) { return TimePoint{Millis{ms}}; }

// "2026-03-01 12:34:56.789Z"
std::string time_text(TimePoint t);
// A duration for people: "340 ms", "12.4 s", "3 min 5 s", "2 h 10 min".
std::string duration_text(Millis d);

}  // namespace rsm
