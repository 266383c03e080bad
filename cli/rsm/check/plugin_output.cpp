#include "cli/rsm/check/plugin_output.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cctype>
#include <cmath>
#include <cstdio>

#include "cli/rsm/text/width.hpp"
#include "cli/rsm/view/json.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
namespace {

namespace json = boost::json;

constexpr int summary_cells_max = 160;  // pagers and lists of a monitoring system cut a longer first line

// '|' begins the performance data.
std::string one_line(std::string_view text) {
  std::string out = plain_text(text);
  std::ranges::replace(out, '|', '/');
  return out;
}

std::string title(std::string const& what) {
  std::string out = "OPENRSM";
  if (what != "all" && !what.empty()) out += " " + what;
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

// Labels with blanks, quotes or '=' are quoted, a quote in them is doubled.
std::string label_text(std::string const& name) {
  if (name.find_first_of(" ='") == std::string::npos) return name;
  std::string out = "'";
  for (char c : name) out += c == '\'' ? std::string{"''"} : std::string{c};
  return out + "'";
}

json::value range_value(std::optional<Range> const& range) {
  return range ? json::value(range->text) : json::value(nullptr);
}
json::value number_value(double n) {
  return n == std::floor(n) ? json::value(static_cast<std::int64_t>(n)) : json::value(n);
}
json::value bound_value(std::optional<double> const& bound) {
  return bound ? number_value(*bound) : json::value(nullptr);
}

json::value metric_value(Metric const& m) {
  return json::object{{"name", m.name},
                      {"value", number_value(m.value)},
                      {"unit", m.unit},
                      {"state", name_of(m.state())},
                      {"warning", range_value(m.warning)},
                      {"critical", range_value(m.critical)},
                      {"min", bound_value(m.least)},
                      {"max", bound_value(m.most)}};
}

int badness(CheckState state) {
  return state == CheckState::critical ? 3 : state == CheckState::unknown ? 2 : state == CheckState::warning ? 1 : 0;
}

std::vector<Problem> worst_first(std::vector<Problem> problems) {
  std::ranges::stable_sort(problems, [](Problem const& a, Problem const& b) { return badness(a.state) > badness(b.state); });
  return problems;
}

}  // namespace

std::string_view name_of(CheckState state) {
  constexpr std::array<std::string_view, 4> names{"OK", "WARNING", "CRITICAL", "UNKNOWN"};
  return names.at(static_cast<std::size_t>(state));
}

CheckState worse(CheckState a, CheckState b) {
  return badness(a) >= badness(b) ? a : b;
}

CheckState Metric::state() const {
  if (critical && critical->alerts(value)) return CheckState::critical;
  return warning && warning->alerts(value) ? CheckState::warning : CheckState::ok;
}

std::string number_text(double value) {
  std::array<char, 64> out{};
  std::snprintf(out.data(), out.size(), value == std::floor(value) ? "%.0f" : "%.3f", value);
  return out.data();
}

std::string performance_data(Metric const& m) {
  auto const bound = [](std::optional<double> const& b) { return b ? number_text(*b) : std::string{}; };
  std::string out = label_text(m.name) + "=" + number_text(m.value) + m.unit + ";" + (m.warning ? m.warning->text : "") + ";" +
                    (m.critical ? m.critical->text : "") + ";" + bound(m.least) + ";" + bound(m.most);
  out.erase(out.find_last_not_of(';') + 1);
  return out;
}

CheckState CheckReport::state() const {
  CheckState state = CheckState::ok;
  for (auto const& metric : metrics) state = worse(state, metric.state());
  for (auto const& problem : problems) state = worse(state, problem.state);
  return state;
}

std::string CheckReport::text() const {
  auto const sorted = worst_first(problems);
  std::string head = sorted.empty() ? summary : sorted.front().text;
  if (sorted.size() > 1) head = cut(one_line(head), summary_cells_max) + " (and " + std::to_string(sorted.size() - 1) + " more)";
  std::string out = title(what) + " " + std::string{name_of(state())} + " - " + cut(one_line(head), 2 * summary_cells_max);
  char const* separator = " | ";
  for (auto const& metric : metrics) {
    out += separator + performance_data(metric);
    separator = " ";
  }
  out += "\n";
  if (metrics.empty() && sorted.size() == 1) return out;  // nothing was measured: the first line has said it all
  for (auto const& problem : sorted) out += std::string{name_of(problem.state)} + ": " + one_line(problem.text) + "\n";
  return out;
}

std::string CheckReport::json() const {
  boost::json::array found, measured;
  for (auto const& p : worst_first(problems)) found.push_back(boost::json::object{{"state", name_of(p.state)}, {"text", p.text}});
  for (auto const& m : metrics) measured.push_back(metric_value(m));
  boost::json::object const all{{"check", what},      {"state", name_of(state())}, {"exit_code", static_cast<int>(state())},
                                {"summary", summary}, {"problems", found},         {"metrics", measured}};
  return pretty_json(boost::json::serialize(all)) + "\n";
}

}  // namespace rsm::cli
