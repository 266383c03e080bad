#include "cli/rsm/text/when.hpp"

#include <array>
#include <cstdio>
#include <ctime>

namespace rsm::cli {

std::string span_text(std::int64_t ms) {
  std::int64_t const s = ms < 0 ? 0 : ms / 1000;
  auto const two = [](std::int64_t large, char const* unit, std::int64_t small, char const* small_unit) {
    std::string out = std::to_string(large) + unit;
    if (small != 0) out += " " + std::to_string(small) + small_unit;
    return out;
  };
  if (s < 60) return std::to_string(s) + " s";
  if (s < 3600) return std::to_string(s / 60) + " min";
  if (s < 86'400) return two(s / 3600, " h", s / 60 % 60, " min");
  return two(s / 86'400, " d", s / 3600 % 24, " h");
}

std::string age_text(std::int64_t time, std::int64_t now) {
  if (time == 0) return {};
  if (time > now + 999) return "in " + span_text(time - now);
  if (now - time < 1000) return "now";
  return span_text(now - time) + " ago";
}

std::string clock_text(std::int64_t time) {
  std::time_t const seconds = time / 1000;
  std::tm local{};
  if (localtime_r(&seconds, &local) == nullptr) return std::to_string(time) + " ms";
  std::array<char, 40> out{};
  std::strftime(out.data(), out.size(), "%Y-%m-%d %H:%M:%S", &local);
  return out.data();
}

std::string moment_text(std::int64_t time, std::int64_t now) {
  if (time == 0) return {};
  return clock_text(time) + " (" + age_text(time, now) + ")";
}

std::string moment_text(std::optional<std::int64_t> time, std::int64_t now) { return time ? moment_text(*time, now) : "never"; }

std::string bytes_text(std::int64_t bytes) {
  constexpr std::array units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  auto amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (amount >= 1024 && unit + 1 < units.size()) {
    amount /= 1024;
    ++unit;
  }
  std::array<char, 40> out{};
  std::snprintf(out.data(), out.size(), unit == 0 || amount >= 100 ? "%.0f %s" : "%.1f %s", amount, units[unit]);
  return out.data();
}

}  // namespace rsm::cli
