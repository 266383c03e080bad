// Bytes from outside as text for people and for the wire: valid UTF-8 without control characters.
//
// What for: file names, process names and volume names may hold anything; what the product prints or sends may not. Every character that
// steers (libmgr/domain/unicode.hpp), every mark of private words and every byte that is no valid UTF-8 becomes '?'. The length in bytes does not
// grow. sentence() is for what is made of such pieces: marks of private words (libmgr/domain/private_text.hpp) that were put in on purpose stay.
// Errors: none. Thread rule: pure.
#pragma once

#include <string>
#include <string_view>

namespace rsm {

std::string printable(std::string_view text);
std::string sentence(std::string_view text);

}  // namespace rsm
