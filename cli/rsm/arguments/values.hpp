// Values of options as people write them. Thread rule: pure functions, but parse_moment, which reads the clock and TZ.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rsm::cli {

// "90" (seconds), "500ms", "90s", "10m", "2h": milliseconds, at most 100 years. Anything else: nullopt.
std::optional<std::int64_t> parse_duration(std::string_view text);
// "-15" to "15", or highest, high, normal, low, lowest (15, 7, 0, -7, -15).
std::optional<std::int64_t> parse_priority(std::string_view text);
// "2026-03-01", "2026-03-01 12:30", "2026-03-01T12:30:00" in the time zone of the reader; or a duration: that long before now. Milliseconds UTC.
std::optional<std::int64_t> parse_moment(std::string_view text);
// A whole number without sign.
std::optional<std::int64_t> parse_count(std::string_view text);

}  // namespace rsm::cli
