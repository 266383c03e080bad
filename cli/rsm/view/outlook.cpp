#include "cli/rsm/view/outlook.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "cli/rsm/text/plural.hpp"
#include "cli/rsm/text/short_id.hpp"
#include "cli/rsm/text/when.hpp"
#include "cli/rsm/text/width.hpp"
#include "cli/rsm/view/words.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
namespace {

constexpr std::size_t steps_shown = 5;   // of one drive
constexpr std::size_t drives_named = 3;  // more of them that do the same are only counted

std::string as_sentence(std::string text) {
  if (!text.empty()) text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  return text + ".";
}

std::string wrapped(std::string const& first, std::string const& rest, std::string const& text, Canvas const& canvas) {
  std::string out, mark = first;
  int const cells = static_cast<int>(first.size());
  for (auto const& line : wrap(for_reader(text), canvas.width > cells ? canvas.width - cells : 0)) {
    out += mark + line + "\n";
    mark = rest;
  }
  return out;
}

std::string bullet(std::string const& text, Canvas const& canvas) { return wrapped("  - ", "    ", as_sentence(text), canvas); }

// "02:51", with the day where it is another one.
std::string clock_in(std::int64_t ms, Canvas const& canvas) {
  std::string const then = clock_text(canvas.now + ms), now = clock_text(canvas.now);
  return then.substr(0, 10) == now.substr(0, 10) ? then.substr(11, 5) : then.substr(0, 16);
}

std::string in_text(std::int64_t ms, Canvas const& canvas) { return "in " + span_text(ms) + " (" + clock_in(ms, canvas) + ")"; }

// Seconds say nothing beyond the first minutes.
std::int64_t rounded(std::int64_t ms) { return ms < 90'000 ? (ms + 500) / 1000 * 1000 : (ms + 30'000) / 60'000 * 60'000; }

std::string step_line(wire::PlanStepInfo const& step, std::size_t width, bool times, Canvas const& canvas) {
  std::string const who = step.application.empty() ? step.user : step.user.empty() ? step.application : step.application + " (" + step.user + ")";
  std::string const what = step.medium_name.empty() ? "a cartridge" : step.medium_name;
  std::string line = "    " + (times ? pad_right(in_text(rounded(step.mounted_ms), canvas), 24) + pad_right("nine of ten before " + clock_in(rounded(step.mounted_p90_ms), canvas), 26) : std::string()) +
                     pad_right(plain_text(what), static_cast<int>(width) + 2) + "request " + request_text(step.request) + (who.empty() ? "" : " of " + plain_text(who));
  if (canvas.width > 0 && width_of(line) > canvas.width) line = line.substr(0, line.find(" of ", line.find("request ")));  // `rsm explain` says whose it is
  return (canvas.width > 0 ? cut(line, canvas.width) : line) + "\n";
}

std::string name_of(wire::PlanDriveInfo const& drive) { return drive.name.empty() ? "drive " + std::to_string(drive.number) : drive.name; }

std::string plan_of_drive(wire::PlanDriveInfo const& drive, bool times, Canvas const& canvas) {
  std::string out = wrapped("  ", "    ", name_of(drive) + (drive.doing.empty() ? "" : " " + drive.doing), canvas);
  std::size_t width = 0;
  for (auto const& step : drive.next) width = std::max(width, step.medium_name.size());
  for (std::size_t i = 0; i < drive.next.size() && i < steps_shown; ++i) out += step_line(drive.next[i], width, times, canvas);
  if (drive.next.size() > steps_shown) out += "    and " + plural(static_cast<std::int64_t>(drive.next.size() - steps_shown), "more", "more") + "\n";
  return out;
}

// "drive 1, drive 2 and drive 3"; of many only how many they are.
std::string named_or_counted(std::vector<std::string> const& names) {
  if (names.size() > drives_named) return plural(static_cast<std::int64_t>(names.size()), "drive", "drives");
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) out += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  return out;
}

// Drives for which nothing is planned: one line for all that do the same.
std::string plan_of_idle(std::vector<wire::PlanDriveInfo> const& drives, Canvas const& canvas) {
  std::vector<std::pair<std::string, std::vector<std::string>>> alike;
  for (auto const& drive : drives) {
    if (!drive.next.empty()) continue;
    auto const it = std::ranges::find(alike, drive.doing, &decltype(alike)::value_type::first);
    (it == alike.end() ? alike.emplace_back(drive.doing, std::vector<std::string>{}) : *it).second.push_back(name_of(drive));
  }
  std::string out;
  for (auto const& [doing, names] : alike) {
    bool const of_several = names.size() > 1 && doing.starts_with("is ");
    std::string const what = of_several ? "are " + doing.substr(3) : doing;
    out += wrapped("  ", "    ", named_or_counted(names) + (what.empty() ? ": " : " " + what + "; ") + "nothing is planned for " + (names.size() == 1 ? "it" : "them"), canvas);
  }
  return out;
}

std::string plan_of_library(wire::PlanLibraryInfo const& l, Canvas const& canvas) {
  std::string head = l.waiting == 0 ? l.name + ": no mount waits for a drive" : l.name + ": " + plural(l.waiting, "mount waits", "mounts wait");
  bool const times = l.basis && l.waiting != 0 && l.wait_ms;  // none is said where a person has to do something first
  if (times && l.last_ms && !l.wait_if_ms) head += ", served after " + span_text(rounded(*l.wait_ms)) + " on average, the last one " + in_text(rounded(*l.last_ms), canvas);
  std::string out = paint(canvas, Tone::strong, plain_text(head)) + "\n";
  if (!l.basis && l.waiting != 0) out += wrapped("  ", "  ", l.changed.empty() ? "No basis for times yet: moves, loads and mounts of this library have not been seen often enough. The order is as far as it goes." : "Moves, loads and mounts of this library have not been seen often enough: the times are of a library as it usually is.", canvas);
  if (l.planned < l.waiting) out += wrapped("  ", "  ", "The first " + std::to_string(l.planned) + " were looked at.", canvas);
  for (auto const& sentence : l.said) out += wrapped("  ", "  ", as_sentence(sentence), canvas);
  for (auto const& change : l.changed) {
    if (in_text(rounded(change.mounted_if_ms), canvas) == in_text(rounded(change.mounted_ms), canvas)) continue;  // nothing that can be read
    out += wrapped("  - ", "    ", (change.medium_name.empty() ? "A cartridge" : change.medium_name) + " (request " + request_text(change.request) + ") " + in_text(rounded(change.mounted_if_ms), canvas) + " instead of " + in_text(rounded(change.mounted_ms), canvas), canvas);
  }
  for (auto const& drive : l.drives)
    if (!drive.next.empty()) out += plan_of_drive(drive, times, canvas);
  return out + plan_of_idle(l.drives, canvas);
}

}  // namespace

std::string forecast_text(wire::ForecastInfo const& f, Canvas const& canvas) {
  if (!f.basis) return wrapped("", "", "When it will be mounted cannot be said: there is no basis yet. The service has not seen enough moves, loads and mounts of this library; 'rsm library timing' shows what it has learned.", canvas);
  std::string out;
  if (f.mounted_ms && f.mounted_p90_ms) {
    out = wrapped("", "", "It is expected to be mounted " + in_text(rounded(*f.mounted_ms), canvas) + (f.drive_name.empty() ? "" : " in " + f.drive_name) + "; nine of ten such forecasts come true before " + clock_in(rounded(*f.mounted_p90_ms), canvas) + " (" + span_text(rounded(*f.mounted_p90_ms)) + ").", canvas);
    if (f.start_ms) out += wrapped("", "", "Work for it begins " + in_text(rounded(*f.start_ms), canvas) + ".", canvas);
  } else {
    out = wrapped("", "", "When it will be mounted cannot be said: what it waits for does not come by time alone.", canvas);
  }
  for (auto const& reason : f.reasons) out += bullet(reason, canvas);
  if (!f.shorter.empty()) out += "It would be mounted\n";
  for (auto const& sentence : f.shorter) out += wrapped("  - ", "    ", sentence, canvas);
  return out;
}

std::string plan_text(wire::PlanReply const& plan, Canvas const& canvas) {
  if (plan.libraries.empty()) return "There is no library with a robot and drives: nothing is planned.\n";
  std::string out;
  for (auto const& library : plan.libraries) out += plan_of_library(library, canvas);
  return out;
}

Table table_of(std::vector<wire::TimingInfo> const& items, Canvas const&) {
  Table table({{"LIBRARY", Align::left, 8}, {"DRIVE", Align::left, 7}, {"STEP", Align::left, 6}, {"MEDIAN", Align::right}, {"90 %", Align::right}, {"SEEN", Align::right, 0, 1}},
              "Nothing was learned yet: every move, load and mount is a lesson.");
  auto const exact = [](std::int64_t ms) { return ms < 10'000 ? fmt::format("{:.1f} s", static_cast<double>(ms) / 1000.0) : span_text(rounded(ms)); };
  for (auto const& t : items)
    table.row({t.library_name, t.drive.is_zero() ? Cell{"all", Tone::dim} : Cell{t.drive_name}, spaced(word(t.kind)), exact(t.median_ms), exact(t.p90_ms), std::to_string(t.seen)});
  return table;
}

std::string advice_text(wire::AdviseReply const& advice, Canvas const& canvas) {
  bool const says_something = std::ranges::any_of(advice.items, [](auto const& one) { return one.about != "drives"; });
  std::string out = advice.mounts == 0 ? (says_something ? "No mount that has ended is in the history yet.\n" : "No mount that has ended is in the history: there is nothing to say yet.\n")
                                       : "From " + plural(advice.mounts, "mount", "mounts") + (advice.since ? " since " + clock_text(*advice.since).substr(0, 10) : "") + ":\n";
  for (auto const& one : advice.items) {
    if (advice.mounts == 0 && one.about == "drives") continue;
    out += bullet(one.text, canvas);
    for (auto const& row : one.tried)
      out += "      " + pad_right(plural(row.drives, "drive", "drives") + ":", 12) + "mean wait " + pad_right(span_text(rounded(row.wait_ms)), 11) + "nine of ten " + pad_right(span_text(rounded(row.wait_p90_ms)), 11) + "longest " + span_text(rounded(row.longest_ms)) + "\n";
  }
  return out;
}

}  // namespace rsm::cli
