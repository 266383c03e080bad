#include "libmgr/base/json_form.hpp"

#include "libmgr/domain/limits.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm {

namespace json = boost::json;

std::string JsonPlace::text() const {
  if (parent_ == nullptr) return std::string(name_);
  if (name_.empty()) return parent_->text() + "[" + std::to_string(index_) + "]";
  return parent_->text() + "." + std::string(name_);
}

void JsonPlace::wrong(std::string_view why) const {
  if (problem_.empty()) problem_ = text() + ": " + std::string(why);
}

Result<json::value> parse_json(std::string_view text, std::string_view name, std::size_t bytes_max) {
  if (text.size() > bytes_max) return fail(Errc::bad_format, std::string(name), "longer than " + std::to_string(bytes_max) + " bytes");
  boost::system::error_code error;
  json::stream_parser parser({}, json::parse_options{.max_depth = limits::json_depth_max});
  std::size_t const used = parser.write(text.data(), text.size(), error);
  if (!error) parser.finish(error);
  if (error) return fail(Errc::bad_format, std::string(name), "not JSON from byte " + std::to_string(used) + " on (" + error.message() + ")");
  return parser.release();
}

json::value JsonForm<std::string>::write(std::string const& value) {
  return json::string(is_utf8(value) ? value : valid_utf8(value));
}

std::string hex_digits(std::string_view bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (unsigned char const byte : bytes) (text += digits[byte >> 4]) += digits[byte & 15];
  return text;
}

std::optional<std::string> bytes_of_hex_digits(std::string_view digits) {
  constexpr std::string_view known = "0123456789abcdef";
  if (digits.size() % 2 != 0 || digits.find_first_not_of(known) != std::string_view::npos) return std::nullopt;
  std::string bytes;
  bytes.reserve(digits.size() / 2);
  for (std::size_t i = 0; i < digits.size(); i += 2) bytes += static_cast<char>(known.find(digits[i]) * 16 + known.find(digits[i + 1]));
  return bytes;
}

}  // namespace rsm
