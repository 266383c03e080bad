// What the writer and the reader of state.json have in common.
//
// Internal to this folder, for .cpp files only. Pure functions; no errors. Thread rule: any.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace rsm::emulated {

constexpr char const* state_format = "openrsm emulated library";

// Lower case, two digits a byte.
std::string to_hex(std::string_view bytes);
// CRC-32 of the value's compact text. Only whole numbers, texts, booleans, lists and objects occur: their text is canonical.
std::uint32_t checksum(boost::json::value const& value);

}  // namespace rsm::emulated
