// Words of the wire as they stand in a sentence: "needs service", "in process"; and the command that a sentence names.
// Thread rule: values.
#pragma once

#include <algorithm>
#include <string>

#include "libmgr/domain/drive.hpp"
#include "libmgr/domain/library.hpp"
#include "libmgr/domain/request.hpp"
#include "libmgr/domain/words.hpp"

namespace rsm {

template <class Enum>
std::string spoken(Enum value) {
  std::string text = word(value);
  std::ranges::replace(text, '_', ' ');
  return text;
}
inline std::string spoken(RequestState state) { return state == RequestState::inprocess ? "in process" : word(state); }

// "needs service", "is not present": what a sentence says of a library or a drive.
inline std::string how_it_is(OperationalState state) { return (state == OperationalState::needs_service ? "" : "is ") + spoken(state); }

inline std::string enable_command(DriveRecord const& drive) { return "rsm drive enable '" + drive.name + "'"; }

}  // namespace rsm
