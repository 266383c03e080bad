// Texts that a program gives: read no further than the documented length.
//
// What for: a program may forget a terminator; past the longest text that a function takes nothing is read. Errors: nothing for NULL-free text that is
// too long or no valid UTF-16 or UTF-8. Thread rule: pure functions. Source: ntms-functions.md section 1.
#pragma once

#include <optional>
#include <string>

#include "api/client/ntmsapi_convert.hpp"

namespace rsm::ntms {

// A narrow character of UTF-16 takes at most three bytes of UTF-8.
constexpr std::size_t room_for(std::size_t characters, WCHAR const*) { return characters; }
constexpr std::size_t room_for(std::size_t characters, CHAR const*) { return characters * 3; }

// At most `room` units, and the terminator behind them.
template <class Character>
std::optional<std::string> bounded_text(Character const* text, std::size_t room) {
  std::size_t length = 0;
  while (length < room && text[length] != 0) ++length;
  if (text[length] != 0) return std::nullopt;
  std::basic_string<Character> const copy(text, length);
  if constexpr (sizeof(Character) == 1)
    return of_narrow(copy.c_str());
  else
    return of_wide(copy.c_str());
}

// A string argument of at most so many characters, as Windows counts them.
template <class Character>
std::optional<std::string> text_argument(Character const* text, std::size_t characters_max) {
  auto read = bounded_text(text, room_for(characters_max, text));
  if (read && characters(*read) > characters_max) return std::nullopt;
  return read;
}

// Longest texts that no structure says: of a full domain name, of a path, of a title.
constexpr std::size_t other_text_chars_max = 255;

// The same; NULL is the empty text.
template <class Character>
std::optional<std::string> text_or_none(Character const* text, std::size_t characters_max) {
  return text == nullptr ? std::optional(std::string()) : text_argument(text, characters_max);
}

// An array of a structure, whose last unit is the terminator.
template <class Character, std::size_t Room>
std::optional<std::string> text_of(Character const (&text)[Room]) {
  return bounded_text(static_cast<Character const*>(text), Room - 1);
}

// What the program gets back: the text with its terminator if it has room, and how long it is.
template <class Character>
DWORD give_text(std::string const& text, Character* out, LPDWORD size) {
  std::size_t const needed = (sizeof(Character) == 1 ? valid_utf8(text).size() : characters(text)) + 1;
  DWORD const room = *size;
  *size = to_dword(static_cast<std::int64_t>(needed));
  if (room < needed) return ERROR_INSUFFICIENT_BUFFER;
  put_text(out, needed, text);
  return ERROR_SUCCESS;
}

}  // namespace rsm::ntms
