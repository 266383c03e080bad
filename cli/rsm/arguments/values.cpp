#include "cli/rsm/arguments/values.hpp"

#include <array>
#include <charconv>
#include <ctime>
#include <string>

#include "cli/rsm/text/when.hpp"

namespace rsm::cli {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t ms;
};
constexpr auto units = std::to_array<Unit>({{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}, {"", 1000}});
constexpr std::int64_t longest_ms = 100ll * 366 * 86'400'000;

struct Priority {
  std::string_view name;
  std::int64_t value;
};
constexpr auto priorities = std::to_array<Priority>({{"highest", 15}, {"high", 7}, {"normal", 0}, {"low", -7}, {"lowest", -15}});

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::int64_t> parse_count(std::string_view text) {
  auto const value = whole_number(text);
  return value && *value >= 0 ? value : std::nullopt;
}

std::optional<std::int64_t> parse_duration(std::string_view text) {
  auto const digits = text.find_first_not_of("0123456789");
  auto const amount = parse_count(text.substr(0, digits));
  if (!amount) return std::nullopt;
  std::string_view const unit = digits == std::string_view::npos ? std::string_view{} : text.substr(digits);
  for (auto const& u : units)
    if (u.name == unit) return *amount <= longest_ms / u.ms ? std::optional{*amount * u.ms} : std::nullopt;
  return std::nullopt;
}

std::optional<std::int64_t> parse_priority(std::string_view text) {
  for (auto const& p : priorities)
    if (p.name == text) return p.value;
  auto const value = whole_number(text);
  return value && *value >= -15 && *value <= 15 ? value : std::nullopt;
}

std::optional<std::int64_t> parse_moment(std::string_view text) {
  if (auto const ago = parse_duration(text)) return now_ms() - *ago;
  std::string const words(text);
  for (auto const* format : {"%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d"}) {
    std::tm local{};
    local.tm_isdst = -1;  // as the time zone has it then
    char const* const end = ::strptime(words.c_str(), format, &local);
    if (end == nullptr || *end != '\0' || words.size() != text.size()) continue;
    int const day = local.tm_mday;
    std::int64_t const seconds = std::mktime(&local);
    if (local.tm_mday != day) return std::nullopt;  // the month has fewer days
    return seconds * 1000;
  }
  return std::nullopt;
}

}  // namespace rsm::cli
