// Numbers as people write them in a row: "1-20", "40".
//
// What for: slots in the configuration and in what is shown of it. Units: whole numbers from 0 to 4294967295.
// Errors: invalid_parameter with what is wrong. Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "libmgr/domain/error.hpp"

namespace rsm {

struct NumberRange {
  std::uint32_t first = 0, last = 0;  // both belong to it
  friend bool operator==(NumberRange const&, NumberRange const&) = default;
};

// "1-20", or "40" for 40 to 40.
Result<NumberRange> number_range(std::string const& text);
// "1-20, 40": what follows one upon the other is one range; each number larger by `add`.
std::string ranges_text(std::span<std::int64_t const> numbers, std::int64_t add = 0);

}  // namespace rsm
