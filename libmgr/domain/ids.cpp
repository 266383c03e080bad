#include "libmgr/domain/ids.hpp"

namespace rsm {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::size_t number_bytes = 6;
constexpr std::uint8_t version_mask = 0xf0, carries_number = 0x80;

bool dash_before(std::size_t byte) { return byte == 4 || byte == 6 || byte == 8 || byte == 10; }

}  // namespace

std::string Guid::text() const {
  static constexpr char hex[] = "0123456789abcdef";
  std::string out;
  out.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (dash_before(i)) out += '-';
    out += hex[bytes[i] >> 4];
    out += hex[bytes[i] & 15];
  }
  return out;
}

std::optional<Guid> Guid::parse(std::string_view text) {
  if (text.size() == 38 && text.front() == '{' && text.back() == '}') text = text.substr(1, 36);
  bool const dashed = text.size() == 36;
  if (!dashed && text.size() != 32) return std::nullopt;
  Guid guid;
  std::size_t at = 0;
  for (std::size_t i = 0; i < guid.bytes.size(); ++i) {
    if (dashed && dash_before(i) && text[at++] != '-') return std::nullopt;
    int const high = digit(text[at]);
    int const low = digit(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    guid.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
    at += 2;
  }
  return guid;
}

RequestId request_id(std::uint64_t number, Guid const& chance) {
  RequestId id{chance};
  for (std::size_t i = number_bytes; i > 0; --i, number >>= 8) id.guid.bytes[i - 1] = static_cast<std::uint8_t>(number);
  id.guid.bytes[number_bytes] = static_cast<std::uint8_t>((chance.bytes[number_bytes] & ~version_mask) | carries_number);
  return id;
}

std::optional<std::uint64_t> number_in(RequestId const& id) {
  if ((id.guid.bytes[number_bytes] & version_mask) != carries_number) return std::nullopt;
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < number_bytes; ++i) number = number << 8 | id.guid.bytes[i];
  return number;
}

std::string name_of(RequestId const& id) {
  auto const number = number_in(id);
  return "request " + (number ? std::to_string(*number) : id.text());
}

}  // namespace rsm
