// The screen of `rsm top`, drawn from what is known and what is chosen. Thread rule: pure function, but TZ is read from the environment.
#pragma once

#include "cli/top/state.hpp"

namespace rsm::top {

// How many rows each pane has at this size.
struct Layout {
  int slots = 1, drives = 1, queue = 5, people = 1, events = 6;
};
Layout layout_of(watch::World const& world, State const& state, Size size, std::int64_t now);
// The last row of the pane says how many more there are.
bool more_than_fit(Pane pane, std::size_t count, int rows);
// Marks of slots in one row of the screen.
int slots_in_a_row(Size size);
// Of so many, in so many rows: where one row has to do, its last group leaves its room to the number of those that are not seen.
int slots_in_a_row(Size size, std::size_t slots, int rows);

// Exactly size.rows lines of size.columns; a terminal that is too small has one sentence.
Grid frame(watch::World const& world, State const& state, Size size, Look look, std::int64_t now);

}  // namespace rsm::top
