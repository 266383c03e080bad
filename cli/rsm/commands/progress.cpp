#include "cli/rsm/commands/progress.hpp"

#include <algorithm>
#include <array>

#include "cli/rsm/text/when.hpp"
#include "cli/rsm/text/width.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
namespace {

constexpr auto last_steps = std::to_array<std::string_view>(
    {"loaded", "done", "failed", "cancelled", "stopped", "invalid", "deferred"});

bool is_last(std::string const& step) { return std::ranges::find(last_steps, step) != last_steps.end(); }

}  // namespace

Progress::Progress(Context& context, std::vector<std::string> labels) : context_(context) {
  for (auto& label : labels) lines_.push_back({std::move(label), {}, {}, now_ms(), false});
}

void Progress::step(std::size_t index, std::string const& step, std::string const& reason) {
  auto& line = lines_[index];
  if (line.over) return;
  bool const same = !line.steps.empty() && line.steps.back() == step;
  if (same && (line.reason == reason || reason.empty())) return;
  if (step == "moving" && !line.steps.empty() && line.steps.back() == "loading") return;  // news of the same move
  if (same && !context_.live() && step != "waiting" && step != "queued") return;  // in a log only why it waits is worth another line
  if (!same) {
    line.steps.push_back(step);
    line.since = now_ms();
    line.over = is_last(step);
  }
  line.reason = reason;
  if (context_.live())
    draw();
  else if (context_.steps() == Steps::lines)
    note(plain_text(line.label + ": " + (reason.starts_with(step) ? reason : step + (reason.empty() ? "" : ": " + reason))) + "\n");
}

void Progress::tick() {
  if (context_.live()) draw();
}

std::string Progress::text_of(Line const& line, std::size_t from, std::int64_t now) const {
  std::string out = line.label + ":" + (from == 0 ? "" : " …,");
  for (std::size_t i = from; i + 1 < line.steps.size(); ++i) out += " " + line.steps[i] + ",";
  if (!line.steps.empty()) out += " " + line.steps.back();
  if (!line.over && now - line.since >= 1000) out += " " + span_text(now - line.since);
  if (!line.reason.empty()) out += " (" + line.reason + ")";
  return plain_text(out);
}

// What was is left out before the reason why it stands still; that may take as many lines as it needs.
std::vector<std::string> Progress::lines_of(Line const& line, Canvas const& canvas) const {
  std::size_t from = 0;
  while (canvas.width > 0 && from + 1 < line.steps.size() && width_of(text_of(line, from, canvas.now)) >= canvas.width) ++from;
  return wrap(text_of(line, from, canvas.now), canvas.width > 1 ? canvas.width - 1 : 0);
}

void Progress::draw() {
  Canvas const canvas = context_.notes();
  std::string out;
  if (drawn_ > 0) out += "\x1b[" + std::to_string(drawn_) + "A";
  out += "\r\x1b[J";
  drawn_ = 0;
  for (auto const& line : lines_)
    for (auto const& text : lines_of(line, canvas)) out += text + "\n", ++drawn_;
  note(out);
}

}  // namespace rsm::cli
