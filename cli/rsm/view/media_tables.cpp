// Tables of what is moved: media, sides, pools.
#include <fmt/format.h>

#include "cli/rsm/text/plural.hpp"
#include "cli/rsm/text/when.hpp"
#include "cli/rsm/view/ageing.hpp"
#include "cli/rsm/view/fields.hpp"
#include "cli/rsm/view/tables.hpp"

namespace rsm::cli {
namespace {

Tone tone_of(SideState state) {
  switch (state) {
    case SideState::incompatible:
    case SideState::decommissioned: return Tone::bad;
    case SideState::unknown:
    case SideState::foreign: return Tone::attention;
    default: return Tone::plain;
  }
}

// Why it is not simply used or usable, and what helps.
std::string side_reason(SideState state) {
  switch (state) {
    case SideState::unknown: return "its label was not read yet";
    case SideState::unprepared: return "the label of a free medium is to be written on it";
    case SideState::incompatible: return "nothing is read or written there: a drive has rejected it, or it cleans drives";
    case SideState::decommissioned: return "nobody can allocate it any more";
    case SideState::complete: return "its application has said that it is full";
    case SideState::foreign: return "its label is not understood here";
    case SideState::import: return "no application has taken it over yet";
    case SideState::reserved: return "kept for the application that has another side";
    case SideState::available:
    case SideState::allocated: return {};
  }
  return {};
}

std::string label_text(wire::SideInfo const& s) {
  if (s.label_type.empty()) return {};
  return s.label_info.empty() ? s.label_type : s.label_type + " " + s.label_info;
}

std::string where_text(wire::MediumInfo const& m) {
  if (m.place == "offline" || m.place.empty()) return "offline";
  return m.library_name.empty() ? m.place : m.place + " of " + m.library_name;
}

std::string policy_text(wire::PoolInfo const& p) {
  std::string out;
  if ((p.allocation_policy & 1) != 0) out = "takes media from the free pool";
  if ((p.deallocation_policy & 1) != 0) out += std::string{out.empty() ? "" : ", "} + "gives media back to the free pool";
  return out;
}

constexpr char const* not_known = "not known";

std::string number_text(std::optional<std::int64_t> const& number) { return number ? std::to_string(*number) : not_known; }
std::string amount_text(std::optional<std::int64_t> const& bytes) { return bytes ? bytes_text(*bytes) : not_known; }

// "U-616 (5Ah)"
std::string density_of(wire::MediumInfo const& m) {
  if (!m.density_code) return not_known;
  std::string const code = fmt::format("{:02X}h", *m.density_code);
  return m.density ? *m.density + " (" + code + ")" : code;
}

// What drives have told of it. Of most media no drive can tell anything: that is one line.
void show_cartridge(Fields& f, wire::MediumInfo const& m) {
  bool const told = m.density_code || m.scsi_medium_type || m.manufacturer || m.serial || m.loads || m.bytes_written || m.bytes_read || m.capacity || m.remaining;
  if (!told)
    return f.line("Told by drives", not_known, {"density_code", "scsi_medium_type", "density", "manufacturer", "serial", "loads", "bytes_written", "bytes_read", "capacity", "remaining"});
  f.line("Density", density_of(m), {"density_code", "density"});
  f.line("Medium type", m.scsi_medium_type ? fmt::format("{:02X}h", *m.scsi_medium_type) : not_known, {"scsi_medium_type"});
  f.line("Manufacturer", m.manufacturer.value_or(not_known), {"manufacturer"});
  f.line("Serial number", m.serial.value_or(not_known), {"serial"});
  f.line("Loads in its life", number_text(m.loads), {"loads"});
  f.line("Written in its life", amount_text(m.bytes_written), {"bytes_written"});
  f.line("Read in its life", amount_text(m.bytes_read), {"bytes_read"});
  f.line("Capacity", amount_text(m.capacity), {"capacity"});
  f.line("Remaining", amount_text(m.remaining), {"remaining"});
}

}  // namespace

Table table_of(std::vector<wire::MediumInfo> const& items, Names const&, Canvas const&) {
  Table table({{"MEDIUM", Align::left, 8},
               {"STATE"},
               {"WHERE", Align::left, 8, 0, 2},
               {"POOL", Align::left, 8, 2, 3},
               {"BARCODE", Align::left, 8, 4, 1, true},
               {"SIDES", Align::right, 0, 3},
               {"REASON", Align::left, 16, 1, sentence_lines_max}},
              "No media: 'rsm library inventory LIBRARY' looks for them in a library of 'rsm library list'.");
  for (auto const& m : items) {
    bool const offline = where_text(m) == "offline";
    table.row({m.name, media_state_cell(m), {where_text(m), offline ? Tone::dim : Tone::plain}, m.pool_name,
               m.barcode.empty() ? Cell{"unreadable", Tone::dim} : Cell{m.barcode}, std::to_string(m.sides.size()), m.reason});
  }
  return table;
}

Table table_of(std::vector<wire::SideInfo> const& items, Names const&, Canvas const&) {
  Table table({{"SIDE", Align::left, 8},
               {"STATE"},
               {"LABEL", Align::left, 8, 1},
               {"MOUNTS", Align::right, 0, 3},
               {"CAPACITY", Align::right, 0, 2},
               {"REASON", Align::left, 16, 1, sentence_lines_max},
               {"LOGICAL MEDIUM", Align::left, 0, 4},
               {"ID", Align::left, 0, 5}},
              "No sides.");
  for (auto const& s : items)
    table.row({side_name(s.medium_name, s.id, s.number), {word(s.state), tone_of(s.state)}, label_text(s), std::to_string(s.mount_count),
               s.capacity == 0 ? "" : bytes_text(s.capacity), side_reason(s.state), s.logical_medium.is_zero() ? "" : s.logical_medium.text(), s.id.text()});
  return table;
}

Table table_of(std::vector<wire::PoolInfo> const& items, Names const&, Canvas const&) {
  Table table({{"POOL", Align::left, 12}, {"TYPE"}, {"MEDIA", Align::right}, {"LOGICAL", Align::right, 0, 1}, {"POOLS", Align::right, 0, 2}},
              "No media pools.");
  for (auto const& p : items)
    table.row({p.path.empty() ? p.name : p.path, pool_kind(p.type),
               std::to_string(p.physical_media), std::to_string(p.logical_media), std::to_string(p.pools)});
  return table;
}

Record record_of(wire::MediumInfo const& m, Names const& names, Canvas const& canvas) {
  Fields f(m, names, canvas);
  f.line("Medium", {m.name, Tone::strong}, {"name"});
  f.show({"description"});
  f.line("State", media_state_cell(m), {"enabled", "state"});
  f.show({"reason"});
  f.line("Where", where_text(m), {"library", "library_name", "place", "location_type", "location"});
  f.line("Home", m.home_slot ? "slot " + std::to_string(*m.home_slot) : "", {"home_slot", "home_slot_id"});
  f.line("Bar code", m.barcode.empty() ? "unreadable" : m.barcode, {"barcode", "barcode_state"});
  f.show({"sequence_number"});
  f.line("Pool", m.pool_name, {"pool", "pool_name"});
  f.show({"media_type", "created", "modified"});
  show_ageing(f, m.ageing, AgeingOf::medium, canvas);
  show_cartridge(f, m);
  f.leave_out({"mounted_side", "sides", "alerts"});
  auto record = f.finish();
  record.section("Sides", table_of(m.sides, names, canvas));
  if (!m.alerts.empty()) record.section("Drives have reported", table_of(m.alerts, "DRIVE", canvas));
  return record;
}

Record record_of(wire::PoolInfo const& p, Names const& names, Canvas const& canvas) {
  Fields f(p, names, canvas);
  f.line("Pool", {p.path.empty() ? p.name : p.path, Tone::strong}, {"name", "path", "parent"});
  f.show({"description"});
  f.line("Type", pool_kind(p.type), {"type"});
  f.line("Media type", p.media_type.is_zero() ? "none: a pool for pools" : name_in(names, p.media_type.guid), {"media_type"});
  f.line("Policy", policy_text(p), {"allocation_policy", "deallocation_policy"});
  f.line("Allocations", p.max_allocates == 0 ? "without limit" : "at most " + std::to_string(p.max_allocates) + " of one side", {"max_allocates"});
  f.line("Holds", std::to_string(p.physical_media) + " media, " + std::to_string(p.logical_media) + " logical media, " + plural(p.pools, "pool", "pools"),
         {"physical_media", "logical_media", "pools"});
  f.line("Created", moment_text(p.created, canvas.now), {"created"});
  return f.finish();
}

}  // namespace rsm::cli
