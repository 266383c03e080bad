// How many drives are enough: the mounts of a history, played once more with fewer and with more of them.
// Errors: none. Thread rule: pure; not for the loop.
#pragma once

#include <cstdint>
#include <vector>

#include "libmgr/forecast/question.hpp"

namespace rsm::forecast {

// One mount as it was.
struct PastMount {
  MediumId medium;
  SideId side;
  TimePoint asked{};
  Millis hold{};
  int priority = 0;
  bool at_once = false;  // given back it goes home; else it stays in its drive until that or it is wanted (a deferred dismount)
};

struct DrivesTried {
  std::uint32_t drives = 0;
  Millis wait{}, wait_p90{}, longest{};
  std::size_t mounts = 0;
};

// `question`: of the library; who waits there now does not count. One row for each number of drives that was tried, ascending.
std::vector<DrivesTried> drives_tried(Question const& question, std::vector<PastMount> history);

}  // namespace rsm::forecast
