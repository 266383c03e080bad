// What if something were otherwise: the same question with other drives or another priority. Thread rule: pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libmgr/forecast/question.hpp"

namespace rsm::forecast {

struct WhatIf {
  std::int64_t drives_more = 0;
  std::vector<DriveId> drives_off, drives_on;
  RequestId request;  // of this one; zero: of none
  int priority = 0;
};

// A drive that is only supposed has an id that no drive of the world has.
Question supposing(Question question, WhatIf const& what_if);
bool is_supposed(DriveId drive);

}  // namespace rsm::forecast
