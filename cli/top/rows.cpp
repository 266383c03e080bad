#include "cli/top/rows.hpp"

#include <algorithm>
#include <cctype>
#include <ctime>

#include "cli/rsm/text/short_id.hpp"
#include "cli/rsm/text/when.hpp"
#include "cli/rsm/text/width.hpp"
#include "cli/rsm/view/needs_service.hpp"
#include "cli/rsm/view/words.hpp"

namespace rsm::top {
namespace {

constexpr int brief_reason = 26;  // cells: stands where others have their holder

std::string id_text(Guid const& id) { return cli::short_text(id, cli::short_id_digits_least); }

std::string number_name(std::string_view kind, std::int64_t number) { return std::string(kind) + " " + std::to_string(number); }

bool in_library(LibraryId of, wire::LibraryInfo const* library) { return library == nullptr || of.is_zero() || of == library->id; }

bool passes(Row const& row, std::string const& filter) {
  if (filter.empty()) return true;
  auto const lower = [](std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
  };
  auto const wanted = lower(filter);
  return std::ranges::any_of(row.cells, [&](Piece const& cell) { return lower(cell.text).contains(wanted); });
}

// ---- drives

std::string who_has(watch::World const& world, wire::DriveInfo const& drive) {
  auto const holder = std::ranges::find(world.status.holders, drive.id, &wire::HolderInfo::drive);
  if (holder == world.status.holders.end()) return {};
  return holder->user.empty() ? holder->application : holder->application + "/" + holder->user;
}

Row drive_row(watch::World const& world, wire::DriveInfo const& drive, std::int64_t now) {
  Row row{ObjectType::drive, drive.id.guid, number_name("drive", drive.number), {}, {}};
  bool const well = drive.enabled && drive.operational_state == OperationalState::ready;
  auto const state = cli::condition_cell(drive.enabled, drive.operational_state);
  std::string const word_of_state = well ? cli::spaced(word(drive.state)) : state.text;
  Style const style = !well ? (drive.operational_state == OperationalState::needs_service ? bad : attention) : drive.state == DriveState::loaded ? good : plain;
  std::string what = cli::side_name(drive.medium_name, drive.side, drive.side_number);
  if (what.empty() && !drive.medium.is_zero()) what = id_text(drive.medium.guid);
  std::string who = who_has(world, drive);
  if (well)
    for (auto const& changer : world.status.changers)
      if (changer.library == drive.library && changer.moving && changer.moving->to == row.name) {
        what = "< " + changer.moving->medium_name;
        who = "on its way";
      }
  row.cells = {{drive.number < 100 ? row.name : "drive" + std::to_string(drive.number), plain}, {well ? "" : "!", style}, {word_of_state, style}};
  if (!well) {
    bool const brief = cli::width_of(drive.condition_reason) <= brief_reason;
    row.cells.push_back({brief ? "" : drive.condition_reason, plain});
    row.cells.push_back({brief ? drive.condition_reason : "", plain});
    row.cells.push_back({});
    row.cells.push_back({drive.operational_state == OperationalState::not_present ? "" : "rsm drive enable", plain});
    return row;
  }
  row.cells.push_back({what, plain});
  row.cells.push_back({who, plain});
  row.cells.push_back({"for " + cli::span_text(now - drive.since), plain});
  row.cells.push_back({"mounts " + std::to_string(drive.mount_count), plain});
  return row;
}

// ---- the queue

std::string priority_text(std::int64_t priority) {
  if (priority >= 10) return "highest";
  if (priority > 0) return "high";
  if (priority == 0) return "normal";
  return priority > -10 ? "low" : "lowest";
}

// When it is expected, as far as the service says it: what is worked on is now, what a person has to do nobody knows, what waits for its time has one, and
// of other mounts it is foretold.
std::string expected_text(watch::World const& world, wire::RequestInfo const& request, std::int64_t now) {
  if (request.state == RequestState::inprocess) return "now";
  for (auto const& asked : world.status.operator_requests)
    if (asked.request == request.id && !is_final(asked.state)) return "a person";
  if (request.due) return *request.due <= now ? "now" : "~" + cli::span_text(*request.due - now);
  if (auto const foretold = world.expected.find(request.id); foretold != world.expected.end()) return foretold->second <= now ? "soon" : "~" + cli::span_text(foretold->second - now);
  return "-";
}

Row request_row(watch::World const& world, wire::WaitingInfo const& waiting, std::int64_t now) {
  auto const& r = waiting.request;
  Row row{ObjectType::request, r.id.guid, cli::request_name(r), {}, {}};
  std::string about = cli::side_name(r.medium_name, r.side, r.side_number);
  if (about.empty()) about = r.drive_name;
  Style const style = r.state == RequestState::inprocess ? good : r.state == RequestState::waiting ? attention : plain;
  row.cells = {{row.name, plain},         {cli::spaced(word(r.operation)), plain}, {about, plain},
               {priority_text(r.priority), plain}, {word(r.state), style},              {waiting.why.empty() ? r.reason : waiting.why, plain},
               {expected_text(world, r, now), plain}};
  return row;
}

// ---- people

std::vector<Row> people_rows(watch::World const& world, wire::LibraryInfo const* library, std::int64_t now) {
  std::vector<Row> rows;
  for (auto const& o : world.status.operator_requests) {
    if (is_final(o.state)) continue;
    Row row{ObjectType::operator_request, o.id.guid, id_text(o.id.guid), {}, {}};
    row.cells = {{o.message.empty() ? cli::spaced(word(o.command)) : o.message, attention}, {cli::span_text(now - o.submitted), plain}, {"s done  r refuse", plain}};
    rows.push_back(std::move(row));
  }
  for (auto const& drive : world.status.drives) {
    if (!in_library(drive.library, library) || drive.operational_state != OperationalState::needs_service || cli::is_asked_about(world.status, drive.id.guid)) continue;
    Row row{ObjectType::drive, drive.id.guid, number_name("drive", drive.number), {}, Deed::enable};
    row.cells = {{row.name + " needs service: " + drive.condition_reason, bad}, {cli::span_text(now - drive.since), plain}, {"e enable", plain}};
    rows.push_back(std::move(row));
  }
  // Sentences of the service that no row above says already.
  for (auto const& sentence : world.status.attention) {
    bool const of_a_drive = std::ranges::any_of(world.status.drives, [&](auto const& d) {
      return d.operational_state == OperationalState::needs_service && cli::says_it_needs_service(world.status, sentence, d);
    });
    if (of_a_drive || cli::told_by_a_question(world.status, sentence)) continue;
    rows.push_back({ObjectType::computer, {}, "", {{sentence, bad}, {}, {}}, {}});
  }
  return rows;
}

// ---- events

// "drive 1", "arm 0", "A00009", "3f2a91c0".
std::string object_text(watch::World const& world, wire::EventInfo const& event) {
  for (auto const& d : world.status.drives)
    if (d.id.guid == event.object) return std::to_string(d.number);
  for (auto const& c : world.status.changers)
    if (c.id.guid == event.object) return number_name("arm", c.number);
  for (auto const& l : world.status.libraries)
    if (l.id.guid == event.object) return l.name;
  for (auto const& [library, slots] : world.slots)
    for (auto const& slot : *slots)
      if (slot.id.guid == event.object) return std::to_string(slot.number);
      else if (!slot.medium.is_zero() && slot.medium.guid == event.object) return slot.medium_name;
  for (auto const& [library, ports] : world.ports)
    for (auto const& port : ports)
      if (port.id.guid == event.object) return std::to_string(port.number);
  for (auto const& [library, doors] : world.doors)
    for (auto const& door : doors)
      if (door.id.guid == event.object) return std::to_string(door.number);
  if (auto const medium = world.out.find(MediumId{event.object}); medium != world.out.end()) return medium->second.name;
  if (event.type == ObjectType::request) return cli::request_text(RequestId{event.object});
  return event.object.is_zero() ? "" : id_text(event.object);
}

std::string type_text(ObjectType type) {
  switch (type) {
    case ObjectType::operator_request: return "opreq";
    case ObjectType::logical_medium: return "logical";
    default: return cli::spaced(word(type));
  }
}

Row event_row(watch::World const& world, wire::EventInfo const& event) {
  Row row{event.type, event.object, "", {}, {}};
  std::string const name = object_text(world, event), state = cli::spaced(event.state);
  bool const numbered = (event.type == ObjectType::drive || event.type == ObjectType::port || event.type == ObjectType::slot) && name.size() <= 4;
  if (numbered)
    row.cells = {{clock_hms(event.time), plain}, {type_text(event.type) + " " + name, plain}, {state, plain}, {}, {event.reason, plain}};
  else
    row.cells = {{clock_hms(event.time), plain}, {type_text(event.type), plain}, {name, plain}, {state, plain}, {event.reason, plain}};
  return row;
}

}  // namespace

std::string clock_hms(std::int64_t time) {
  std::time_t const seconds = time / 1000;
  std::tm local{};
  localtime_r(&seconds, &local);
  char text[16];
  return {text, std::strftime(text, sizeof text, "%H:%M:%S", &local)};
}

std::vector<wire::LibraryInfo const*> libraries_of(watch::World const& world) {
  std::vector<wire::LibraryInfo const*> libraries;
  for (auto const& library : world.status.libraries)
    if (cli::has_hardware(library)) libraries.push_back(&library);
  return libraries;
}

wire::LibraryInfo const* library_of(watch::World const& world, State const& state) {
  auto const libraries = libraries_of(world);
  return libraries.empty() ? nullptr : libraries[state.library % libraries.size()];
}

char slot_mark(wire::SlotInfo const& slot, watch::World const& world) {
  if (slot.state == SlotState::full) return '#';
  if (slot.state == SlotState::not_present) return '!';
  if (slot.state != SlotState::empty) return '?';
  bool const out = std::ranges::any_of(world.out, [&](auto const& medium) { return medium.second.home_slot_id == slot.id; });
  return out ? 'o' : '.';
}

std::vector<Row> rows_of(watch::World const& world, State const& state, Pane pane, std::int64_t now, std::size_t events_most) {
  auto const* library = library_of(world, state);
  std::vector<Row> rows;
  switch (pane) {
    case Pane::slots: {
      auto const slots = library == nullptr ? world.slots.end() : world.slots.find(library->id);
      if (slots == world.slots.end()) break;
      for (auto const& slot : *slots->second)
        rows.push_back({ObjectType::slot, slot.id.guid, number_name("slot", slot.number), {{number_name("slot", slot.number), plain}, {slot.medium_name, plain}, {cli::spaced(word(slot.state)), plain}}, {}});
      return rows;  // places do not move: the filter shows where, not which
    }
    case Pane::drives:
      for (auto const& drive : world.status.drives)
        if (in_library(drive.library, library)) rows.push_back(drive_row(world, drive, now));
      break;
    case Pane::queue:
      for (auto const& waiting : world.status.waiting)
        if (in_library(waiting.request.library, library)) rows.push_back(request_row(world, waiting, now));
      break;
    case Pane::people: rows = people_rows(world, library, now); break;
    case Pane::events:
      for (auto event = world.events->rbegin(); event != world.events->rend() && rows.size() < events_most; ++event)
        if (auto row = event_row(world, *event); passes(row, state.filter[index_of(pane)])) rows.push_back(std::move(row));
      return rows;
  }
  std::erase_if(rows, [&](Row const& row) { return !passes(row, state.filter[index_of(pane)]); });
  return rows;
}

Row const* selected_row(std::vector<Row> const& rows, State const& state, Pane pane) {
  if (rows.empty()) return nullptr;
  return &rows[std::min(state.selected[index_of(pane)], rows.size() - 1)];
}

}  // namespace rsm::top
