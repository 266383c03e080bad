// JSON text that comes from outside, read with all suspicion.
//
// What for: Boost.JSON takes the last of two equal members and says nothing; a server must refuse them. Everything that is
// not exactly one JSON value in valid UTF-8, at most limits::json_depth_max deep, without duplicate members, is
// Errc::bad_format; object is the path where it happened, detail says what and at which byte. Thread rule: pure functions.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>

#include "libmgr/domain/error.hpp"

namespace rsm::wire {

Result<boost::json::value> parse_json(std::string_view text);

// The text with every byte that does not belong to valid UTF-8 replaced by U+FFFD.
std::string valid_utf8(std::string_view text);
bool is_valid_utf8(std::string_view text);
// Appends the text as a JSON string, in quotes, what is no valid UTF-8 replaced as above.
void append_quoted(std::string& out, std::string_view text);
// At most `bytes_max` bytes of a text, cut at a character, "..." after it when something is missing.
std::string shortened(std::string_view text, std::size_t bytes_max);

}  // namespace rsm::wire
