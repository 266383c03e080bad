// Words and numbers of enumerations.
//
// What for: a state is shown as its word with its number beside it (decision 19). An enumeration is described once with
// BOOST_DESCRIBE_ENUM; word() and parse_word() come from that. Numbers are those of the Windows headers where they have one.
// Thread rule: pure functions.
#pragma once

#include <boost/describe/enum.hpp>
#include <boost/describe/enum_from_string.hpp>
#include <boost/describe/enum_to_string.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace rsm {

template <class E>
concept Worded = std::is_enum_v<E> && boost::describe::has_describe_enumerators<E>::value;

// "unknown" where the value has no word.
template <Worded E>
std::string word(E value) {
  return boost::describe::enum_to_string(value, "unknown");
}

template <Worded E>
std::optional<E> parse_word(std::string_view text) {
  E value{};
  if (text.contains('\0')) return std::nullopt;  // it would end the word for the comparison below
  if (!boost::describe::enum_from_string(std::string(text).c_str(), value)) return std::nullopt;
  return value;
}

template <class E>
  requires std::is_enum_v<E>
constexpr std::int64_t number(E value) {
  return static_cast<std::int64_t>(value);
}

}  // namespace rsm
