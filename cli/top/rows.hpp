// What stands in the panes: one row for each slot, drive, request, thing for a person, event. Thread rule: pure functions.
#pragma once

#include <string>
#include <vector>

#include "cli/top/state.hpp"

namespace rsm::top {

struct Row {
  ObjectType type = ObjectType::unknown;
  Guid object;
  std::string name;                // "77be0134", "drive 1", "A00003": how it is called in a question
  std::vector<Piece> cells;        // in the columns of its pane
  std::optional<Deed> enter_deed;  // what `e` does with it, where that is not the pane's own
};

// The libraries that have something to show: not the shelf of what is in none.
std::vector<wire::LibraryInfo const*> libraries_of(watch::World const& world);
wire::LibraryInfo const* library_of(watch::World const& world, State const& state);

// The rows of a pane that its filter lets through; events the newest first, at most so many (there are hundreds, and few are seen).
std::vector<Row> rows_of(watch::World const& world, State const& state, Pane pane, std::int64_t now, std::size_t events_most = SIZE_MAX);
// The one that is selected; null: the pane is empty.
Row const* selected_row(std::vector<Row> const& rows, State const& state, Pane pane);

// "#": full, ".": empty, "o": its cartridge is out, "?": unknown, "!": not there.
char slot_mark(wire::SlotInfo const& slot, watch::World const& world);
std::string clock_hms(std::int64_t time);

}  // namespace rsm::top
