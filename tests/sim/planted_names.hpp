// Bugs that can be planted by name, in a program that was built for it (libmgr/base/planted.hpp). Thread rule: at start.
#pragma once

#include <string>

namespace rsm::sim {
// "a, b, c"; "none in this program" where it was not built for it.
std::string planted_names();
bool plant(std::string const& name);
}  // namespace rsm::sim
