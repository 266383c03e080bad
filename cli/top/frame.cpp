#include "cli/top/frame.hpp"

#include <algorithm>

#include "api/watch/limits.hpp"
#include "cli/rsm/text/when.hpp"
#include "cli/rsm/text/width.hpp"
#include "cli/rsm/view/words.hpp"
#include "cli/top/rows.hpp"

namespace rsm::top {
namespace {

constexpr int slots_begin = 11;  // " slots   0 "
constexpr int slot_group = 10;
constexpr int clock_cells = 8;
constexpr std::string_view slot_legend = "# full . empty o out ? unknown";
constexpr int bar_begin = 50, bar_cells = 18;

// What is not said by a pane: title, arm, three headings, question, keys.
constexpr int fixed_rows = 7;
constexpr int drives_least = 3, queue_least = 5, people_least = 2, events_least = 6, events_kept = 4;

std::string seconds_text(std::int64_t ms) { return std::to_string(std::max<std::int64_t>(0, ms) / 1000); }

// ---- title, slots, arm

Line title(watch::World const& world, State const& state, Size size, std::int64_t now) {
  Line line;
  line.add(" rsm top  ", strong);
  auto const* library = library_of(world, state);
  auto const libraries = libraries_of(world);
  if (library == nullptr) {
    line.add(world.last_news == 0 ? "connecting" : "no library: rsm library discover");
  } else {
    line.add(library->name, strong);
    if (libraries.size() > 1) line.add(" (" + std::to_string(state.library % libraries.size() + 1) + " of " + std::to_string(libraries.size()) + ")");
    auto const condition = cli::condition_cell(library->enabled, library->operational_state);
    line.add("  ").add(condition.text, condition.tone == cli::Tone::good ? good : condition.tone == cli::Tone::bad ? bad : attention);
    if (auto const doors = world.doors.find(library->id); doors != world.doors.end())
      for (auto const& door : doors->second) line.add("  door ").add(word(door.state), door.state == DoorState::open ? attention : plain);
    if (auto const ports = world.ports.find(library->id); ports != world.ports.end())
      for (auto const& port : ports->second) {
        auto const medium = world.out.find(port.medium);
        bool const full = port.content == PortContent::full;
        line.add("  port " + std::to_string(port.number) + ": ")
            .add(medium != world.out.end() ? medium->second.name : full ? "full" : cli::spaced(word(port.content)), full ? attention : plain);
      }
  }
  if (state.held) line.add("  held", attention);
  line.fit(size.columns - clock_cells);
  return line.add(clock_hms(now)).fit(size.columns);
}

// The slots of a row of the screen, in groups; with a filter those whose cartridge has it stand out.
Line slot_row(watch::World const& world, State const& state, std::vector<wire::SlotInfo> const& slots, std::size_t first, std::size_t count, bool names_itself) {
  Line line;
  line.add(names_itself ? " slots" : "      ").to(6).cell_right(std::to_string(slots[first].number), 4).add(" ");
  auto const& filter = state.filter[index_of(Pane::slots)];
  for (std::size_t i = first; i < first + count && i < slots.size(); ++i) {
    if (i > first && (i - first) % slot_group == 0) line.add(" ");
    char const mark = slot_mark(slots[i], world);
    Style style = mark == '!' || mark == '?' ? attention : mark == '.' ? faint : plain;
    if (!filter.empty() && slots[i].medium_name.contains(filter)) style = {.ink = Ink::yellow, .bold = true};
    if (state.pane == Pane::slots && i == std::min(state.selected[index_of(Pane::slots)], slots.size() - 1)) style = chosen;
    line.add(std::string(1, mark), style);
  }
  return line;
}

std::vector<wire::SlotInfo> const* slots_of(watch::World const& world, State const& state) {
  auto const* library = library_of(world, state);
  auto const found = library == nullptr ? world.slots.end() : world.slots.find(library->id);
  return found == world.slots.end() || found->second->empty() ? nullptr : found->second.get();
}

int slot_rows_wanted(watch::World const& world, State const& state, Size size) {
  auto const* slots = slots_of(world, state);
  if (slots == nullptr) return 1;
  int const in_row = slots_in_a_row(size);
  return (static_cast<int>(slots->size()) + in_row - 1) / in_row;
}

Line more_line(std::size_t more, bool chosen_pane) {
  return Line().add(" … and " + std::to_string(more) + (chosen_pane ? " more: arrow keys, PgDn, End" : " more: Tab to this list, then arrow keys"), faint);
}

void add_slots(Grid& grid, watch::World const& world, State const& state, Size size, int rows) {
  auto const* slots = slots_of(world, state);
  if (slots == nullptr) {
    grid.push_back(Line().add(" slots  none"));
    return;
  }
  auto const in_row = static_cast<std::size_t>(slots_in_a_row(size, slots->size(), rows));
  std::size_t const all_rows = (slots->size() + in_row - 1) / in_row;
  bool const cut_short = more_than_fit(Pane::slots, all_rows, rows), one_of_many = rows == 1 && all_rows > 1;
  std::size_t const chosen_row = std::min(state.selected[index_of(Pane::slots)], slots->size() - 1) / in_row;
  std::size_t const shown = std::min(static_cast<std::size_t>(cut_short ? rows - 1 : rows), all_rows);
  std::size_t const first = chosen_row < shown ? 0 : chosen_row - shown + 1;
  for (std::size_t row = first; row < first + shown; ++row) {
    Line line = slot_row(world, state, *slots, row * in_row, in_row, row == first);
    if (one_of_many) line.add(" … " + std::to_string(slots->size() - std::min(in_row, slots->size() - row * in_row)) + " more", faint);
    int const legend_begin = size.columns - static_cast<int>(slot_legend.size());
    if (state.pane == Pane::slots && row == first) {  // what is chosen says what it is, where there is room
      auto const& slot = (*slots)[std::min(state.selected[index_of(Pane::slots)], slots->size() - 1)];
      std::string const text = "slot " + std::to_string(slot.number) + ": " + (slot.medium_name.empty() ? cli::spaced(word(slot.state)) : slot.medium_name);
      if (int const begin = size.columns - cli::width_of(text); begin > line.width() + 1) line.to(begin).add(text);
    } else if (row == first && line.width() < legend_begin) {
      line.to(legend_begin).add(slot_legend, faint);
    }
    grid.push_back(std::move(line));
  }
  if (cut_short) grid.push_back(more_line(slots->size() - std::min(slots->size() - first * in_row, shown * in_row), state.pane == Pane::slots));
}

std::string bar(std::int64_t gone, std::int64_t usual) {
  int const inner = bar_cells - 2;
  int const done = static_cast<int>(std::clamp<std::int64_t>(usual > 0 ? gone * inner / usual : inner, 0, inner));
  std::string text = "[" + std::string(static_cast<std::size_t>(done), '=');
  if (done < inner) text += ">" + std::string(static_cast<std::size_t>(inner - done - 1), ' ');
  return text + "]";
}

Line arm(watch::World const& world, State const& state, Size size, std::int64_t now) {
  Line line;
  line.add(" arm       ");
  auto const* library = library_of(world, state);
  for (auto const& changer : world.status.changers) {
    if (library == nullptr || changer.library != library->id) continue;
    if (!changer.moving) {
      bool const handled = changer.handler.empty() || changer.handler.starts_with("pid ");
      if (handled && !changer.doing.empty()) return line.add(changer.doing, attention);
      return line.add(handled ? "idle" : changer.handler, handled ? faint : bad);
    }
    auto const& move = *changer.moving;
    std::int64_t const gone = now - move.since;
    line.add(move.medium_name.empty() ? "a cartridge" : move.medium_name).add("  ").add(move.from).add(" > ").add(move.to);
    if (move.turned) line.add(", turned");
    if (!move.usual_ms) return line.to(bar_begin + bar_cells + 4).add(seconds_text(gone) + " s");
    std::string const usual = "~" + std::to_string((*move.usual_ms + 999) / 1000) + " s";
    std::string const time = gone < 1000 ? "takes " + usual : seconds_text(gone) + " of " + usual;
    // "…(the door is open; close it)": a move that stands still says why, and no bar runs.
    auto const trouble = changer.doing.find('(');
    if (trouble != std::string::npos) return line.add("  ").add(changer.doing.substr(trouble), attention);
    if (line.width() < bar_begin) line.to(bar_begin).add(bar(gone, *move.usual_ms), good);
    return line.to(size.columns - static_cast<int>(time.size())).add(time);
  }
  return line.add("none", faint);
}

// ---- panes

struct Column {
  int width;
  int gap = 1;  // blanks behind it
  bool right = false;
};

// What is left of the line goes to the column with width 0.
std::vector<Column> columns_of(Pane pane, int width) {
  int const wide = std::max(0, width - 80);
  switch (pane) {
    case Pane::drives: return {{8, 0}, {2, 0}, {13}, {10 + wide / 8}, {0}, {12}, {16, 0}};
    case Pane::queue: return {{8}, {8 + wide / 16}, {10 + wide / 8}, {7}, {10}, {0}, {8, 0}};
    case Pane::people: return {{0}, {6, 3, true}, {17, 0}};
    case Pane::events: return {{8}, {8 + wide / 16}, {11 + wide / 8}, {12}, {0, 0}};
    case Pane::slots: break;
  }
  return {{0, 0}};
}

Line pane_line(Row const& row, Pane pane, bool selected, int width) {
  auto columns = columns_of(pane, width);
  int used = 1;
  for (auto const& column : columns) used += column.width + column.gap;
  for (auto& column : columns)
    if (column.width == 0) column.width = std::max(4, width - used);
  Line line;
  line.add(selected ? ">" : " ", selected ? strong : plain);
  for (std::size_t i = 0; i < columns.size() && i < row.cells.size(); ++i) {
    auto const& cell = row.cells[i];
    int room = columns[i].width;
    bool const right = columns[i].right;
    // What is too long has the room of empty cells behind it.
    while (i + 1 < columns.size() && i + 1 < row.cells.size() && row.cells[i + 1].text.empty() && cli::width_of(cell.text) > room) {
      room += columns[i].gap + columns[i + 1].width;
      ++i;
    }
    right ? line.cell_right(cell.text, room, cell.style) : line.cell(cell.text, room, cell.style);
    line.to(line.width() + columns[i].gap);
  }
  return selected ? line.fit(width).restyle(chosen) : line;
}

Line heading(std::string const& title, std::string const& right, Pane pane, State const& state, Size size) {
  Line line;
  line.add(" ").add(title, state.pane == pane ? strong : plain).add(" ");
  auto const& filter = state.filter[index_of(pane)];
  if (!filter.empty() || (state.typing && state.pane == pane)) line.add("/" + filter + (state.typing && state.pane == pane ? "_" : "") + " ", attention);
  int const end = size.columns - (right.empty() ? 0 : cli::width_of(right) + 3);
  if (end > line.width()) line.add(std::string(static_cast<std::size_t>(end - line.width()), '-'), faint);
  if (!right.empty()) line.add(" " + right + " -", faint);
  return line;
}

void add_pane(Grid& grid, watch::World const& world, State const& state, Pane pane, Size size, int rows, std::string const& empty, std::int64_t now) {
  auto const selected = state.selected[index_of(pane)];
  auto const shown = static_cast<std::size_t>(std::max(0, rows));
  auto const all = rows_of(world, state, pane, now, selected + shown + 1);
  std::size_t const at = all.empty() ? 0 : std::min(selected, all.size() - 1);
  bool const cut_short = more_than_fit(pane, all.size(), rows);
  auto const body = cut_short ? shown - 1 : shown;
  std::size_t const first = at < body ? 0 : at - body + 1;
  for (std::size_t i = first; i < first + body; ++i) {
    if (i < all.size())
      grid.push_back(pane_line(all[i], pane, state.pane == pane && i == at, size.columns));
    else
      grid.push_back(i == 0 ? Line().add(" " + (state.filter[index_of(pane)].empty() ? empty : std::string("nothing has this")), faint) : Line());
  }
  if (cut_short) grid.push_back(more_line(all.size() - body, state.pane == pane));
}

// ---- the two lines at the bottom, and what lies over the panes

Line asked(watch::World const& world, State const& state, Size size, std::int64_t now) {
  Line line;
  bool const old = world.last_news == 0 || now - world.last_news > watch::limits::old_after.count();
  if (old) {
    std::string text = world.last_news == 0 ? "nothing heard of the service yet"
                                            : "no news since " + clock_hms(world.last_news) + " (" + cli::span_text(now - world.last_news) + ")";
    if (world.last_news == 0 && !world.trouble.empty()) return line.add(" " + world.trouble, attention).fit(size.columns);
    line.add(" " + text, attention);
    if (!world.trouble.empty()) line.add(": " + world.trouble);
    return line.fit(size.columns);
  }
  if (state.question) return line.add(" ").cell(state.question->text, size.columns - 8, strong).add(" y / N", strong);
  return line.add(" " + state.message);
}

Line keys(State const& state, Look look) {
  if (state.typing) return Line().add(" type what to look for   Enter keeps it   Esc drops it", faint);
  return Line().add(look.read_only ? " ?help Tab pane Enter explain /find L library p pause q quit" : " ?help Tab pane Enter explain /find L library p pause m/d/c/e/s/r act q quit", faint);
}

constexpr std::string_view help_text =
    "Arrows or h j k l, PgUp PgDn, Home End: move.  Tab, Shift-Tab: next and last pane (queue, people, events, slots, drives).\n"
    "Enter: what the service says of what is selected.  Esc: back.  /: only what has this text.  L: next library.  p: keep the picture, go on.\n"
    "Slots: # full, . empty, o its cartridge is in a drive or port, ? unknown, ! not there.\n"
    "On a slot: m mount its cartridge, e eject it.  On a drive: d dismount, e enable.  On a request: c cancel.\n"
    "On what needs a person: s it is done, r it will not be done, e enable the drive.\n"
    "What takes something away asks first; anything but y means no.\n"
    "The same in a pipe: rsm status, rsm request list, rsm events --follow, all with --json.";

void lay_over(Grid& grid, std::string const& title, std::string const& text, int first, Size size, int rows) {
  grid.push_back(Line().add(" " + title + " ", strong).add(std::string(static_cast<std::size_t>(std::max(0, size.columns - 2 - cli::width_of(title))), '-'), faint));
  std::vector<std::string> lines;
  for (std::size_t at = 0; at <= text.size();) {
    auto const end = std::min(text.find('\n', at), text.size());
    for (auto& line : cli::wrap(text.substr(at, end - at), size.columns - 2)) lines.push_back(std::move(line));
    at = end + 1;
  }
  std::size_t const begin = std::min(static_cast<std::size_t>(std::max(0, first)), lines.empty() ? 0 : lines.size() - 1);
  auto const room = static_cast<std::size_t>(rows - 1);
  bool const cut_short = lines.size() - begin > room;
  for (std::size_t i = begin; i < begin + room - (cut_short ? 1 : 0); ++i) grid.push_back(i < lines.size() ? Line().add(" " + lines[i]) : Line());
  if (cut_short) grid.push_back(Line().add(" … and " + std::to_string(lines.size() - begin - room + 1) + " more: arrow down", faint));
}

std::string number_or_none(std::size_t number) { return number == 0 ? std::string{} : " " + std::to_string(number); }

}  // namespace

// Events are a window into what was long ago: nobody looks for their last one.
bool more_than_fit(Pane pane, std::size_t count, int rows) { return pane != Pane::events && rows > 1 && count > static_cast<std::size_t>(rows); }

int slots_in_a_row(Size size) {
  int const groups = std::max(1, (size.columns - slots_begin + 1) / (slot_group + 1));
  return groups * slot_group;
}

int slots_in_a_row(Size size, std::size_t slots, int rows) {
  int const whole = slots_in_a_row(size);
  bool const one_of_many = rows == 1 && slots > static_cast<std::size_t>(whole);
  return one_of_many && whole > slot_group ? whole - slot_group : whole;
}

// The least of each; then the queue, then slots, then drives, then people have what they want; events have the rest.
Layout layout_of(watch::World const& world, State const& state, Size size, std::int64_t now) {
  auto const count = [&](Pane pane) { return static_cast<int>(rows_of(world, state, pane, now).size()); };
  int const drives = std::max(1, count(Pane::drives)), queue = count(Pane::queue), people = std::max(1, count(Pane::people));
  Layout out{1, std::min(drives, drives_least), queue_least, std::min(people, people_least), events_least};
  // What needs a person comes before an empty line, and before what has happened.
  auto const lend = [&](int& rows, int least) {
    int const lent = std::clamp(people - out.people, 0, std::max(0, rows - least));
    rows -= lent;
    out.people += lent;
  };
  lend(out.queue, std::max(1, queue));
  lend(out.events, events_kept);
  int spare = size.rows - fixed_rows - out.slots - out.drives - out.queue - out.people - out.events;
  auto const give = [&](int& rows, int wanted) {
    int const more = std::clamp(wanted - rows, 0, spare);
    rows += more;
    spare -= more;
  };
  give(out.queue, queue);
  give(out.slots, slot_rows_wanted(world, state, size));
  give(out.drives, drives);
  give(out.people, people);
  out.events += spare;
  return out;
}

namespace {

// What stands for characters that this terminal does not have: as wide as they are.
std::string ascii_of(std::string const& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t bytes = 1;
    while (at + bytes < text.size() && (static_cast<unsigned char>(text[at + bytes]) & 0xC0u) == 0x80u) ++bytes;
    std::string const one = text.substr(at, bytes);
    out += bytes == 1 && static_cast<unsigned char>(one[0]) < 0x80 ? one : one == "…" ? "~" : std::string(static_cast<std::size_t>(cli::width_of(one)), '?');
    at += bytes;
  }
  return out;
}

Line ascii_of(Line const& line) {
  Line out;
  for (auto const& piece : line.pieces()) out.add(ascii_of(piece.text), piece.style);
  return out;
}

}  // namespace

Grid frame(watch::World const& live, State const& state, Size size, Look look, std::int64_t now) {
  Grid grid;
  if (size.rows < least_size.rows || size.columns < least_size.columns) {
    grid.push_back(Line().add(std::to_string(size.columns) + "x" + std::to_string(size.rows) + ": needs " + std::to_string(least_size.columns) + "x" + std::to_string(least_size.rows)));
    grid.resize(static_cast<std::size_t>(std::max(1, size.rows)));
    for (auto& line : grid) line.fit(size.columns);
    return grid;
  }
  watch::World const& world = state.held ? *state.held : live;
  auto const layout = layout_of(world, state, size, now);
  bool const heard = world.last_news != 0;
  auto const none = [heard](char const* words) { return heard ? words : "not known yet"; };
  grid.push_back(title(world, state, size, now));
  if (state.help || state.paragraph) {
    std::string const text = state.help ? std::string(help_text) : state.paragraph->text;
    lay_over(grid, state.help ? "Keys" : state.paragraph->title, text, state.help ? 0 : state.paragraph->first, size, size.rows - 3);
  } else {
    add_slots(grid, world, state, size, layout.slots);
    grid.push_back(arm(world, state, size, now));
    add_pane(grid, world, state, Pane::drives, size, layout.drives, none("no drives"), now);
    std::size_t const open = rows_of(world, state, Pane::queue, now).size();
    grid.push_back(heading("QUEUE" + number_or_none(open), "expected", Pane::queue, state, size));
    add_pane(grid, world, state, Pane::queue, size, layout.queue, none("nothing waits"), now);
    grid.push_back(heading("NEEDS A PERSON" + number_or_none(rows_of(world, state, Pane::people, now).size()), "", Pane::people, state, size));
    add_pane(grid, world, state, Pane::people, size, layout.people, none("nothing"), now);
    std::string const newest = world.events->empty() ? "" : " " + std::to_string(world.events->back().number);
    grid.push_back(heading("EVENTS" + newest, "", Pane::events, state, size));
    add_pane(grid, world, state, Pane::events, size, size.rows - static_cast<int>(grid.size()) - 2, none("none yet"), now);
  }
  for (auto& line : grid) line.fit(size.columns);
  bool const old = live.last_news == 0 || now - live.last_news > watch::limits::old_after.count();
  if (old)
    for (auto& line : grid) line.dim();
  grid.push_back(asked(live, state, size, now).fit(size.columns));
  grid.push_back(keys(state, look).fit(size.columns));
  if (look.ascii)
    for (auto& line : grid) line = ascii_of(line);
  return grid;
}

}  // namespace rsm::top
