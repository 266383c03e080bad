#include "cli/rsm/view/json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "api/protocol/codec.hpp"
#include "api/protocol/json_text.hpp"

namespace rsm::cli {
namespace {

namespace json = boost::json;

void write(json::value const& value, std::string const& indent, std::string& out);

std::string quoted(std::string_view text) {
  std::string out;
  wire::append_quoted(out, text);
  return out;
}

void write_array(json::array const& array, std::string const& indent, std::string& out) {
  if (array.empty()) {
    out += "[]";
    return;
  }
  std::string const inner = indent + "  ";
  char const* comma = "[\n";
  for (auto const& item : array) {
    out += comma + inner;
    write(item, inner, out);
    comma = ",\n";
  }
  out += "\n" + indent + "]";
}

void write_members(json::object const& object, std::string const& indent, std::string& out) {
  if (object.empty()) {
    out += "{}";
    return;
  }
  std::string const inner = indent + "  ";
  char const* comma = "{\n";
  for (auto const& member : object) {
    out += comma + inner + quoted(member.key()) + ": ";
    write(member.value(), inner, out);
    comma = ",\n";
  }
  out += "\n" + indent + "}";
}

void write(json::value const& value, std::string const& indent, std::string& out) {
  if (auto const* array = value.if_array()) return write_array(*array, indent, out);
  if (auto const* object = value.if_object()) return write_members(*object, indent, out);
  wire::append_json(out, value);
}

std::string indented(std::string const& text) {
  std::string out;
  for (char c : text) {
    out += c;
    if (c == '\n') out += "  ";
  }
  return out;
}

}  // namespace

std::string json_object(wire::Shape const& shape, void const* object) {
  std::string out;
  write(wire::encode_from(shape, object), "", out);
  return out;
}

std::string json_line(wire::Shape const& shape, void const* object) { return wire::json_text(wire::encode_from(shape, object)); }

std::string json_array(std::vector<std::string> const& objects) {
  if (objects.empty()) return "[]";
  std::string out;
  char const* comma = "[\n  ";
  for (auto const& object : objects) {
    out += comma + indented(object);
    comma = ",\n  ";
  }
  return out + "\n]";
}

std::string pretty_json(std::string const& text) {
  json::error_code error;
  json::value const value = json::parse(text, error);
  if (error) return text;
  std::string out;
  write(value, "", out);
  return out;
}

}  // namespace rsm::cli
