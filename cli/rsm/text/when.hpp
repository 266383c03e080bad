// Times and amounts for people. Times are milliseconds UTC (decision 19), shown in the time zone of the reader.
// Thread rule: pure functions, but TZ is read from the environment.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rsm::cli {

// "5 s", "3 min", "2 h 10 min", "4 d 2 h": two units at most; a negative one is "0 s".
std::string span_text(std::int64_t ms);
// "3 min ago", "in 4 min", "now"; empty for 0 (not known).
std::string age_text(std::int64_t time, std::int64_t now);
// "2026-03-01 12:34:56 (3 min ago)"; empty for 0.
std::string moment_text(std::int64_t time, std::int64_t now);
std::string moment_text(std::optional<std::int64_t> time, std::int64_t now);  // "never" when there is none
// Milliseconds since 1970, as the wire has all times.
std::int64_t now_ms();
// "2026-03-01 12:34:56"
std::string clock_text(std::int64_t time);
// What the service has said, as its reader takes it: no control characters, and its times, "2026-03-01 11:34:56.123Z", as clock_text() has them.
std::string for_reader(std::string_view said);
// "4.7 GiB", "512 B"
std::string bytes_text(std::int64_t bytes);

}  // namespace rsm::cli
