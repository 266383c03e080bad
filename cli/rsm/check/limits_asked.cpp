#include "cli/rsm/check/limits_asked.hpp"

#include <algorithm>
#include <array>

#include "cli/rsm/arguments/suggest.hpp"

namespace rsm::cli {
namespace {

// What has no threshold of its own is there for the graphs, and for thresholds of the command line.
constexpr auto specs = std::to_array<MetricSpec>({
    {"daemon", "uptime", "s", "", ""},
    {"daemon", "sessions", "", "", ""},
    {"daemon", "attention", "", "0", "", true},
    {"libraries", "libraries", "", "", ""},
    {"libraries", "libraries_service", "", "", "0", true},
    {"libraries", "libraries_initializing", "", "0", ""},
    {"libraries", "libraries_disabled", "", "0", ""},
    {"libraries", "libraries_without_drive", "", "0", ""},
    {"drives", "drives", "", "", ""},
    {"drives", "drives_usable", "", "", "1:"},
    {"drives", "drives_service", "", "0", "1", true},
    {"drives", "drives_disabled", "", "", ""},
    {"drives", "drives_loaded", "", "", ""},
    {"queue", "waiting", "", "50", "200", true},
    {"queue", "oldest_wait", "s", "900", "3600"},
    {"queue", "service_waiting", "", "", ""},
    {"queue", "in_process", "", "", ""},
    {"queue", "deferred", "", "", ""},
    {"media", "media", "", "", ""},
    {"media", "media_offline", "", "", ""},
    {"media", "operator_requests", "", "0", "", true},
    {"media", "operator_wait", "s", "", ""},
    {"commit", "uncommitted", "", "", ""},
    {"commit", "commit_age", "s", "5", "30", true},
    {"commit", "commits", "c", "", ""},
    {"commit", "changes", "c", "", ""},
    {"commit", "catalog_size", "B", "", ""},
});

std::optional<Range> built_in(std::string_view text) {
  return text.empty() ? std::nullopt : parse_range(text);
}

std::vector<std::string> parts_of(std::string const& text) {
  std::vector<std::string> parts(1);
  for (char c : text) {
    if (c == ',')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

class Asking {
 public:
  explicit Asking(std::string const& check) : check_(check) {
    for (auto const& spec : specs) {
      if (check != "all" && spec.check != check) continue;
      out_[std::string{spec.name}] = {built_in(spec.warning), built_in(spec.critical)};
      names_.push_back(spec.name);
      if (spec.main) main_ = spec.name;
    }
    if (check == "all") main_ = {};
  }

  // Empty: all is well.
  std::string take(std::string const& option, std::vector<std::string> const& texts, std::optional<Range> Limits::*limit) {
    for (auto const& text : texts)
      for (auto const& part : parts_of(text))
        if (auto wrong = take_one(part, limit); !wrong.empty()) return option + " " + text + ": " + wrong;
    return {};
  }

  LimitsAsked result() && { return std::move(out_); }

 private:
  std::string take_one(std::string const& part, std::optional<Range> Limits::*limit) {
    auto const equals = part.find('=');
    bool const bare = equals == std::string::npos;
    std::string const name = bare ? std::string{main_} : part.substr(0, equals);
    std::string const range = bare ? part : part.substr(equals + 1);
    if (name.empty()) return "say for which metric: METRIC=RANGE\nmetrics: " + all_names();
    auto const found = out_.find(name);
    if (found == out_.end())
      return "rsm check " + check_ + " has no metric '" + name + "'" + did_you_mean(name, names_) + "\nmetrics: " + all_names();
    auto const parsed = parse_range(range);
    if (!parsed && !(range.empty() && !bare)) return "'" + range + "' is no range; write 10, 10:, ~:10, 10:20 or @10:20";
    found->second.*limit = parsed;
    return {};
  }

  std::string all_names() const {
    std::string out;
    for (auto name : names_) out += (out.empty() ? "" : ", ") + std::string{name};
    return out;
  }

  std::string check_;
  std::string_view main_;
  std::vector<std::string_view> names_;
  LimitsAsked out_;
};

}  // namespace

std::span<MetricSpec const> metric_specs() {
  return specs;
}

std::vector<std::string_view> check_names() {
  return {"daemon", "libraries", "drives", "queue", "media", "commit", "all"};
}

std::expected<LimitsAsked, std::string> limits_asked(std::string const& check, std::vector<std::string> const& warning,
                                                     std::vector<std::string> const& critical) {
  Asking asking(check);
  if (auto wrong = asking.take("--warning", warning, &Limits::warning); !wrong.empty()) return std::unexpected(wrong);
  if (auto wrong = asking.take("--critical", critical, &Limits::critical); !wrong.empty()) return std::unexpected(wrong);
  return std::move(asking).result();
}

}  // namespace rsm::cli
