// What the tests of the machines share: reading actions. Thread rule: one thread.
#pragma once

#include <algorithm>
#include <vector>

#include "tests/support/world_builder.hpp"

namespace rsm::testing {

inline constexpr Element drive_0{ElementKind::drive, 0};

template <class What, class Action>
What const* find(std::vector<Action> const& actions) {
  for (auto const& action : actions)
    if (auto const* found = std::get_if<What>(&action)) return found;
  return nullptr;
}

template <class What, class Action>
bool has(std::vector<Action> const& actions) {
  return find<What>(actions) != nullptr;
}

}  // namespace rsm::testing
