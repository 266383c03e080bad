// UTF-8 and UTF-16, for the borders to programs that were written for Windows.
//
// What for: texts inside the product are UTF-8; W functions have UTF-16. Errors: into UTF-8 gives nothing for what is no valid UTF-16 (half a
// pair); out of UTF-8 cannot fail: bytes that are no UTF-8 become U+FFFD. Overlong forms, surrogates and what is beyond U+10FFFF are no UTF-8.
// Thread rule: pure functions. Source: the Unicode standard, chapter 3, table 3-7.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rsm {

std::u16string utf16(std::string_view utf8);
// Length of the text in UTF-16 units: how the Windows structures, and so every limit "at most n characters", count.
std::size_t utf16_units(std::string_view utf8);
std::string valid_utf8(std::string_view utf8);
std::optional<std::string> utf8(std::u16string_view utf16);
bool is_utf8(std::string_view text);

}  // namespace rsm
