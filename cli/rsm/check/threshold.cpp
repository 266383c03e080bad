#include "cli/rsm/check/threshold.hpp"

#include <charconv>

namespace rsm::cli {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// "-1.5", "10", ".5", "3."; no exponent, no words, no plus.
std::optional<double> decimal(std::string_view text) {
  if (text.find_first_not_of("-.0123456789") != std::string_view::npos) return std::nullopt;
  double value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// What stands before a colon; nothing there is 0.
std::optional<double> start_of(std::string_view text) {
  if (text.empty()) return 0;
  return text == "~" ? -infinity : decimal(text);
}

std::optional<double> end_of(std::string_view text) {
  return text.empty() ? infinity : decimal(text);
}

}  // namespace

std::optional<Range> parse_range(std::string_view text) {
  Range range;
  range.text = text;
  if (text.starts_with('@')) {
    range.inside = true;
    text.remove_prefix(1);
  }
  auto const colon = text.find(':');
  bool const only_an_end = colon == std::string_view::npos;
  if (text.empty() || text == ":") return std::nullopt;
  auto const start = only_an_end ? std::optional{0.0} : start_of(text.substr(0, colon));
  auto const end = end_of(only_an_end ? text : text.substr(colon + 1));
  if (!start || !end || *start > *end) return std::nullopt;
  range.start = *start;
  range.end = *end;
  return range;
}

}  // namespace rsm::cli
