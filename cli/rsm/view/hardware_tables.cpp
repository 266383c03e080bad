// Tables of what stands in the room: libraries, changers, drives and what they report, slots, ports, doors.
#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <utility>

#include "cli/rsm/text/plural.hpp"
#include "cli/rsm/text/short_id.hpp"
#include "cli/rsm/text/when.hpp"
#include "cli/rsm/view/ageing.hpp"
#include "cli/rsm/view/fields.hpp"
#include "cli/rsm/view/tables.hpp"
#include "libmgr/domain/number_ranges.hpp"

namespace rsm::cli {
namespace {

std::string model(std::string const& vendor, std::string const& product) {
  return vendor.empty() ? product : product.empty() ? vendor : vendor + " " + product;
}

// "writes U-616, U-516; reads only U-416"
std::string densities_text(wire::DriveInfo const& drive) {
  if (!drive.densities) return "not known";
  std::string writes, reads;
  for (auto const& density : *drive.densities) {
    std::string& list = density.writable ? writes : reads;
    std::string const name = !density.name.empty() ? density.name : density.description;
    list += (list.empty() ? "" : ", ") + (name.empty() ? "" : name + " ") + fmt::format("({:02X}h)", density.code);
  }
  if (!writes.empty()) writes = "writes " + writes;
  if (!reads.empty()) reads = "reads only " + reads;
  return writes + (writes.empty() || reads.empty() ? "" : "; ") + reads;
}

constexpr char const* close_the_door = "close it, then the library goes on";

// The slot is shown by the list of slots.
std::string cleaner_text(wire::LibraryInfo const& l) {
  constexpr std::int64_t present = 0x02, uncounted = 4294967295;
  if ((l.flags & present) == 0) return "a slot is kept for it, and it is not there";
  if (l.cleaner_uses.value_or(0) == uncounted) return "its uses are not counted";
  return plural(l.cleaner_uses.value_or(0), "use", "uses") + " left";
}

// What is to be done at a slot that is neither full nor empty.
std::string slot_text(SlotState state, std::string const& library) {
  if (state == SlotState::not_present) return "it is not there now: its magazine is out, or the library has fewer slots than before";
  if (state == SlotState::needs_inventory || state == SlotState::unknown) return "what is in it is not known: rsm library inventory '" + library + "'";
  return {};
}

std::string port_text(wire::PortInfo const& p, std::string const& medium) {
  if (p.position != PortPosition::extended) return {};
  if (p.content == PortContent::full) return "take " + (medium.empty() ? "the cartridge" : medium) + " out";
  return p.content == PortContent::empty ? "put a cartridge in, or push it in as it is" : "";
}

}  // namespace

void say_open_door(wire::LibraryInfo& library, std::vector<wire::DoorInfo> const& doors) {
  bool const open = std::ranges::any_of(doors, [&](auto const& door) { return door.library == library.id && door.state == DoorState::open; });
  if (open && library.operational_state == OperationalState::ready) library.reason = std::string("the door is open: ") + close_the_door;
}

void keep_what_is_wrong(std::vector<wire::LibraryInfo>& libraries, std::vector<wire::DoorInfo> const& doors) {
  for (auto& library : libraries) {
    if (library.operational_state == OperationalState::ready) library.reason = library.enabled ? "" : "rsm library enable '" + library.name + "'";
    if (library.enabled) say_open_door(library, doors);
  }
}

Table table_of(std::vector<wire::LibraryInfo> const& items, Names const&, Canvas const& canvas) {
  Table table({{"LIBRARY", Align::left, 15},
               {"STATE"},
               {"TYPE", Align::left, 0, 4},
               {"DRIVES", Align::right, 0, 2},
               {"SLOTS", Align::right, 0, 3},
               {"MEDIA", Align::right},
               {"OPEN", Align::right},
               {"SINCE", Align::left, 0, 5},
               {"REASON", Align::left, 16, 1, sentence_lines_max}},
              no_libraries);
  for (auto const& l : items)
    table.row({l.name, condition_cell(l.enabled, l.operational_state), word(l.library_type), std::to_string(l.drives), std::to_string(l.slots), std::to_string(l.media),
               std::to_string(l.open_requests), age_text(l.since, canvas.now), l.reason});
  return table;
}

Table table_of(std::vector<wire::ChangerInfo> const& items, Names const& names, Canvas const&) {
  Table table({{"CHANGER", Align::left, device_name_cells},
               {"LIBRARY", Align::left, 8, 0, 1, true},
               {"DOING", Align::left, 12, 0, 6},
               {"HANDLER", Align::left, 10, 2, 2},
               {"MODEL", Align::left, 8, 3, 3},
               {"DEVICE", Align::left, 10, 4, 3}},
              "No changers.");
  for (auto const& c : items)
    table.row({c.name, name_in(names, c.library.guid), c.doing.empty() ? Cell{"idle", Tone::dim} : Cell{c.doing}, c.handler,
               model(c.vendor, c.product), c.device});
  return table;
}

Table table_of(std::vector<wire::DriveInfo> const& items, Names const& names, Canvas const& canvas) {
  Table table({{"DRIVE", Align::left, device_name_cells},
               {"LIBRARY", Align::left, 8, 1, 1, true},
               {"STATE"},
               {"MEDIUM", Align::left, 8},
               {"SINCE", Align::left, 0, 2},
               {"VOLUME", Align::left, 12, 4, 6},
               {"MOUNTS", Align::right, 0, 5},
               {"HANDLER", Align::left, 8, 6},
               {"REASON", Align::left, 14, 3, sentence_lines_max}},
              "No drives.");
  for (auto const& d : items) {
    bool const fine = d.enabled && d.operational_state == OperationalState::ready;
    table.row({d.name, name_in(names, d.library.guid), drive_state_cell(d), drive_content(d), age_text(d.since, canvas.now), d.volume,
               std::to_string(d.mount_count), d.handler, fine ? (d.state == DriveState::dismounted ? "" : d.reason) : d.condition_reason});
  }
  return table;
}

Table table_of(std::vector<wire::SlotInfo> const& items, Names const& names, Canvas const&) {
  Table table({{"SLOT", Align::right}, {"LIBRARY", Align::left, 8, 1, 1, true}, {"STATE"}, {"MEDIUM", Align::left, 8}, {"REASON", Align::left, 16, 2, sentence_lines_max, true}}, "No slots.");
  for (auto const& s : items) {
    Tone const tone = s.state == SlotState::full ? Tone::plain : s.state == SlotState::empty ? Tone::dim : Tone::attention;
    std::string const kept = s.for_cleaner.value_or(false) ? ", kept for the cleaning cartridge" : "";
    table.row({std::to_string(s.number), name_in(names, s.library.guid), {spaced(word(s.state)) + kept, tone}, s.medium_name, slot_text(s.state, name_in(names, s.library.guid))});
  }
  return table;
}

Table table_of(std::vector<wire::PortInfo> const& items, Names const& names, Canvas const&) {
  Table table({{"PORT", Align::right}, {"LIBRARY", Align::left, 8, 1, 1, true}, {"CONTENT"}, {"POSITION"}, {"MEDIUM", Align::left, 8, 2}, {"WHAT TO DO", Align::left, 16, 3, sentence_lines_max, true}},
              "No import/export ports.");
  for (auto const& p : items) {
    bool const open = p.position == PortPosition::extended;
    table.row({std::to_string(p.number), name_in(names, p.library.guid), word(p.content), {word(p.position), open ? Tone::attention : Tone::plain},
               name_in(names, p.medium.guid), port_text(p, name_in(names, p.medium.guid))});
  }
  return table;
}

// Slots as backup programs count those of the library: from 1.
Table table_of(std::vector<wire::ViewInfo> const& items, Names const&, Canvas const&) {
  Table table({{"VIEW", Align::left, 8},
               {"LIBRARY", Align::left, 8, 1},
               {"DRIVES"},
               {"SLOTS"},
               {"PORTS", Align::left, 0, 3},
               {"TROUBLE", Align::left, 12, 2, sentence_lines_max}},
              "No views: [[view]] in the configuration makes them (docs/backup-software.md).");
  for (auto const& v : items) {
    std::string trouble;
    for (auto const& sentence : v.trouble) trouble += (trouble.empty() ? "" : "; ") + sentence;
    table.row({v.name, v.library_name, ranges_text(v.drives), ranges_text(v.slots, 1), v.ports ? "shown" : "hidden", {trouble, Tone::attention}});
  }
  return table;
}

Table table_of(std::vector<wire::DoorInfo> const& items, Names const& names, Canvas const&) {
  Table table({{"DOOR", Align::right}, {"LIBRARY", Align::left, 8, 1, 1, true}, {"STATE"}, {"WHAT TO DO", Align::left, 16, 2, sentence_lines_max, true}}, "No doors.");
  for (auto const& d : items)
    table.row({std::to_string(d.number), name_in(names, d.library.guid), {word(d.state), d.state == DoorState::open ? Tone::attention : Tone::plain}, d.state == DoorState::open ? close_the_door : ""});
  return table;
}

Table table_of(std::vector<wire::AlertInfo> const& items, std::string beside, Canvas const& canvas) {
  Table table({{"TAPEALERT", Align::right}, {"SEVERITY"}, {"TIME", Align::left, 0, 1}, {std::move(beside), Align::left, 7, 2}, {"WHAT", Align::left, 20, 0, 3}}, "Nothing.");
  for (auto const& a : items | std::views::reverse) {
    Tone const tone = a.severity == AlertSeverity::critical ? Tone::bad : a.severity == AlertSeverity::warning ? Tone::attention : Tone::plain;
    table.row({std::to_string(a.number), {word(a.severity), tone}, moment_text(a.time, canvas.now), a.beside, a.text});
  }
  return table;
}

Record record_of(wire::LibraryInfo const& l, Names const& names, Canvas const& canvas) {
  Fields f(l, names, canvas);
  f.line("Library", {l.name, Tone::strong}, {"name"});
  f.show({"description"});
  f.line("State", condition_cell(l.enabled, l.operational_state), {"enabled", "operational_state"});
  f.show({"reason", "since"});
  f.line("Type", word(l.library_type), {"library_type"});
  f.line("Inventory", word(l.inventory_method) + (l.auto_recovery ? ", by itself after an error (auto recovery)" : ""),
         {"inventory_method", "auto_recovery"});
  f.line("Bar codes", l.barcode_reader ? "read" : "no reader", {"barcode_reader"});
  f.line("Parts", plural(l.drives, "drive", "drives") + ", " + plural(l.slots, "slot", "slots") + ", " + plural(l.ports, "port", "ports") + ", " + plural(l.doors, "door", "doors") + ", " +
                      plural(l.changers, "changer", "changers"),
         {"drives", "slots", "ports", "doors", "changers", "first_drive", "first_slot", "first_port", "first_door", "first_changer"});
  if (l.cleaner_slot) f.line("Cleaning cartridge", cleaner_text(l), {"cleaner_uses"});
  f.leave_out({"flags", "modified", "cleaner_slot", "cleaner_uses", "supports_cleaning"});
  f.show({"media", "media_types", "open_requests"});
  return f.finish();
}

Record record_of(wire::DriveInfo const& d, Names const& names, Canvas const& canvas) {
  Fields f(d, names, canvas);
  f.line("Drive", {d.name, Tone::strong}, {"name"});
  f.show({"library"});
  f.line("Condition", condition_cell(d.enabled, d.operational_state), {"enabled", "operational_state"});
  f.show({"condition_reason"});
  f.line("State", {spaced(word(d.state)), d.state == DriveState::loaded ? Tone::good : Tone::plain}, {"state"});
  f.show({"reason", "since"});
  f.line("Medium", drive_content(d), {"medium", "medium_name", "side", "side_number"});
  f.show({"volume", "session"});
  f.line("Request", d.request.is_zero() ? "" : request_text(d.request), {"request"});
  d.ageing ? show_ageing(f, d.ageing, AgeingOf::drive, canvas) : f.show({"mount_count"});
  f.line("Deferred dismount", "the cartridge stays " + span_text(d.defer_dismount_delay_ms), {"defer_dismount_delay_ms"});
  f.show({"handler"});
  f.line("Model", model(d.vendor, d.product) + (d.revision.empty() ? "" : ", revision " + d.revision), {"vendor", "product", "revision"});
  f.show({"serial", "device"});
  f.line("Densities", densities_text(d), {"densities"});
  f.leave_out({"number", "alerts", "ageing"});
  auto record = f.finish();
  if (!d.alerts.empty()) record.section("It has reported", table_of(d.alerts, "MEDIUM", canvas));
  return record;
}

}  // namespace rsm::cli
