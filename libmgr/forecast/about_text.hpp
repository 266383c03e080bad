// "40 s", "12 min", "2 h 10 min": a time as exact as a forecast is. Thread rule: pure.
#pragma once

#include <algorithm>
#include <string>

#include "libmgr/domain/time.hpp"

namespace rsm::forecast {

inline std::string about_text(Millis time) {
  auto const seconds = (std::max(time, Millis{0}).count() + 500) / 1000;
  if (seconds < 90) return std::to_string(seconds) + " s";
  auto const minutes = (seconds + 30) / 60;
  if (minutes < 90) return std::to_string(minutes) + " min";
  return std::to_string(minutes / 60) + " h" + (minutes % 60 == 0 ? "" : " " + std::to_string(minutes % 60) + " min");
}

}  // namespace rsm::forecast
