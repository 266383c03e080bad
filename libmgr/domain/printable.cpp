#include "libmgr/domain/printable.hpp"

#include "libmgr/domain/private_text.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm {
namespace {

enum class Marks { replaced, kept };

std::string cleaned(std::string_view text, Marks marks) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    auto const [code, bytes, valid] = first_character(text);
    auto const character = text.substr(0, bytes);
    bool const forged = marks == Marks::replaced && private_text::has_marks(character);
    if (!valid || steers(code) || forged)
      out += '?';
    else
      out += character;
    text.remove_prefix(bytes);
  }
  return out;
}

}  // namespace

std::string printable(std::string_view text) { return cleaned(text, Marks::replaced); }
std::string sentence(std::string_view text) { return cleaned(text, Marks::kept); }

}  // namespace rsm
