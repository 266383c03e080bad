#include "api/protocol/openrpc.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "api/protocol/json_text.hpp"
#include "api/protocol/methods.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::wire {
namespace {

namespace json = boost::json;

constexpr std::string_view guid_pattern = "^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})?$";

json::object reference(std::string_view name) { return {{"$ref", "#/components/schemas/" + std::string(name)}}; }

json::object schema_of(Shape const& shape) {
  switch (shape.kind) {
    case Kind::boolean: return {{"type", "boolean"}};
    case Kind::integer: return {{"type", "integer"}, {"minimum", INT64_MIN}, {"maximum", INT64_MAX}};
    case Kind::text: return {{"type", "string"}};
    case Kind::guid: return {{"type", "string"}, {"pattern", guid_pattern}};
    case Kind::array: return {{"type", "array"}, {"items", schema_of(*shape.element)}};
    case Kind::optional: return {{"anyOf", json::array{schema_of(*shape.element), json::object{{"type", "null"}}}}};
    case Kind::document: return {{"type", "object"}};
    case Kind::enumeration:
    case Kind::structure: return reference(shape.name);
  }
  return {};
}

json::object enumeration_schema(Shape const& shape) {
  json::array words;
  json::object numbers;
  for (auto const& w : shape.words) {
    words.emplace_back(w.word);
    numbers[w.word] = w.number;
  }
  return {{"type", "string"}, {"enum", std::move(words)}, {"x-numbers", std::move(numbers)}};
}

json::object structure_schema(Shape const& shape, bool closed) {
  json::object properties;
  json::array required;
  for (auto const& m : shape.members) {
    properties[m.name] = schema_of(*m.shape);
    if (!m.shape->may_be_absent()) required.emplace_back(m.name);
  }
  json::object schema{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  if (closed) schema["additionalProperties"] = false;
  return schema;
}

bool is_params(Shape const& shape) {
  for (auto const& m : methods())
    if (m.params() == &shape) return true;
  return false;
}

json::object method_object(MethodInfo const& method) {
  json::array params;
  for (auto const& m : method.params()->members)
    params.push_back(json::object{{"name", m.name}, {"required", !m.shape->may_be_absent()}, {"schema", schema_of(*m.shape)}});
  return {{"name", method.name},
          {"summary", method.summary},
          {"paramStructure", "by-name"},
          {"params", std::move(params)},
          {"result", json::object{{"name", method.reply()->name}, {"schema", schema_of(*method.reply())}}}};
}

json::array errors() {
  json::array all;
  for (Errc const code : all_errors()) {
    if (code == Errc::success) continue;
    all.push_back(json::object{{"code", static_cast<int>(code)}, {"message", error_sentence(code)}, {"data", json::object{{"name", error_name(code)}}}});
  }
  return all;
}

json::object schemas() {
  json::object all;
  for (auto const* shape : all_enumerations()) all[shape->name] = enumeration_schema(*shape);
  for (auto const* shape : all_structures())
    if (shape->kind == Kind::structure) all[shape->name] = structure_schema(*shape, is_params(*shape));
  return all;
}

}  // namespace

std::string_view product_version() { return RSM_VERSION; }

json::value openrpc_document() {
  json::array all_methods;
  for (auto const& m : methods()) all_methods.push_back(method_object(m));
  json::object info{{"title", "OpenRSM"},
                    {"version", product_version()},
                    {"description", "Removable media libraries: JSON-RPC 2.0, one object a line, on a unix socket. See docs/protocol.md."}};
  return json::object{{"openrpc", "1.2.6"},
                      {"info", std::move(info)},
                      {"methods", std::move(all_methods)},
                      {"components", json::object{{"schemas", schemas()}}},
                      {"x-errors", errors()}};
}

std::string const& openrpc_text() {
  static std::string const text = json_text(openrpc_document());
  return text;
}

}  // namespace rsm::wire
