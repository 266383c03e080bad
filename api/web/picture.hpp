// What every tab is shown, as JSON in named parts, and what changes from one picture to the next.
//
// What for: a World (api/watch) becomes collections of items with keys; two of them give a delta that names only what is not the same. Whoever has the first
// and applies the delta has the second. A part that cannot have changed is taken over and not written anew.
// Thread rule: pure functions.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/watch/world.hpp"

namespace rsm::web {

struct Item {
  std::string key, json;
  friend bool operator==(Item const&, Item const&) = default;
};
using Items = std::vector<Item>;  // in their order; keys differ

struct Picture {
  std::map<std::string, std::shared_ptr<Items const>> parts;
  std::shared_ptr<watch::World const> world;  // that it shows
};

// `before`: the picture before it; null: there was none.
Picture picture_of(std::shared_ptr<watch::World const> world, Picture const* before);

// {"drives":[["key",{...}],...],...}
std::string snapshot_text(Picture const& picture);
// {"drives":{"put":[["key",{...}]],"del":["key"],"order":["key",...]},...}; empty: nothing has changed. `order` is there where the items that stay, with
// new ones behind them, are not in the right order already. A part that is gone has "gone":true.
std::string delta_text(Picture const& before, Picture const& after);

}  // namespace rsm::web
