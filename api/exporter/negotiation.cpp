#include "api/exporter/negotiation.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <charconv>
#include <optional>

namespace rsm::exporter {
namespace {

// One entry of the field: "text/plain;version=0.0.4;q=0.5".
struct MediaRange {
  std::string type;
  std::string version;
  int weight = 1000;  // thousandths
};

// Takes what stands before the separator off the text.
std::string next_part(std::string_view& text, char separator) {
  auto const end = text.find(separator);
  std::string part{text.substr(0, end)};
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return boost::algorithm::to_lower_copy(boost::algorithm::trim_copy(part));
}

// "0.25" in thousandths; what is no weight counts as 0: it is not wanted.
int weight_of(std::string_view text) {
  double weight = 0;
  auto const [end, bad] = std::from_chars(text.data(), text.data() + text.size(), weight);
  if (bad != std::errc{} || end != text.data() + text.size() || !(weight >= 0 && weight <= 1)) return 0;
  return static_cast<int>(weight * 1000);
}

MediaRange parse_range(std::string_view text) {
  MediaRange range{.type = next_part(text, ';')};
  while (!text.empty()) {
    std::string const parameter = next_part(text, ';');
    if (parameter.starts_with("q=")) range.weight = weight_of(std::string_view(parameter).substr(2));
    if (parameter.starts_with("version=")) range.version = parameter.substr(8);
  }
  std::erase(range.version, '"');
  return range;
}

}  // namespace

Format wanted_format(std::string_view accept) {
  int openmetrics = 0;
  std::optional<int> plain, anything;
  while (!accept.empty()) {
    MediaRange const range = parse_range(next_part(accept, ','));
    if (range.type == "application/openmetrics-text" && (range.version.empty() || range.version == "1.0.0"))
      openmetrics = std::max(openmetrics, range.weight);
    if (range.type == "text/plain" || range.type == "text/*") plain = std::max(plain.value_or(0), range.weight);
    if (range.type == "*/*") anything = range.weight;
  }
  return openmetrics > 0 && openmetrics >= plain.value_or(anything.value_or(0)) ? Format::openmetrics : Format::classic;
}

}  // namespace rsm::exporter
