#include "api/protocol/codec.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <charconv>

#include "api/protocol/json_text.hpp"
#include "libmgr/domain/ids.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::wire {
namespace {

namespace json = boost::json;

// Where in the message we are; becomes text only when something is wrong.
struct Path {
  Path const* parent = nullptr;
  std::string_view name;
  std::size_t index = 0;
  bool is_element = false;

  std::string text() const {
    if (parent == nullptr) return std::string(name);
    std::string const before = parent->text();
    if (is_element) return before + "[" + std::to_string(index) + "]";
    return before.empty() ? std::string(name) : before + "." + std::string(name);
  }
};

constexpr std::size_t shown_bytes_max = 64;  // of what came, in an error's text

std::string quoted(std::string_view text) { return "\"" + shortened(text, shown_bytes_max) + "\""; }

std::string what_came(json::value const& value) {
  switch (value.kind()) {
    case json::kind::null: return "null";
    case json::kind::bool_: return value.get_bool() ? "true" : "false";
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_: return "the number " + json_text(value);
    case json::kind::string: return "the text " + quoted(value.get_string());
    case json::kind::array: return "an array";
    case json::kind::object: return "an object";
  }
  return "something else";
}

std::string what_is_expected(Shape const& shape) {
  switch (shape.kind) {
    case Kind::boolean: return "true or false";
    case Kind::integer: return "a whole number of 64 bits";
    case Kind::text: return "text";
    case Kind::guid: return "a GUID in lower case, 8-4-4-4-12";
    case Kind::enumeration: {
      std::string out = "one of";
      for (auto const& w : shape.words) out += (w.word == shape.words.front().word ? " " : ", ") + std::string(w.word);
      return out;
    }
    case Kind::optional: return what_is_expected(*shape.element);
    case Kind::array: return "an array";
    case Kind::structure:
    case Kind::document: return "an object";
  }
  return "something else";
}

class Decoder {
 public:
  explicit Decoder(Strictness strictness) : strict_(strictness == Strictness::server_strict) {}

  Result<> any(Shape const& shape, void* object, json::value const& value, Path const& path) const {
    switch (shape.kind) {
      case Kind::boolean: return boolean(object, value, shape, path);
      case Kind::integer: return integer(object, value, shape, path);
      case Kind::text: return text(object, value, shape, path);
      case Kind::guid: return guid(object, value, shape, path);
      case Kind::enumeration: return enumeration(object, value, shape, path);
      case Kind::optional: return value.is_null() ? Result<>{} : any(*shape.element, shape.append(object), value, path);
      case Kind::array: return array(object, value, shape, path);
      case Kind::structure: return structure(object, value, shape, path);
      case Kind::document: return document(object, value, shape, path);
    }
    return wrong(shape, value, path);
  }

 private:
  static std::unexpected<Error> wrong(Shape const& shape, json::value const& value, Path const& path) {
    return fail(Errc::invalid_parameter, path.text(), "expected " + what_is_expected(shape) + ", got " + what_came(value));
  }

  static Result<> boolean(void* object, json::value const& value, Shape const& shape, Path const& path) {
    if (!value.is_bool()) return wrong(shape, value, path);
    *static_cast<bool*>(object) = value.get_bool();
    return {};
  }
  static Result<> integer(void* object, json::value const& value, Shape const& shape, Path const& path) {
    if (!value.is_int64()) return wrong(shape, value, path);
    *static_cast<std::int64_t*>(object) = value.get_int64();
    return {};
  }
  static Result<> text(void* object, json::value const& value, Shape const& shape, Path const& path) {
    if (!value.is_string()) return wrong(shape, value, path);
    if (!is_utf8(value.get_string())) return fail(Errc::invalid_parameter, path.text(), "expected text in valid UTF-8");
    *static_cast<std::string*>(object) = private_text::without_marks(value.get_string());
    return {};
  }
  Result<> guid(void* object, json::value const& value, Shape const& shape, Path const& path) const {
    if (!value.is_string()) return wrong(shape, value, path);
    std::string_view const given = value.get_string();
    auto const parsed = given.empty() ? Guid{} : Guid::parse(given);
    if (!parsed || (strict_ && !given.empty() && parsed->text() != given)) return wrong(shape, value, path);
    *static_cast<Guid*>(object) = *parsed;
    return {};
  }
  Result<> enumeration(void* object, json::value const& value, Shape const& shape, Path const& path) const {
    if (!value.is_string()) return wrong(shape, value, path);
    std::string_view const given = value.get_string();
    for (auto const& w : shape.words)
      if (w.word == given) return shape.set_number(object, w.number), Result<>{};
    for (auto const& w : shape.words)
      if (!strict_ && w.word == "unknown") return shape.set_number(object, w.number), Result<>{};
    return wrong(shape, value, path);
  }
  Result<> array(void* object, json::value const& value, Shape const& shape, Path const& path) const {
    if (!value.is_array()) return wrong(shape, value, path);
    std::size_t index = 0;
    for (auto const& element : value.get_array())
      RSM_CHECK(any(*shape.element, shape.append(object), element, Path{&path, {}, index++, true}));
    return {};
  }
  Result<> structure(void* object, json::value const& value, Shape const& shape, Path const& path) const {
    if (!value.is_object()) return wrong(shape, value, path);
    auto const& members = value.get_object();
    std::size_t known = 0;
    for (auto const& m : shape.members) {
      Path const at{&path, m.name};
      auto const* given = member_of(members, m.name, known);
      if (given == nullptr && !m.shape->may_be_absent())
        return fail(Errc::invalid_parameter, at.text(), "missing: expected " + what_is_expected(*m.shape));
      if (given == nullptr) continue;
      ++known;
      RSM_CHECK(any(*m.shape, m.in(object), *given, at));
    }
    if (strict_ && known != members.size()) return unknown_member(members, shape, path);
    return {};
  }
  // The other side writes members in the order in which they are described, so this one is where the last one ended.
  static json::value const* member_of(json::object const& members, std::string_view name, std::size_t likely_at) {
    bool const there = likely_at < members.size() && std::string_view((members.begin() + likely_at)->key()) == name;
    return there ? &(members.begin() + likely_at)->value() : members.if_contains(name);
  }
  static Result<> unknown_member(json::object const& members, Shape const& shape, Path const& path) {
    std::vector<std::string_view> names;
    for (auto const& m : shape.members) names.push_back(m.name);
    for (auto const& [key, value] : members) {
      std::string_view const name = key;
      if (shape.find(name) != nullptr) continue;
      std::string const shown = shortened(name, shown_bytes_max);
      std::string detail = "unknown member";
      if (auto const near = nearest(name, names); !near.empty()) detail += ": did you mean \"" + std::string(near) + "\"?";
      return fail(Errc::invalid_parameter, Path{&path, shown}.text(), std::move(detail));
    }
    return {};
  }
  static Result<> document(void* object, json::value const& value, Shape const& shape, Path const& path) {
    if (!value.is_object()) return wrong(shape, value, path);
    *static_cast<std::string*>(object) = json_text(value);
    return {};
  }

  bool strict_;
};

json::value encode_structure(Shape const& shape, void const* object) {
  json::object out;
  out.reserve(shape.members.size());
  for (auto const& m : shape.members) {
    void const* member = shape.member(m, object);
    bool const absent = m.shape->kind == Kind::optional && m.shape->size(member) == 0;
    if (absent && m.shape->element->kind != Kind::integer) continue;
    out.emplace(m.name, encode_from(*m.shape, member));
  }
  return out;
}

json::value encode_array(Shape const& shape, void const* object) {
  json::array out;
  std::size_t const size = shape.size(object);
  out.reserve(size);
  for (std::size_t i = 0; i < size; ++i) out.push_back(encode_from(*shape.element, shape.at(object, i)));
  return out;
}

void structure_text(Shape const& shape, void const* object, private_text::Reader const& reader, std::string& out) {
  char before = '{';
  for (auto const& m : shape.members) {
    void const* member = shape.member(m, object);
    bool const absent = m.shape->kind == Kind::optional && m.shape->size(member) == 0;
    if (absent && m.shape->element->kind != Kind::integer) continue;
    (out += before) += '"';
    out.append(m.name).append("\":");
    encode_text(*m.shape, member, reader, out);
    before = ',';
  }
  if (before == '{') out += '{';
  out += '}';
}

void array_text(Shape const& shape, void const* object, private_text::Reader const& reader, std::string& out) {
  std::size_t const size = shape.size(object);
  out += '[';
  for (std::size_t i = 0; i < size; ++i) {
    if (i > 0) out += ',';
    encode_text(*shape.element, shape.at(object, i), reader, out);
  }
  out += ']';
}

void integer_text(std::int64_t value, std::string& out) {
  char digits[20];
  auto const end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

std::size_t text_bytes(std::string_view text) {
  std::size_t bytes = text.size() + 2;
  for (unsigned char c : text)
    if (c < 0x20 || c == '"' || c == '\\' || c >= 0x7F) bytes += 5;
  return bytes;
}

}  // namespace

Result<> decode_into(Shape const& shape, void* object, json::value const& value, Strictness strictness, std::string_view path) {
  return Decoder(strictness).any(shape, object, value, Path{nullptr, path});
}

json::value encode_from(Shape const& shape, void const* object) {
  switch (shape.kind) {
    case Kind::boolean: return *static_cast<bool const*>(object);
    case Kind::integer: return *static_cast<std::int64_t const*>(object);
    case Kind::text: return json::string(valid_utf8(*static_cast<std::string const*>(object)));
    case Kind::guid: {
      auto const& guid = *static_cast<Guid const*>(object);
      return json::string(guid.is_zero() ? std::string() : guid.text());
    }
    case Kind::enumeration: {
      auto const* w = shape.word_of(shape.number(object));
      return json::string(w == nullptr ? "unknown" : w->word);
    }
    case Kind::optional: return shape.size(object) == 0 ? json::value(nullptr) : encode_from(*shape.element, shape.at(object, 0));
    case Kind::array: return encode_array(shape, object);
    case Kind::structure: return encode_structure(shape, object);
    case Kind::document: {
      auto parsed = parse_json(*static_cast<std::string const*>(object));
      return parsed ? std::move(*parsed) : json::value(json::object());
    }
  }
  return nullptr;
}

void encode_text(Shape const& shape, void const* object, private_text::Reader const& reader, std::string& out) {
  switch (shape.kind) {
    case Kind::boolean: out += *static_cast<bool const*>(object) ? "true" : "false"; return;
    case Kind::integer: return integer_text(*static_cast<std::int64_t const*>(object), out);
    case Kind::text: {
      auto const& text = *static_cast<std::string const*>(object);
      return append_quoted(out, private_text::has_marks(text) ? private_text::show(text, reader) : text);
    }
    case Kind::guid: {
      auto const& guid = *static_cast<Guid const*>(object);
      out += '"';
      if (!guid.is_zero()) out += guid.text();
      out += '"';
      return;
    }
    case Kind::enumeration: {
      auto const* w = shape.word_of(shape.number(object));
      return append_quoted(out, w == nullptr ? "unknown" : w->word);
    }
    case Kind::optional:
      if (shape.size(object) == 0)
        out += "null";
      else
        encode_text(*shape.element, shape.at(object, 0), reader, out);
      return;
    case Kind::array: return array_text(shape, object, reader, out);
    case Kind::structure: return structure_text(shape, object, reader, out);
    case Kind::document: out += *static_cast<std::string const*>(object); return;  // JSON already: made once, and not taken apart again
  }
}

std::size_t encoded_bytes(Shape const& shape, void const* object) {
  constexpr std::size_t number_bytes = 20, guid_bytes = 38, word_bytes = 24;
  switch (shape.kind) {
    case Kind::boolean: return 5;
    case Kind::integer: return number_bytes;
    case Kind::text: return text_bytes(*static_cast<std::string const*>(object));
    case Kind::guid: return guid_bytes;
    case Kind::enumeration: return word_bytes;
    case Kind::optional: return shape.size(object) == 0 ? 4 : encoded_bytes(*shape.element, shape.at(object, 0));
    case Kind::array: {
      std::size_t bytes = 2;
      for (std::size_t i = 0; i < shape.size(object); ++i) bytes += 1 + encoded_bytes(*shape.element, shape.at(object, i));
      return bytes;
    }
    case Kind::structure: {
      std::size_t bytes = 2;
      for (auto const& m : shape.members) bytes += m.name.size() + 4 + encoded_bytes(*m.shape, shape.member(m, object));
      return bytes;
    }
    case Kind::document: return static_cast<std::string const*>(object)->size();
  }
  return 0;
}

}  // namespace rsm::wire
