// rsm::printable and rsm::sentence (libmgr/domain/printable.hpp) by the names that this folder and its neighbours use.
//
// What for: file names, process names and volume names as text for people. Errors: none. Thread rule: pure.
#pragma once

#include "libmgr/domain/printable.hpp"

namespace rsm::block {

using rsm::printable;
using rsm::sentence;

}  // namespace rsm::block
