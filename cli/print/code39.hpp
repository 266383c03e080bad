// Code 39, the bar code of data cartridges.
//
// What for: labels. A character is five bars and four spaces between them, three of the nine wide; between characters is a narrow space;
// '*' begins and ends. Ranges: A to Z, 0 to 9. Units: a narrow element is 1. Errors: none, others are asked before. Thread rule: pure
// functions. Source: ISO/IEC 16388; IBM's and HPE's label specifications of LTO cartridges (6 + 2 characters, wide : narrow 2.75).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rsm::print {

inline constexpr double code39_wide = 2.75;

// Nine elements, bar first: true is wide. Nothing: no character of a label. '*' is one.
std::optional<std::array<bool, 9>> code39_elements(char character);
// All characters of the text are A to Z or 0 to 9.
bool code39_has(std::string_view text);
// Widths in turns of bar and space, from the first bar of '*' to the last one of '*'.
std::vector<double> code39_widths(std::string_view text);
// Their sum.
double code39_length(std::size_t characters);

}  // namespace rsm::print
