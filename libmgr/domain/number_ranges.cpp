#include "libmgr/domain/number_ranges.hpp"

#include <charconv>
#include <optional>

namespace rsm {
namespace {

std::optional<std::uint32_t> number_of(std::string const& text) {
  std::uint32_t value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Result<NumberRange> number_range(std::string const& text) {
  auto const dash = text.find('-');
  auto const first = number_of(text.substr(0, dash));
  auto const last = dash == std::string::npos ? first : number_of(text.substr(dash + 1));
  if (!first || !last) return fail(Errc::invalid_parameter, "'" + text + "'", "expected a number or two, as in 40 or 1-20");
  if (*last < *first) return fail(Errc::invalid_parameter, "'" + text + "'", "its second number is less than its first");
  return NumberRange{*first, *last};
}

std::string ranges_text(std::span<std::int64_t const> numbers, std::int64_t add) {
  std::string out;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t end = i + 1;
    while (end < numbers.size() && numbers[end] == numbers[end - 1] + 1) ++end;
    out += (out.empty() ? "" : ", ") + std::to_string(numbers[i] + add) + (end - i == 1 ? "" : "-" + std::to_string(numbers[end - 1] + add));
    i = end;
  }
  return out;
}

}  // namespace rsm
