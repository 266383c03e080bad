// Width of text on a terminal.
//
// What for: tables line up also with names in other scripts. A width is a number of terminal cells: 0 for combining marks,
// 2 for East Asian wide characters and most pictures, 1 for the rest. Text is UTF-8; a byte that is none counts as one
// cell. What could steer a terminal is taken out before (plain_text of libmgr/domain/unicode.hpp).
// Thread rule: pure functions. Source: Unicode East Asian Width (wide and fullwidth ranges).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rsm::cli {

// Cells that the text takes.
int width_of(std::string_view text);
// At most `cells` wide; what was cut off shows as one "…" at the end.
std::string cut(std::string_view text, int cells);
// The text and blanks up to `cells`; never cuts.
std::string pad_right(std::string_view text, int cells);
std::string pad_left(std::string_view text, int cells);
// Lines of at most `cells`, broken at blanks where there are some; at least one line. cells < 1: one line, unbroken.
std::vector<std::string> wrap(std::string_view text, int cells);

}  // namespace rsm::cli
