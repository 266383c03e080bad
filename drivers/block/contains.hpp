// Whether a list has something: std::ranges::contains, which GCC 12 does not have yet. Thread rule: pure.
#pragma once

#include <algorithm>
#include <vector>

namespace rsm::block {

template <class T>
bool contains(std::vector<T> const& all, T const& wanted) {
  return std::find(all.begin(), all.end(), wanted) != all.end();
}

}  // namespace rsm::block
