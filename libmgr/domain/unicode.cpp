#include "libmgr/domain/unicode.hpp"

namespace rsm {
namespace {

constexpr std::string_view replacement_utf8 = "\xEF\xBF\xBD";

void append_utf8(std::string& out, char32_t character) {
  auto const byte = [&out](char32_t bits) { out += static_cast<char>(static_cast<unsigned char>(bits)); };
  auto const tail = [&](int shift) { byte(0x80 | ((character >> shift) & 0x3F)); };
  if (character < 0x80) return byte(character);
  if (character < 0x800) return byte(0xC0 | character >> 6), tail(0);
  if (character < 0x10000) return byte(0xE0 | character >> 12), tail(6), tail(0);
  byte(0xF0 | character >> 18), tail(12), tail(6), tail(0);
}

bool is_lead(char16_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_trail(char16_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

}  // namespace

// Overlong forms, surrogates and what is beyond U+10FFFF are not valid.
Character first_character(std::string_view utf8) {
  auto const lead = static_cast<unsigned char>(utf8[0]);
  if (lead < 0x80) return {lead, 1, true};
  std::size_t const length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || utf8.size() < length) return {};
  char32_t code = lead & (0xFF >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    auto const next = static_cast<unsigned char>(utf8[i]);
    if ((next & 0xC0) != 0x80) return {};
    code = code << 6 | (next & 0x3F);
  }
  constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  bool const surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < smallest[length] || code > 0x10FFFF || surrogate) return {};
  return {code, length, true};
}

std::string cut(std::string const& text, std::size_t most) {
  auto units = utf16(text);
  if (units.size() <= most) return text;
  units.resize(most);
  if (!units.empty() && is_lead(units.back())) units.pop_back();
  return utf8(units).value_or(std::string{});
}

bool steers(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x2028 || c == 0x2029 || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

bool is_plain(std::string_view text) {
  while (!text.empty()) {
    auto const [code, bytes, valid] = first_character(text);
    if (!valid || steers(code)) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

std::string escaped(char32_t c) {
  constexpr char hex[] = "0123456789abcdef";
  return {'\\', 'u', hex[c >> 12 & 15], hex[c >> 8 & 15], hex[c >> 4 & 15], hex[c & 15]};
}

namespace {

char32_t small_letter(char32_t c) {
  auto const in = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
  if (in(U'A', U'Z') || (in(0xC0, 0xDE) && c != 0xD7)) return c + 0x20;
  if (c < 0x100) return c;
  if (c == 0x130 || c == 0x131) return c;  // Turkish i: its other letter is another one elsewhere
  if (c == 0x178) return 0xFF;
  if (in(0x139, 0x148) || in(0x179, 0x17E)) return c + (c & 1);
  if (in(0x100, 0x137) || in(0x14A, 0x177) || in(0x460, 0x481) || in(0x48A, 0x4BF) || in(0x4D0, 0x52F) || in(0x1E00, 0x1E95) || in(0x1EA0, 0x1EFF)) return c | 1;
  if (in(0x391, 0x3AB) && c != 0x3A2) return c + 0x20;
  if (c == 0x386) return 0x3AC;
  if (in(0x388, 0x38A)) return c + 0x25;
  if (c == 0x38C) return 0x3CC;
  if (in(0x38E, 0x38F)) return c + 0x3F;
  if (c == 0x3C2) return 0x3C3;  // sigma at the end of a word
  if (in(0x410, 0x42F)) return c + 0x20;
  if (in(0x400, 0x40F)) return c + 0x50;
  return c;
}

}  // namespace

std::string fold_case(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    auto const [code, bytes, valid] = first_character(text);
    if (valid)
      append_utf8(out, small_letter(code));
    else
      out += text.substr(0, bytes);
    text.remove_prefix(bytes);
  }
  return out;
}

std::string plain_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    auto const [code, bytes, valid] = first_character(text);
    if (valid && steers(code))
      out += escaped(code);
    else
      out += valid ? text.substr(0, bytes) : replacement_utf8;
    text.remove_prefix(bytes);
  }
  return out;
}

std::u16string utf16(std::string_view utf8) {
  std::u16string out;
  out.reserve(utf8.size());
  while (!utf8.empty()) {
    auto const [character, bytes, valid] = first_character(utf8);
    utf8.remove_prefix(bytes);
    if (character < 0x10000) {
      out += static_cast<char16_t>(character);
    } else {
      out += static_cast<char16_t>(0xD800 + ((character - 0x10000) >> 10));
      out += static_cast<char16_t>(0xDC00 + ((character - 0x10000) & 0x3FF));
    }
  }
  return out;
}

std::size_t utf16_units(std::string_view utf8) {
  std::size_t units = 0;
  while (!utf8.empty()) {
    auto const [character, bytes, valid] = first_character(utf8);
    utf8.remove_prefix(bytes);
    units += character < 0x10000 ? 1 : 2;
  }
  return units;
}

std::string valid_utf8(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  while (!utf8.empty()) {
    auto const [character, bytes, valid] = first_character(utf8);
    out += valid ? utf8.substr(0, bytes) : replacement_utf8;
    utf8.remove_prefix(bytes);
  }
  return out;
}

std::optional<std::string> utf8(std::u16string_view utf16) {
  std::string out;
  for (std::size_t i = 0; i < utf16.size(); ++i) {
    char32_t character = utf16[i];
    bool const pair = is_lead(utf16[i]) && i + 1 < utf16.size() && is_trail(utf16[i + 1]);
    if (!pair && (is_lead(utf16[i]) || is_trail(utf16[i]))) return std::nullopt;
    if (pair) {
      character = 0x10000 + ((character - 0xD800) << 10) + (utf16[i + 1] - 0xDC00u);
      ++i;
    }
    append_utf8(out, character);
  }
  return out;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    auto const [character, bytes, valid] = first_character(text);
    if (!valid) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

}  // namespace rsm
