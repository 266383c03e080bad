// Ranges of the monitoring plugins: for which values a check raises an alert.
//
// What for: --warning and --critical of `rsm check`, and the thresholds in its performance data. Forms: "10" (alert below 0 or above 10),
// "10:" (below 10), "~:10" (above 10), "10:20" (outside of 10 to 20), "@10:20" (10 to 20, both included). The ends belong to the
// range: "10" does not alert at 10. Numbers are decimal, with a sign and a fraction where wanted, in the unit of the metric.
// Errors: nullopt for anything else, a start beyond its end among it. Thread rule: values.
// Source: Monitoring Plugins Development Guidelines, "Threshold and Ranges".
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace rsm::cli {

struct Range {
  double start = 0;
  double end = std::numeric_limits<double>::infinity();
  bool inside = false;  // '@': alert for what is in the range
  std::string text;     // as it was written

  bool alerts(double value) const { return (value >= start && value <= end) == inside; }
};

std::optional<Range> parse_range(std::string_view text);

}  // namespace rsm::cli
