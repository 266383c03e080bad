// Ids of sessions and operator requests in tables: as short as they stay unique there, since the commands accept a beginning of them again.
// Requests have numbers. Thread rule: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libmgr/domain/short_id.hpp"

namespace rsm::cli {

constexpr std::size_t short_id_digits_least = short_id_digits;

// How many characters of the text form tell all of these apart: at least 8 digits.
std::size_t short_length(std::vector<Guid> const& ids);
// The beginning of an id; "" for the zero id.
std::string short_text(Guid const& id, std::size_t length);

// A request as people call it: its number; the beginning of an id that carries none.
std::string request_text(RequestId const& id);

// Whether this could be the beginning of an id: hexadecimal digits and dashes, at least 4 digits.
bool is_id_beginning(std::string_view text);
// The ids that begin so; dashes do not matter, nor upper and lower case.
std::vector<Guid> begins_with(std::vector<Guid> const& ids, std::string_view beginning);

}  // namespace rsm::cli
