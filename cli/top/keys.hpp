// What a key does. Thread rule: pure function.
#pragma once

#include <optional>

#include "cli/top/rows.hpp"

namespace rsm::top {

enum class Key { character, up, down, left, right, page_up, page_down, home, end, tab, back_tab, enter, escape, backspace, other };

struct Stroke {
  Key key = Key::other;
  char character = 0;
};

struct Step {
  State state;
  bool quit = false;
  std::optional<Action> act;       // to be asked of the service
  std::optional<Row> explain;      // to be told about, by the service itself
};

Step press(State state, Stroke stroke, watch::World const& world, Size size, Look look, std::int64_t now);

}  // namespace rsm::top
