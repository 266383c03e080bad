// UTF-8 and UTF-16, and text as people may see it.
//
// What for: texts inside the product are UTF-8; W functions have UTF-16. Into UTF-8 gives nothing for what is no valid UTF-16 (half a
// pair); out of UTF-8 cannot fail: bytes that are no UTF-8 become U+FFFD. Overlong forms, surrogates and what is beyond U+10FFFF are no UTF-8.
// Names come from labels, bar codes and clients, so anybody could have written them: before a person, a log or a table they are shown
// with plain_text(), which lets nothing through that could steer a terminal or break a line.
// Errors: none. Thread rule: pure functions. Source: the Unicode standard, chapter 3, table 3-7; section 23.1 (control codes), 23.2 (layout controls).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rsm {

std::u16string utf16(std::string_view utf8);
// Length of the text in UTF-16 units: how the Windows structures, and so every limit "at most n characters", count.
std::size_t utf16_units(std::string_view utf8);
// At most so many UTF-16 units of it, and no half of a character.
std::string cut(std::string const& utf8, std::size_t units);
std::string valid_utf8(std::string_view utf8);
std::optional<std::string> utf8(std::u16string_view utf16);
bool is_utf8(std::string_view text);

struct Character {
  char32_t code = 0xFFFD;
  std::size_t bytes = 1;  // that it takes
  bool valid = false;     // false: one byte that is no UTF-8
};
// As names are compared where the case of letters does not matter: letters of the Latin, Greek and Cyrillic alphabets are small ones, everything
// else stays. Two texts that differ in nothing else give the same.
std::string fold_case(std::string_view utf8);
// Of a text that is not empty.
Character first_character(std::string_view utf8);
// Control characters (C0, delete, C1), separators of lines and paragraphs, and what turns the direction of writing.
bool steers(char32_t character);
// Valid UTF-8 in which nothing steers.
bool is_plain(std::string_view text);
// "\u0085", as JSON writes it.
std::string escaped(char32_t character);
// On one line, with every character that steers escaped and U+FFFD for what is no UTF-8.
std::string plain_text(std::string_view text);

}  // namespace rsm
