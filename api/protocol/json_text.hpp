// JSON text that comes from outside, read with all suspicion; and JSON text for outside.
//
// What for: Boost.JSON takes the last of two equal members and says nothing; a server must refuse them. Everything that is
// not exactly one JSON value in valid UTF-8, at most limits::json_depth_max deep, without duplicate members, is
// Errc::bad_format; object is the path where it happened, detail says what and at which byte. Written text is valid UTF-8, and what could
// steer a terminal stands in it as "\u0080": a person may look at it as it is. Thread rule: pure functions.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>

#include "libmgr/domain/error.hpp"

namespace rsm::wire {

Result<boost::json::value> parse_json(std::string_view text);

// Appends the text as a JSON string, in quotes; what is no valid UTF-8 becomes U+FFFD.
void append_quoted(std::string& out, std::string_view text);
// Appends a value, on one line.
void append_json(std::string& out, boost::json::value const& value);
std::string json_text(boost::json::value const& value);
// At most `bytes_max` bytes of a text, cut at a character, "..." after it when something is missing.
std::string shortened(std::string_view text, std::size_t bytes_max);

}  // namespace rsm::wire
