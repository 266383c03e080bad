// What a check found, and how a monitoring system wants to read it.
//
// What for: `rsm check`. text(): one line "OPENRSM DRIVES WARNING - summary | performance data", then one line for each problem, the worst
// first. Performance data: 'label'=value[UOM];[warn];[crit];[min];[max]. json(): the same as one object.
// Whatever a label or a device says cannot break the format: control characters and '|' are replaced. Thread rule: values.
// Source: Monitoring Plugins Development Guidelines, "Plugin Output" and "Performance data".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/rsm/check/threshold.hpp"

namespace rsm::cli {

enum class CheckState { ok = 0, warning = 1, critical = 2, unknown = 3 };  // the exit codes
std::string_view name_of(CheckState state);                                // "WARNING"
// CRITICAL is worse than UNKNOWN, UNKNOWN than WARNING.
CheckState worse(CheckState a, CheckState b);

struct Metric {
  std::string name;
  double value = 0;
  std::string unit;  // "", "s", "B", or "c": a counter that only grows
  std::optional<Range> warning, critical;
  std::optional<double> least, most;

  CheckState state() const;
};

struct Problem {
  CheckState state = CheckState::warning;
  std::string text;     // for people, on one line
  std::string subject;  // what it is about; a sentence that names it tells nothing new. Empty: nothing in particular
};

struct CheckReport {
  std::string what;     // "drives"; "all"
  std::string summary;  // when all is well
  std::vector<Metric> metrics;
  std::vector<Problem> problems;

  CheckState state() const;
  std::string text() const;
  std::string json() const;
};

// "12", "0.004": at most three digits behind the point.
std::string number_text(double value);
std::string performance_data(Metric const& metric);

}  // namespace rsm::cli
