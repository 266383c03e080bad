#include "cli/rsm/certify/report.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstdio>

#include "cli/rsm/text/plural.hpp"
#include "cli/rsm/text/record.hpp"
#include "cli/rsm/view/json.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
namespace {

std::string time_text(std::int64_t milliseconds) {
  if (milliseconds < 0) return {};
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3f s", static_cast<double>(milliseconds) / 1000);
  return text.data();
}

Tone tone_of(std::string const& outcome) { return outcome == "done" ? Tone::good : outcome == "failed" ? Tone::bad : Tone::attention; }

Table steps_table(TrialReport const& report) {
  Table table({{"STEP"}, {"WHERE", Align::left, 8}, {"WITH", Align::left, 8}, {"RESULT"}, {"TIME", Align::right}, {"WHY", Align::left, 16, 0, 3}},
              "Nothing was tried.");
  for (auto const& step : report.steps)
    table.row({step.step, step.where, step.what, {step.outcome, tone_of(step.outcome)}, time_text(step.milliseconds), step.reason});
  return table;
}

Table abilities_table(TrialReport const& report) {
  Table table({{"CAN IT"}, {"ANSWER"}, {"AS SEEN BY", Align::left, 16, 0, 3}});
  for (auto const& ability : report.abilities) table.row({ability.name, {ability.answer, ability.answer == "yes" ? Tone::good : Tone::plain}, ability.detail});
  return table;
}

std::string verdict(TrialReport const& report) {
  auto const failed = std::ranges::count(report.steps, std::string("failed"), &TrialStep::outcome);
  auto const left_out = std::ranges::count(report.steps, std::string("left out"), &TrialStep::outcome);
  if (report.good && left_out > 0) return "all that was tried works; " + plural(left_out, "step was", "steps were") + " left out";
  if (report.good) return "all that was tried works";
  if (report.cancelled) return "cancelled before it was over";
  return failed > 0 ? plural(failed, "step has", "steps have") + " failed" : "not everything is where it was";
}

}  // namespace

std::string trial_text(TrialReport const& report, Canvas const& canvas) {
  Record record;
  record.line("Library", {report.library, Tone::strong});
  record.line("Changer", report.changer);
  record.line("Verdict", {verdict(report), report.good ? Tone::good : Tone::bad});
  record.section("Steps", steps_table(report));
  record.section("What the library can do", abilities_table(report));
  std::string out = record.text(canvas);
  if (report.not_back.empty()) return out + "\nEverything is where it was.\n";
  out += "\n";
  for (auto const& line : report.not_back) out += paint(canvas, Tone::attention, "! " + plain_text(line)) + "\n";
  return out;
}

std::string to_json(TrialReport const& report) { return pretty_json(boost::json::serialize(boost::json::value_from(report))); }

}  // namespace rsm::cli
