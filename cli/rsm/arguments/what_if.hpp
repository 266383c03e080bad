// "drive 2 off", "one more drive", "request 1042 priority 7": what people suppose, as data. Several in one text, with commas or "and".
// Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libmgr/domain/error.hpp"

namespace rsm::cli {

struct Supposed {
  std::int64_t drives_more = 0;
  std::vector<std::string> drives_off, drives_on;  // as they were called
  std::string request;                             // empty: of none
  std::int64_t priority = 0;
  friend bool operator==(Supposed const&, Supposed const&) = default;
};

// invalid_parameter, with what can be written.
Result<Supposed> parse_what_if(std::vector<std::string> const& texts);

}  // namespace rsm::cli
