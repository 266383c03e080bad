// "1 drive", "2 drives": a number of things, as a sentence has it. Thread rule: pure.
#pragma once

#include <cstdint>
#include <string>

namespace rsm::cli {

inline std::string plural(std::int64_t n, std::string const& one, std::string const& several) {
  return std::to_string(n) + " " + (n == 1 ? one : several);
}

}  // namespace rsm::cli
