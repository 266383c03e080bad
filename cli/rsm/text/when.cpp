#include "cli/rsm/text/when.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "libmgr/domain/unicode.hpp"

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

std::int64_t now_ms() { return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count(); }

std::string clock_text(std::int64_t time) {
  std::time_t const seconds = time / 1000;
  std::tm local{};
  if (localtime_r(&seconds, &local) == nullptr) return std::to_string(time) + " ms";
  std::array<char, 40> out{};
  std::strftime(out.data(), out.size(), "%Y-%m-%d %H:%M:%S", &local);
  return out.data();
}

namespace {

constexpr std::string_view service_time_shape = "dddd-dd-dd dd:dd:dd.dddZ";

bool is_service_time(std::string_view text) {
  return std::ranges::equal(text, service_time_shape, [](char c, char shape) { return shape == 'd' ? c >= '0' && c <= '9' : c == shape; });
}

std::string at_the_reader(std::string_view service_time) {
  auto const number = [&](std::size_t from, std::size_t digits) { return std::atoi(std::string(service_time.substr(from, digits)).c_str()); };
  std::tm utc{};
  utc.tm_year = number(0, 4) - 1900;
  utc.tm_mon = number(5, 2) - 1;
  utc.tm_mday = number(8, 2);
  utc.tm_hour = number(11, 2);
  utc.tm_min = number(14, 2);
  utc.tm_sec = number(17, 2);
  return clock_text(static_cast<std::int64_t>(timegm(&utc)) * 1000);
}

}  // namespace

std::string for_reader(std::string_view said) {
  std::string out = plain_text(said);
  for (auto end = out.find('Z'); end != std::string::npos; end = out.find('Z', end + 1)) {
    constexpr auto length = service_time_shape.size();
    if (end + 1 < length || !is_service_time(std::string_view(out).substr(end + 1 - length, length))) continue;
    auto const begin = end + 1 - length;
    std::string const local = at_the_reader(std::string_view(out).substr(begin, length));
    out.replace(begin, length, local);
    end = begin + local.size() - 1;
  }
  return out;
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
