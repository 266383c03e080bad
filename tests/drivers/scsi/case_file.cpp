#include "tests/drivers/scsi/case_file.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/string.hpp>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace rsm::test {
namespace {

int digit_of(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return -1;
}

json::value const* member(json::object const& parent, std::string_view name) { return parent.if_contains(name); }

void add_vectors(json::array const& list, std::string_view hex_name, std::vector<Vector>& vectors) {
  for (auto const& item : list) {
    auto const* object = item.if_object();
    if (object == nullptr || !object->contains(hex_name)) continue;
    auto bytes = bytes_of_hex(text_in(*object, hex_name));
    if (!bytes) throw std::runtime_error(bytes.error().text());
    auto const* request = object_in(*object, "request");
    auto const allocation = request != nullptr ? number_in(*request, "alloc") : 0;
    vectors.push_back({text_in(*object, object->contains("name") ? "name" : "id"), std::move(*bytes), static_cast<std::size_t>(allocation)});
  }
}

}  // namespace

Result<json::object> read_case_file(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Errc::file_not_found, path, "cannot be read");
  std::string const text{std::istreambuf_iterator<char>(file), {}};
  boost::system::error_code error;
  auto value = json::parse(text, error);
  if (error) return fail(Errc::bad_format, path, "no JSON: " + error.message());
  if (!value.is_object()) return fail(Errc::bad_format, path, "no JSON object");
  if (number_in(value.get_object(), "format") != 1) return fail(Errc::bad_format, path, "the format is not 1");
  return std::move(value.get_object());
}

json::object const* object_in(json::object const& parent, std::string_view name) {
  auto const* value = member(parent, name);
  return value != nullptr ? value->if_object() : nullptr;
}
json::array const* array_in(json::object const& parent, std::string_view name) {
  auto const* value = member(parent, name);
  return value != nullptr ? value->if_array() : nullptr;
}
std::string text_in(json::object const& parent, std::string_view name) {
  auto const* value = member(parent, name);
  auto const* text = value != nullptr ? value->if_string() : nullptr;
  return text != nullptr ? std::string(*text) : std::string();
}
std::int64_t number_in(json::object const& parent, std::string_view name, std::int64_t otherwise) {
  auto const* value = member(parent, name);
  boost::system::error_code error;
  auto const number = value != nullptr && value->is_number() ? value->to_number<std::int64_t>(error) : otherwise;
  return error ? otherwise : number;
}

Result<Buffer> bytes_of_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return fail(Errc::bad_format, "hex", "an odd number of digits");
  Buffer bytes;
  bytes.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    int const high = digit_of(hex[i]), low = digit_of(hex[i + 1]);
    if (high < 0 || low < 0) return fail(Errc::bad_format, "hex", "a letter that is no digit");
    bytes.push_back(static_cast<std::byte>(high * 16 + low));
  }
  return bytes;
}

std::string hex_of(std::span<std::byte const> bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (auto const byte : bytes) text += digits[std::to_integer<std::size_t>(byte) >> 4], text += digits[std::to_integer<std::size_t>(byte) & 15];
  return text;
}

std::vector<Vector> all_vectors(std::vector<std::string> const& paths) {
  std::vector<Vector> vectors;
  for (auto const& path : paths) {
    auto const file = read_case_file(path);
    if (!file) throw std::runtime_error(file.error().text());
    for (auto const* name : {"cases", "vectors", "codes"})
      if (auto const* list = array_in(*file, name))
        for (auto const* hex_name : {"bytes_hex", "fixed_hex", "descriptor_hex"}) add_vectors(*list, hex_name, vectors);
  }
  return vectors;
}

std::vector<Buffer> all_sense_codes(std::string const& path) {
  auto const file = read_case_file(path);
  auto const* rows = file ? array_in(*file, "codes") : nullptr;
  if (rows == nullptr || rows->empty()) throw std::runtime_error("no codes");
  std::vector<Buffer> codes;
  for (auto const& row : *rows) codes.push_back(*bytes_of_hex(text_in(row.get_object(), codes.size() % 2 == 0 ? "fixed_hex" : "descriptor_hex")));
  return codes;
}

}  // namespace rsm::test
