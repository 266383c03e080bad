#include "cli/print/code39.hpp"

#include <algorithm>

namespace rsm::print {
namespace {

// Ten patterns of bars, and with each of them four of spaces: the digits, A to J, K to T, and the last ten.
constexpr auto bars =
    std::to_array<std::string_view>({"10001", "01001", "11000", "00101", "10100", "01100", "00011", "10010", "01010", "00110"});
constexpr auto spaces = std::to_array<std::string_view>({"0100", "0010", "0001", "1000"});
constexpr std::string_view characters = "1234567890ABCDEFGHIJKLMNOPQRSTUVWXYZ-. *";
constexpr char guard = '*';

}  // namespace

std::optional<std::array<bool, 9>> code39_elements(char character) {
  auto const place = characters.find(character);
  bool const label = (character >= 'A' && character <= 'Z') || (character >= '0' && character <= '9') || character == guard;
  if (!label || place == std::string_view::npos) return std::nullopt;
  std::array<bool, 9> elements{};
  for (std::size_t i = 0; i < elements.size(); ++i) elements[i] = (i % 2 == 0 ? bars[place % 10][i / 2] : spaces[place / 10][i / 2]) == '1';
  return elements;
}

bool code39_has(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c != guard && code39_elements(c).has_value(); });
}

std::vector<double> code39_widths(std::string_view text) {
  std::vector<double> out;
  auto const add = [&](char c) {
    if (!out.empty()) out.push_back(1);
    auto const elements = code39_elements(c);
    if (!elements) return;
    for (bool const wide : *elements) out.push_back(wide ? code39_wide : 1);
  };
  add(guard);
  for (char const c : text) add(c);
  add(guard);
  return out;
}

double code39_length(std::size_t count) {
  return static_cast<double>(count + 2) * (6 + 3 * code39_wide) + static_cast<double>(count + 1);
}

}  // namespace rsm::print
