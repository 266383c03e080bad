#include "api/exporter/exposition.hpp"

#include <fmt/format.h>

#include "libmgr/domain/unicode.hpp"

namespace rsm::exporter {
namespace {

std::string escaped(std::string_view text, bool quote) {
  std::string out;
  for (char const c : plain_text(text)) {
    if (c == '\\') out += "\\\\";
    else if (c == '"' && quote) out += "\\\"";
    else out += c;
  }
  return out;
}

std::string_view type_word(FamilyType type, Format format) {
  switch (type) {
    case FamilyType::counter: return "counter";
    case FamilyType::histogram: return "histogram";
    case FamilyType::info: return format == Format::openmetrics ? "info" : "gauge";
    case FamilyType::stateset: return format == Format::openmetrics ? "stateset" : "gauge";
    case FamilyType::gauge: break;
  }
  return "gauge";
}

std::string_view sample_suffix(FamilyType type) {
  return type == FamilyType::counter ? "_total" : type == FamilyType::info ? "_info" : "";
}

}  // namespace

std::string_view content_type(Format format) {
  return format == Format::openmetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8" : "text/plain; version=0.0.4; charset=utf-8";
}

std::string seconds_text(Millis value) {
  auto const ms = value.count();
  std::string text = fmt::format("{}{}.{:03}", ms < 0 ? "-" : "", std::abs(ms) / 1000, std::abs(ms) % 1000);
  while (text.ends_with('0') && !text.ends_with(".0")) text.pop_back();
  return text;
}

void Exposition::family(std::string_view name, FamilyType type, std::string_view help, std::string_view unit) {
  name_ = name;
  type_ = type;
  help_ = help;
  unit_ = unit;
  begun_ = false;
}

// The classic format names the samples in HELP and TYPE, OpenMetrics the family.
void Exposition::begin() {
  if (begun_) return;
  begun_ = true;
  bool const open = format_ == Format::openmetrics;
  std::string const name = open ? name_ : name_ + std::string(sample_suffix(type_));
  text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, escaped(help_, open), name, type_word(type_, format_));
  if (open && !unit_.empty()) text_ += fmt::format("# UNIT {} {}\n", name, unit_);
}

void Exposition::sample(std::string_view suffix, Labels const& labels, std::string_view value) {
  begin();
  text_ += name_;
  text_ += suffix;
  for (std::size_t i = 0; i < labels.size(); ++i)
    text_ += fmt::format("{}{}=\"{}\"", i == 0 ? '{' : ',', labels[i].first, escaped(labels[i].second, true));
  text_ += fmt::format("{} {}\n", labels.empty() ? "" : "}", value);
}

void Exposition::value(Labels const& labels, std::int64_t value) { sample(sample_suffix(type_), labels, std::to_string(value)); }
void Exposition::seconds(Labels const& labels, Millis value) { sample(sample_suffix(type_), labels, seconds_text(value)); }
void Exposition::info(Labels const& labels) { sample(sample_suffix(type_), labels, "1"); }

void Exposition::states(Labels const& labels, std::vector<std::string> const& words, std::string_view current) {
  for (auto const& word : words) {
    Labels with_state = labels;
    with_state.emplace_back(name_, word);
    sample("", with_state, word == current ? "1" : "0");
  }
}

void Exposition::histogram(Labels const& labels, std::vector<Millis> const& bounds, std::vector<std::int64_t> const& counts, Millis sum) {
  std::int64_t below = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    below += counts[i];
    Labels with_bound = labels;
    with_bound.emplace_back("le", i < bounds.size() ? seconds_text(bounds[i]) : "+Inf");
    sample("_bucket", with_bound, std::to_string(below));
  }
  sample("_count", labels, std::to_string(below));
  sample("_sum", labels, seconds_text(sum));
}

std::string Exposition::finish() && {
  if (format_ == Format::openmetrics) text_ += "# EOF\n";
  return std::move(text_);
}

}  // namespace rsm::exporter
