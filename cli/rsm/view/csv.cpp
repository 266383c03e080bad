#include "cli/rsm/view/csv.hpp"

#include <algorithm>
#include <utility>

#include "api/protocol/fields.hpp"
#include "libmgr/domain/ids.hpp"
#include "libmgr/domain/time.hpp"

namespace rsm::cli {

std::string csv_field(std::string const& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (char const c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

namespace {

// "2026-03-01T12:34:56.789Z"; never: nothing.
std::string iso_time(std::int64_t ms) {
  if (ms == 0) return {};
  std::string text = time_text(from_ms(ms));
  std::ranges::replace(text, ' ', 'T');
  return text;
}

std::string value_text(wire::Shape const& owner, std::string_view member, wire::Shape const& shape, void const* value) {
  switch (shape.kind) {
    case wire::Kind::boolean: return *static_cast<bool const*>(value) ? "true" : "false";
    case wire::Kind::text: return *static_cast<std::string const*>(value);
    case wire::Kind::guid: {
      auto const& id = *static_cast<Guid const*>(value);
      return id.is_zero() ? std::string() : id.text();
    }
    case wire::Kind::enumeration: {
      auto const* word = shape.word_of(shape.number(value));
      return word == nullptr ? std::string() : std::string(word->word);
    }
    case wire::Kind::integer: {
      auto const number = *static_cast<std::int64_t const*>(value);
      return wire::field_info(owner.name, member).as == wire::FieldAs::time ? iso_time(number) : std::to_string(number);
    }
    case wire::Kind::optional: return shape.size(value) == 0 ? std::string() : value_text(owner, member, *shape.element, shape.at(value, 0));
    default: return {};
  }
}

}  // namespace

std::string csv_header(wire::Shape const& shape) {
  std::string line;
  for (auto const& member : shape.members) line += (line.empty() ? "" : ",") + csv_field(std::string(member.name));
  return line + "\r\n";
}

std::string csv_record(wire::Shape const& shape, void const* object) {
  std::string line;
  bool first = true;
  for (auto const& member : shape.members) {
    line += (std::exchange(first, false) ? "" : ",") + csv_field(value_text(shape, member.name, *member.shape, shape.member(member, object)));
  }
  return line + "\r\n";
}

}  // namespace rsm::cli
