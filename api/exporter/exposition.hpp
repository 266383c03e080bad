// The text that Prometheus reads, in both of its formats.
//
// What for: a family is announced with family() and written with its first sample, so one that has nothing to say is not there at all; what is
// said about it (HELP, TYPE, UNIT) and how its samples are named follows the format: OpenMetrics 1.0, or the classic text format 0.0.4, which
// knows neither info nor stateset and shows them as gauges. Both name buckets alike (le="1.0"), so that a change of format changes no series.
// Families must not be mixed and not be announced twice; label names are ours, label values are anybody's: escaped, and what is not UTF-8
// becomes U+FFFD. Units: seconds and bytes. Errors: none. Thread rule: a value.
// Source: OpenMetrics 1.0 (sections 4 and 5); Prometheus, "Exposition formats".
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libmgr/domain/time.hpp"

namespace rsm::exporter {

enum class Format { classic, openmetrics };
enum class FamilyType { gauge, counter, histogram, info, stateset };

using Label = std::pair<std::string_view, std::string>;
using Labels = std::vector<Label>;

// The value of a Content-Type field.
std::string_view content_type(Format format);

class Exposition {
 public:
  explicit Exposition(Format format) : format_(format) {}

  // `name` without _total, _info and the like; `unit`: "seconds", "bytes" or none, and the name ends in it.
  void family(std::string_view name, FamilyType type, std::string_view help, std::string_view unit = {});

  // Samples of the family announced last: of a gauge or counter, ...
  void value(Labels const& labels, std::int64_t value);
  void seconds(Labels const& labels, Millis value);
  // ... of an info, ...
  void info(Labels const& labels);
  // ... of a stateset: each of the words with 1 or 0. The label of the state bears the family's name.
  void states(Labels const& labels, std::vector<std::string> const& words, std::string_view current);
  // ... of a histogram of seconds: `counts` of each bucket alone, one more than `bounds`.
  void histogram(Labels const& labels, std::vector<Millis> const& bounds, std::vector<std::int64_t> const& counts, Millis sum);

  // All of it; the end.
  std::string finish() &&;

 private:
  void begin();
  void sample(std::string_view suffix, Labels const& labels, std::string_view value);

  Format format_;
  std::string text_;
  std::string name_, help_, unit_;
  FamilyType type_ = FamilyType::gauge;
  bool begun_ = true;
};

// "0.25", "30.0": exact, and always with a point.
std::string seconds_text(Millis value);

}  // namespace rsm::exporter
