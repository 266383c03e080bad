#include "drivers/scsi/designator.hpp"

namespace rsm::scsi {

std::string Designator::hex() const {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (auto const byte : bytes) {
    text += digits[std::to_integer<std::size_t>(byte) >> 4];
    text += digits[std::to_integer<std::size_t>(byte) & 15];
  }
  return text;
}

std::string_view trimmed_end(std::string_view text) { return text.substr(0, text.find_last_not_of(std::string_view(" \0", 2)) + 1); }

std::string_view trimmed(std::string_view text) {
  std::string_view const rest = trimmed_end(text);
  std::size_t const first = rest.find_first_not_of(' ');
  return first == std::string_view::npos ? std::string_view() : rest.substr(first);
}

}  // namespace rsm::scsi
