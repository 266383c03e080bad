#include "libmgr/base/json_values.hpp"

#include <boost/describe/class.hpp>
#include <charconv>

#include "libmgr/domain/limits.hpp"

namespace rsm {
namespace {

constexpr std::int64_t longest = 253'402'300'800'000;  // to the year 10000

struct LabelText {
  std::string type, id, info;
  std::optional<std::string> also;
};
BOOST_DESCRIBE_STRUCT(LabelText, (), (type, id, info, also))

struct ErrorText {
  std::uint32_t number = 0;
  std::string object, detail;
};
BOOST_DESCRIBE_STRUCT(ErrorText, (), (number, object, detail))

}  // namespace

template <>
inline constexpr bool optional_members_may_be_absent<LabelText> = true;

void JsonForm<Element>::read(boost::json::value const& from, JsonPlace const& at, Element& to) {
  std::string_view const given = from.is_string() ? std::string_view(from.get_string()) : std::string_view{};
  std::size_t const blank = std::min(given.find(' '), given.size());
  auto const kind = parse_word<ElementKind>(given.substr(0, blank));
  std::uint32_t number = 0;
  char const* const end = given.data() + given.size();
  auto const [stopped, error] = std::from_chars(given.data() + std::min(blank + 1, given.size()), end, number);
  if (!kind || error != std::errc{} || stopped != end) return at.wrong("not an element such as \"slot 3\"");
  to = {*kind, number};
}

boost::json::value JsonForm<Omid>::write(Omid const& value) {
  return write_json(LabelText{value.type, hex_digits(value.id), value.info, value.also.empty() ? std::nullopt : std::optional(hex_digits(value.also))});
}

void JsonForm<Omid>::read(boost::json::value const& from, JsonPlace const& at, Omid& to) {
  LabelText text;
  JsonForm<LabelText>::read(from, at, text);
  auto const id = bytes_of_hex_digits(text.id);
  if (!id || id->size() > limits::omid_id_bytes_max) return at.member("id").wrong("not the hexadecimal digits of an id");
  auto const also = bytes_of_hex_digits(text.also.value_or(""));
  if (!also || also->size() > limits::omid_also_bytes_max) return at.member("also").wrong("not the hexadecimal digits of another label");
  to = {text.type, *id, text.info, *also};
}

boost::json::value JsonForm<Error>::write(Error const& value) {
  return write_json(ErrorText{static_cast<std::uint32_t>(value.code), value.object, value.detail});
}

void JsonForm<Error>::read(boost::json::value const& from, JsonPlace const& at, Error& to) {
  ErrorText text;
  JsonForm<ErrorText>::read(from, at, text);
  auto const code = error_from_number(text.number);
  if (!code || *code == Errc::success) return at.member("number").wrong("no error has this number");
  to = {*code, text.object, text.detail};
}

void JsonForm<Millis>::read(boost::json::value const& from, JsonPlace const& at, Millis& to) {
  std::int64_t count = 0;
  JsonForm<std::int64_t>::read(from, at, count);
  if (count < -longest || count > longest) return at.wrong("not a duration that can be");
  to = Millis{count};
}

void JsonForm<TimePoint>::read(boost::json::value const& from, JsonPlace const& at, TimePoint& to) {
  std::int64_t count = 0;
  JsonForm<std::int64_t>::read(from, at, count);
  if ((count < -longest || count > longest) && from_ms(count) != TimePoint::max()) return at.wrong("not a time of this age");
  to = from_ms(count);
}

}  // namespace rsm
