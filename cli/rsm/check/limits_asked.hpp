// Which values raise an alert: the built-in thresholds, and those of the command line over them.
//
// What for: --warning and --critical of `rsm check`, each "METRIC=RANGE", "RANGE" for the main metric of the check, or several of them
// with commas between; an empty range ("METRIC=") switches a threshold off. Errors: a sentence with what to write instead.
// Thread rule: values. Source: docs/rsm.md, "rsm check".
#pragma once

#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/rsm/check/threshold.hpp"

namespace rsm::cli {

struct MetricSpec {
  std::string_view check;              // "drives"
  std::string_view name;               // "drives_service"
  std::string_view unit;               // as Metric::unit
  std::string_view warning, critical;  // ranges; empty: none
  bool main = false;                   // what a bare RANGE is for
};

// In the order of the performance data.
std::span<MetricSpec const> metric_specs();
// daemon, libraries, drives, queue, media, commit, all.
std::vector<std::string_view> check_names();

struct Limits {
  std::optional<Range> warning, critical;
};
using LimitsAsked = std::map<std::string, Limits, std::less<>>;  // by the metric's name; every metric of the check is in it

std::expected<LimitsAsked, std::string> limits_asked(std::string const& check, std::vector<std::string> const& warning,
                                                     std::vector<std::string> const& critical);

}  // namespace rsm::cli
