// Bytes from outside as text for people and for the wire: valid UTF-8 without control characters.
//
// What for: file names, process names and volume names may hold anything; what the product prints or sends may not. Every byte that
// is a control character or no valid UTF-8 becomes '?'. The length in bytes does not grow. Errors: none. Thread rule: pure.
#pragma once

#include <string>
#include <string_view>

namespace rsm::block {

std::string printable(std::string_view text);

}  // namespace rsm::block
