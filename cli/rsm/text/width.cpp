#include "cli/rsm/text/width.hpp"

#include <algorithm>
#include <array>

#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
namespace {

struct Range {
  char32_t first, last;
};

constexpr auto wide = std::to_array<Range>({
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},   {0x25FD, 0x25FE},   {0x2614, 0x2615},
    {0x2648, 0x2653},   {0x26A1, 0x26A1},   {0x26BD, 0x26BE},   {0x2705, 0x2705},   {0x274C, 0x274C},   {0x2753, 0x2755},
    {0x2795, 0x2797},   {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},
    {0xA960, 0xA97C},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE10, 0xFE19},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},
    {0xFFE0, 0xFFE6},   {0x1F004, 0x1F004}, {0x1F18E, 0x1F18E}, {0x1F191, 0x1F19A}, {0x1F200, 0x1F320}, {0x1F32D, 0x1F64F},
    {0x1F680, 0x1F6FF}, {0x1F7E0, 0x1F7EB}, {0x1F900, 0x1F9FF}, {0x1FA70, 0x1FAFF}, {0x20000, 0x3FFFD},
});

constexpr auto zero = std::to_array<Range>({
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F}, {0x0E31, 0x0E31}, {0x0E34, 0x0E3A},
    {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x2064}, {0x20D0, 0x20F0},
    {0x3099, 0x309A}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF},
});

template <std::size_t N>
bool within(std::array<Range, N> const& ranges, char32_t c) {
  return std::ranges::any_of(ranges, [c](Range r) { return c >= r.first && c <= r.last; });
}

// A byte that is no UTF-8 takes one.
int cells_of(Character const& character) {
  char32_t const c = character.code;
  if (!character.valid || c < 0x300) return 1;
  if (within(zero, c)) return 0;
  return within(wide, c) ? 2 : 1;
}

// The longest beginning that is at most `cells` wide, and its width.
std::pair<std::string_view, int> beginning(std::string_view text, int cells) {
  std::size_t at = 0;
  int used = 0;
  while (at < text.size()) {
    Character const c = first_character(text.substr(at));
    int const needs = cells_of(c);
    if (used + needs > cells) break;
    used += needs;
    at += c.bytes;
  }
  return {text.substr(0, at), used};
}

std::string_view without_leading_blanks(std::string_view text) {
  auto const at = text.find_first_not_of(' ');
  return at == std::string_view::npos ? std::string_view{} : text.substr(at);
}

std::string without_trailing_blanks(std::string_view text) {
  auto const at = text.find_last_not_of(' ');
  return at == std::string_view::npos ? std::string{} : std::string{text.substr(0, at + 1)};
}

// How many bytes of `text` go on one line of `cells`: up to a blank if there is one, else as much as fits.
std::size_t line_length(std::string_view text, int cells) {
  auto const [fits, used] = beginning(text, cells);
  if (fits.size() == text.size()) return text.size();
  if (text[fits.size()] == ' ') return fits.size();
  auto const blank = fits.rfind(' ');
  if (blank != std::string_view::npos && blank > 0) return blank;
  return std::max<std::size_t>(fits.size(), first_character(text).bytes);
}

}  // namespace

int width_of(std::string_view text) {
  int cells = 0;
  while (!text.empty()) {
    Character const c = first_character(text);
    cells += cells_of(c);
    text.remove_prefix(c.bytes);
  }
  return cells;
}

std::string cut(std::string_view text, int cells) {
  if (width_of(text) <= cells) return std::string{text};
  if (cells < 1) return {};
  return std::string{beginning(text, cells - 1).first} + "…";
}

std::string pad_right(std::string_view text, int cells) {
  int const missing = cells - width_of(text);
  return std::string{text} + std::string(static_cast<std::size_t>(std::max(missing, 0)), ' ');
}

std::string pad_left(std::string_view text, int cells) {
  int const missing = cells - width_of(text);
  return std::string(static_cast<std::size_t>(std::max(missing, 0)), ' ') + std::string{text};
}

std::vector<std::string> wrap(std::string_view text, int cells) {
  if (cells < 1) return {std::string{text}};
  std::vector<std::string> lines;
  while (!text.empty()) {
    std::size_t const length = line_length(text, cells);
    lines.push_back(without_trailing_blanks(text.substr(0, length)));
    text = without_leading_blanks(text.substr(length));
  }
  if (lines.empty()) lines.emplace_back();
  return lines;
}

}  // namespace rsm::cli
