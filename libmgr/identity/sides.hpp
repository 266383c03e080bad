// The recorded labels of a medium's sides against those that were read. Inside this room only.
// Thread rule: pure functions.
#pragma once

#include "libmgr/identity/witness.hpp"

namespace rsm::identity {

enum class Match : std::uint8_t {
  nothing = 0,  // no side of which a label is recorded was read
  same = 1,
  turned = 2,  // the same two labels, the other side up: somebody put it in upside down
  differs = 3
};
Match compare(MediumRecord const& record, Labels const& labels);

}  // namespace rsm::identity
