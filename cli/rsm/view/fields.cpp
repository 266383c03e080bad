#include "cli/rsm/view/fields.hpp"

#include "api/protocol/fields.hpp"
#include "cli/rsm/text/when.hpp"

namespace rsm::cli {

void Fields::line(std::string label, Cell value, std::initializer_list<std::string_view> tells) {
  leave_out(tells);
  record_.line(std::move(label), std::move(value));
}

void Fields::leave_out(std::initializer_list<std::string_view> members) { told_.insert(members); }

void Fields::show(std::initializer_list<std::string_view> members) {
  for (auto name : members)
    if (auto const* member = shape_.find(name)) show_one(*member);
}

Record Fields::finish() {
  for (auto const& member : shape_.members)
    if (member.name != "id" && !told_.contains(member.name)) show_one(member);
  show({"id"});
  return std::move(record_);
}

void Fields::show_one(wire::Member const& member) {
  told_.insert(member.name);
  auto const field = wire::field_info(shape_.name, member.name);
  if (field.as != wire::FieldAs::hidden) record_.line(field.label, text_of(*member.shape, shape_.member(member, object_), member.name));
}

std::string Fields::text_of(wire::Shape const& shape, void const* value, std::string_view member) const {
  switch (shape.kind) {
    case wire::Kind::boolean: return *static_cast<bool const*>(value) ? "yes" : "no";
    case wire::Kind::text: return *static_cast<std::string const*>(value);
    case wire::Kind::enumeration: {
      auto const* word = shape.word_of(shape.number(value));
      return word == nullptr ? "unknown" : spaced(std::string(word->word));
    }
    case wire::Kind::guid: {
      auto const& id = *static_cast<Guid const*>(value);
      return member == "id" ? id.text() : name_in(names_, id);
    }
    case wire::Kind::integer: {
      auto const number = *static_cast<std::int64_t const*>(value);
      switch (wire::field_info(shape_.name, member).as) {
        case wire::FieldAs::time: return moment_text(number, canvas_.now);
        case wire::FieldAs::duration: return span_text(number);
        case wire::FieldAs::bytes: return bytes_text(number);
        default: return std::to_string(number);
      }
    }
    case wire::Kind::optional: return shape.size(value) == 0 ? std::string() : text_of(*shape.element, shape.at(value, 0), member);
    case wire::Kind::array:
    case wire::Kind::structure:
    case wire::Kind::document: break;  // tables of their own
  }
  return {};
}

}  // namespace rsm::cli
