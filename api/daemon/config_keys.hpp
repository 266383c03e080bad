// Every key that the configuration knows, by section. The only list of them: the parser, the documentation's test and the example
// file are held to it. Ranges and defaults are those of docs/configuration.md; defaults come from libmgr/domain/limits.hpp.
// Thread rule: immutable after first use.
#pragma once

#include <string>
#include <vector>

#include "api/daemon/config.hpp"
#include "api/daemon/config_key.hpp"

namespace rsm::daemon {

struct Section {
  std::string name;
  std::vector<Key<Config>> keys;
};
// [section] tables, once each.
std::vector<Section> const& plain_sections();
// [[library]], [[view]], [[pool]] and [[user]], any number each.
std::vector<Key<LibraryConfig>> const& library_keys();
std::vector<Key<ViewConfig>> const& view_keys();
std::vector<Key<PoolConfig>> const& pool_keys();
std::vector<Key<UserConfig>> const& user_keys();

}  // namespace rsm::daemon
