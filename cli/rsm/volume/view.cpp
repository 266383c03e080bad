#include "cli/rsm/volume/view.hpp"

#include <boost/json.hpp>

#include "cli/rsm/text/record.hpp"
#include "cli/rsm/text/when.hpp"
#include "cli/rsm/text/width.hpp"
#include "cli/rsm/view/json.hpp"
#include "cli/rsm/volume/plan.hpp"
#include "cli/rsm/volume/report.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
namespace {

using volume::VolumeStatus;

std::string number_or_dash(std::int64_t process) { return process == 0 ? "-" : std::to_string(process); }

Tone tone_of_state(VolumeStatus const& s) {
  if (!s.needs_service.empty()) return Tone::bad;
  if (s.state == "mounted") return Tone::good;
  return s.state == "locked" || s.state == "offline" ? Tone::attention : Tone::plain;
}

// The state, with what it means for whoever wants to use the volume.
std::string state_text(VolumeStatus const& s) {
  std::string const keeper = s.offline_process == 0 ? "" : ", kept by process " + std::to_string(s.offline_process);
  if (s.state == "offline") return "offline" + keeper + "; 'rsm volume online " + s.device + "' brings it back";
  if (s.state == "locked") {
    for (auto const& h : s.handles)
      if (h.locked) return "locked by process " + std::to_string(h.process) + " (" + h.command + ", user " + h.user + ")";
  }
  return s.state;
}

std::string medium_text(VolumeStatus const& s) {
  if (!s.medium) return "none";
  std::string out = s.size_bytes > 0 ? bytes_text(s.size_bytes) : "there";
  if (s.read_only) out += ", read only";
  if (s.media_changes > 0) out += ", number " + std::to_string(s.media_changes) + " since the machine started";
  return out;
}

std::string label_text(VolumeStatus const& s) {
  if (s.label_type.empty()) return !s.medium ? "" : s.label_note.empty() ? "none that is understood" : "none: " + s.label_note;
  return s.label_type + (s.label_info.empty() ? "" : " \"" + s.label_info + "\"") + (s.label_id.empty() ? "" : ", " + s.label_id);
}

std::string rights_text(volume::HandleOwner const& h) {
  std::string out = h.read && h.write ? "reads and writes" : h.write ? "writes" : h.read ? "reads" : "only asks";
  if (h.locked) out += ", HOLDS THE LOCK";
  if (h.preventions > 0) out += ", prevents removal";
  if (h.listening) out += ", listens";
  return out;
}

Table mounts_table(VolumeStatus const& s) {
  Table table({{"DEVICE"}, {"AT", Align::left, 16}, {"TYPE"}, {"OPTIONS", Align::left, 12}, {"NAMESPACE OF", Align::left, 0, 1}});
  for (auto const& m : s.mounts) table.row({m.device, m.mount_point, m.fs_type, m.options, m.process == 0 ? m.name_space : "process " + std::to_string(m.process)});
  return table;
}

Table handles_table(VolumeStatus const& s) {
  Table table({{"PID", Align::right}, {"USER", Align::left, 6}, {"COMMAND", Align::left, 12}, {"HANDLE", Align::left, 12, 0, 2}});
  for (auto const& h : s.handles)
    table.row({number_or_dash(h.process), h.user, h.command, {rights_text(h), h.locked ? Tone::attention : Tone::plain}});
  return table;
}

}  // namespace

std::string volume_status_text(VolumeStatus const& s, Canvas const& canvas) {
  Record record;
  record.line("Volume", {s.device, Tone::strong});
  if (!s.needs_service.empty())
    record.line("NEEDS SERVICE", {s.needs_service + "; when it is repaired: rsm volume verify " + s.device, Tone::bad});
  record.line("State", {state_text(s), tone_of_state(s)});
  record.line("Kind", s.kind + (s.backing.empty() ? "" : ", image " + s.backing) + (s.disk.empty() ? "" : " of " + s.disk));
  record.line("Medium", medium_text(s));
  if (!is_tape(s)) record.line("File system", label_text(s));
  record.line("Removal", s.removal_prevented ? Cell{"prevented; 'rsm volume allow " + s.device + "' ends that", Tone::attention} : Cell{"allowed"});
  if (!s.managed_by.empty()) record.line("Managed by", {s.managed_by + "; ask the service: rsm media dismount, rsm media eject", Tone::attention});
  if (!s.system_volume.empty()) record.line("System volume", {s.system_volume, Tone::attention});
  if (!s.mounts.empty()) record.section("Mounts", mounts_table(s));
  if (!s.handles.empty()) record.section("Handles", handles_table(s));
  return record.text(canvas);
}

std::string holders_view(std::string const& device, volume::HolderList const& list, Canvas const& canvas) {
  std::string const incomplete = incomplete_text(list.not_seen);
  std::string out;
  if (list.holders.empty()) {
    out = plain_text(device) + ": nobody" + (incomplete.empty() ? "" : " that can be seen") + " keeps it busy\n";
  } else {
    Table table({{"PID", Align::right}, {"USER", Align::left, 6}, {"COMMAND", Align::left, 8}, {"WHAT", Align::left, 20, 0, 3}});
    for (auto const& h : list.holders) table.row({number_or_dash(h.pid), h.user, h.command, h.what});
    out = table.text(canvas);
  }
  if (incomplete.empty()) return out;
  for (auto const& line : wrap(plain_text(incomplete), canvas.width)) out += paint(canvas, Tone::attention, line) + "\n";
  return out;
}

std::string holders_json(std::string const& device, volume::HolderList const& list) {
  auto value = boost::json::value_from(list);
  value.as_object()["volume"] = device;
  value.as_object()["incomplete"] = !list.not_seen.empty();
  return pretty_json(boost::json::serialize(value)) + "\n";
}

}  // namespace rsm::cli
