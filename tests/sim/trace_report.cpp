#include "tests/sim/trace_report.hpp"

#include <boost/json.hpp>
#include <cstdio>

#include "tests/sim/clairvoyant.hpp"
#include "tests/sim/foretold.hpp"
#include "tests/sim/replay.hpp"

namespace rsm::sim {
namespace {

namespace json = boost::json;

double seconds(Millis time) { return static_cast<double>(time.count()) / 1000.0; }
double share(Millis part, Millis whole) { return whole.count() == 0 ? 0.0 : seconds(part) / seconds(whole); }

struct Row {
  std::string policy;
  ReplayFigures figures;
};

json::object as_json(Trace const& trace, Row const& row) {
  auto const& f = row.figures;
  return {{"policy", row.policy},
          {"mean_wait_s", seconds(f.mean())},
          {"wait_p50_s", seconds(f.percentile(50))},
          {"wait_p90_s", seconds(f.percentile(90))},
          {"wait_p99_s", seconds(f.percentile(99))},
          {"longest_wait_s", seconds(f.waits.back())},
          {"requests", f.waits.size()},
          {"moves", f.moves},
          {"drive_use", share(f.drive_time, f.span * static_cast<long>(trace.drives))},
          {"held_share", share(f.held, f.span * static_cast<long>(trace.drives))},
          {"arm_use", share(f.arm_time, f.span)},
          {"span_s", seconds(f.span)}};
}

void print_head() {
  std::printf("%-15s %10s %9s %9s %9s %9s %7s %7s %6s", "policy", "mean wait", "50 %", "90 %", "99 %", "longest", "moves", "drives", "arm");
}

void print(Trace const& trace, Row const& row) {
  auto const& f = row.figures;
  std::printf("%-15s %10.1f %9.0f %9.0f %9.0f %9.0f %7zu %6.0f%% %5.0f%%", row.policy.c_str(), seconds(f.mean()), seconds(f.percentile(50)), seconds(f.percentile(90)),
              seconds(f.percentile(99)), seconds(f.waits.back()), f.moves, 100 * share(f.drive_time, f.span * static_cast<long>(trace.drives)), 100 * share(f.arm_time, f.span));
}

void tell(Trace const& trace, Row const& row, bool as_object) {
  if (as_object) {
    auto object = as_json(trace, row);
    object["trace"] = trace.name;
    std::printf("%s\n", json::serialize(object).c_str());
    return;
  }
  std::printf("%s: %zu requests, %u drives; waits in seconds\n", trace.name.c_str(), trace.requests.size(), trace.drives);
  print_head();
  std::printf("\n");
  print(trace, row);
  std::printf("\n");
}

void tell_all(Trace const& trace, std::vector<Row> const& rows, bool as_object) {
  auto const bound = seconds(rows.back().figures.mean());
  if (as_object) {
    json::array policies;
    for (auto const& row : rows) {
      auto object = as_json(trace, row);
      object["mean_wait_to_clairvoyant"] = bound > 0 ? seconds(row.figures.mean()) / bound : 1.0;
      policies.push_back(std::move(object));
    }
    std::printf("%s\n", json::serialize(json::object{{"trace", trace.name}, {"policies", std::move(policies)}}).c_str());
    return;
  }
  std::printf("%s: %zu requests, %u drives; waits in seconds\n", trace.name.c_str(), trace.requests.size(), trace.drives);
  print_head();
  std::printf(" %12s\n", "of the bound");
  for (auto const& row : rows) {
    print(trace, row);
    std::printf(" %11.2fx\n", bound > 0 ? seconds(row.figures.mean()) / bound : 1.0);
  }
}

// The figures of the policy of this name; nothing: there is none.
std::optional<ReplayFigures> played(Trace const& trace, std::string const& name) {
  if (name == "clairvoyant") return clairvoyant(trace);
  auto const policy = replay_policy(name);
  return policy ? std::optional(replay(trace, *policy)) : std::nullopt;
}

int no_such_policy(std::string const& name) {
  std::fprintf(stderr, "rsm-sim: no policy \"%s\"; known: clairvoyant", name.c_str());
  for (auto const known : all_replay_policies) std::fprintf(stderr, ", %s", std::string(word(known)).c_str());
  std::fprintf(stderr, "\n");
  return 2;
}

void tell_forecasts(Trace const& trace, std::string const& policy, ForecastFigures const& f, bool as_object) {
  auto const middle = [](std::vector<Millis> const& values) { return values.empty() ? 0.0 : seconds(values[values.size() / 2]); };
  double const earlier = f.told == 0 ? 0.0 : static_cast<double>(f.earlier) / static_cast<double>(f.told);
  if (as_object) {
    json::object object{{"trace", trace.name}, {"policy", policy}, {"forecasts", f.told}, {"within_p90", f.share_within()}, {"before_median", earlier}, {"off_p50_s", middle(f.off)}, {"came_p50_s", middle(f.came)}};
    std::printf("%s\n", json::serialize(object).c_str());
    return;
  }
  std::printf("%s, %s: of %zu forecasts %.1f %% came before their bound of 90 %%, %.1f %% before what was expected; off by %.0f s in the middle, where waits are %.0f s\n", trace.name.c_str(), policy.c_str(), f.told,
              100 * f.share_within(), 100 * earlier, middle(f.off), middle(f.came));
}

}  // namespace

int report_traces(TraceOrder const& order) {
  std::string const name = order.policy.empty() ? std::string(word(ReplayPolicy::throughput)) : order.policy;
  for (auto const& file : order.files) {
    auto const trace = read_trace(file);
    if (!trace) {
      std::fprintf(stderr, "rsm-sim: %s\n", trace.error().sentence().c_str());
      return 2;
    }
    if (order.forecast != 0) {
      auto const policy = replay_policy(name);
      if (!policy) return no_such_policy(name);
      tell_forecasts(*trace, name, foretell(*trace, *policy, order.forecast), order.json);
      continue;
    }
    if (!order.compare) {
      auto figures = played(*trace, name);
      if (!figures) return no_such_policy(name);
      tell(*trace, {name, std::move(*figures)}, order.json);
      continue;
    }
    std::vector<Row> rows;
    for (auto const policy : all_replay_policies) rows.push_back({std::string(word(policy)), replay(*trace, policy)});
    rows.push_back({"clairvoyant", clairvoyant(*trace)});
    tell_all(*trace, rows, order.json);
  }
  return 0;
}

}  // namespace rsm::sim
