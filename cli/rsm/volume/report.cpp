#include "cli/rsm/volume/report.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "cli/rsm/text/plural.hpp"
#include "cli/rsm/text/width.hpp"
#include "cli/rsm/view/json.hpp"
#include "cli/rsm/volume/view.hpp"
#include "libmgr/domain/limits.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
namespace {

using volume::HolderEntry;
using volume::VolumeStatus;

std::string holder_text(HolderEntry const& holder) {
  if (holder.pid == 0) return holder.what + (holder.command.empty() ? "" : " (" + holder.command + ")");
  return holder.what + " in process " + std::to_string(holder.pid) + " (" + holder.command + ", user " + holder.user + ")";
}

// What the ejected medium is, now that it is out.
std::string ejected_text(VolumeStatus const& before) {
  if (is_loop(before)) return "unbound from " + (before.backing.empty() ? std::string{"its image"} : before.backing);
  if (is_tape(before)) return "the tape is unloaded";
  return is_optical(before) ? "ejected; the tray is open" : "ejected";
}

std::string mount_points(VolumeStatus const& before) {
  std::string out;
  for (auto const& m : before.mounts)
    if (m.process == 0) out += (out.empty() ? "" : ", ") + m.mount_point;
  return out;
}

std::string dismounted_text(VolumeReport const& report, VolumeStatus const& before) {
  if (is_tape(before)) return "rewound";
  if (!report.was_mounted) return "it was not mounted";
  auto const where = mount_points(before);
  return "dismounted" + std::string{report.holders_fate.empty() ? "" : " by force"} + (where.empty() ? "" : " (was mounted at " + where + ")");
}

// What became of those who used it when force was applied.
std::string fate_text(VolumeReport const& report) {
  if (report.holders_fate == "dead") return "Old handles are DEAD: every use of them gives an error, for ever.";
  return "Old handles are ALIVE: they may go on writing. Do not use the medium elsewhere before they have ended.";
}

std::string wrapped(std::string const& text, Canvas const& canvas, Tone tone = Tone::plain) {
  std::string out;
  for (auto const& line : wrap(plain_text(text), canvas.width)) out += paint(canvas, tone, line) + "\n";
  return out;
}

std::string outcome_text(VolumeReport const& report, VolumeStatus const& before) {
  switch (*volume_verb(report.verb)) {
    case VolumeVerb::flush: return "flushed";
    case VolumeVerb::dismount: return dismounted_text(report, before);
    case VolumeVerb::offline:
      if (is_offline(before)) return "is offline already; 'rsm volume online " + report.volume + "' brings it back";
      return dismounted_text(report, before) + " and offline; 'rsm volume online " + report.volume + "' brings it back";
    case VolumeVerb::online: return is_offline(before) ? "online; it may be mounted again" : "online (it was not offline)";
    case VolumeVerb::eject: return ejected_text(before);
    case VolumeVerb::load: return is_tape(before) ? "the tape is loaded" : "loaded";
    case VolumeVerb::prevent: return "removal is prevented; 'rsm volume allow " + report.volume + "' ends that";
    case VolumeVerb::allow: return "removal is allowed";
    case VolumeVerb::verify:
      return std::string{before.needs_service.empty() ? "" : "it answers again; "} + "a medium is there" +
             (report.media_changes > 0 ? ", number " + std::to_string(report.media_changes) + " since the machine started" : "");
    case VolumeVerb::status:
    case VolumeVerb::who:
    case VolumeVerb::lock: break;
  }
  return {};
}

}  // namespace

void VolumeReport::fail_with(Error why) {
  error = static_cast<std::int64_t>(why.code);
  error_name = rsm::error_name(why.code);
  error_text = why.text();
  failure = std::move(why);
}

std::string to_json(VolumeReport const& report) { return pretty_json(volume::valid_json(boost::json::serialize(boost::json::value_from(report)))); }

std::string holders_text(std::vector<HolderEntry> const& holders) {
  std::string text;
  std::size_t named = 0;
  for (auto const& holder : holders) {
    if (named == limits::holders_named_max) return text + "; and " + std::to_string(holders.size() - named) + " more";
    text += (named++ == 0 ? "" : "; ") + holder_text(holder);
  }
  return text;
}

std::string incomplete_text(std::vector<std::int64_t> const& not_seen) {
  if (not_seen.empty()) return {};
  if (not_seen.size() == 1) return "incomplete: process " + std::to_string(not_seen.front()) + " may not be looked at";
  std::string text = "incomplete: " + plural(std::ssize(not_seen), "process", "processes") + " may not be looked at:";
  std::size_t named = 0;
  for (auto const process : not_seen) {
    if (named == limits::holders_named_max) return text + " and " + std::to_string(not_seen.size() - named) + " more";
    text += (named++ == 0 ? " " : ", ") + std::to_string(process);
  }
  return text;
}

std::string result_text(VolumeReport const& report, VolumeStatus const& before, Canvas const& canvas) {
  auto const outcome = outcome_text(report, before);
  if (outcome.empty()) return {};
  return wrapped(report.volume + ": " + outcome, canvas) + aftermath_text(report, canvas);
}

std::string aftermath_text(VolumeReport const& report, Canvas const& canvas) {
  if (report.holders_fate.empty()) return {};
  std::string text = wrapped(fate_text(report), canvas, report.holders_fate == "dead" ? Tone::attention : Tone::bad);
  if (report.holders.empty()) return report.note.empty() ? text : text + wrapped(report.note, canvas);
  return text + holders_view(report.volume, {report.holders, report.not_seen}, canvas);
}

std::string rehearsal_text(VolumeReport const& report, VolumeStatus const& status, Canvas const& canvas) {
  std::string out = plain_text("rsm volume " + report.verb + " " + report.volume) + ": rehearsed, nothing is changed\n";
  int number = 0;
  for (auto const& s : report.steps) {
    auto const step = [&] {
      for (auto candidate : steps_of(*volume_verb(report.verb)))
        if (name_of(candidate) == s.step) return purpose_text(candidate, status);
      return std::string{};
    }();
    std::string line = step;
    Tone tone = Tone::plain;
    if (s.outcome == "would fail") {
      line += report.force && report.good() ? ": would fail, and be gone on without" : ": WOULD FAIL";
      tone = Tone::bad;
    } else if (s.outcome == "not reached") {
      line += " (not reached)";
      tone = Tone::dim;
    }
    std::string name = "  " + std::to_string(++number) + ". " + pad_right(s.step, 10);
    auto const indent = static_cast<std::size_t>(width_of(name));
    for (auto const& part : wrap(plain_text(line), canvas.width > 0 ? std::max(canvas.width - width_of(name), 20) : 0)) {
      out += paint(canvas, tone, name + part) + "\n";
      name.assign(indent, ' ');
    }
  }
  if (report.steps.empty() && report.good()) out += "  nothing is to be done\n";
  return out;
}

}  // namespace rsm::cli
