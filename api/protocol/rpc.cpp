#include "api/protocol/rpc.hpp"

#include <algorithm>
#include <boost/json/object.hpp>

#include "api/protocol/json_text.hpp"

namespace rsm::wire {
namespace {

namespace json = boost::json;

json::value id_value(std::optional<CallId> const& id) {
  if (!id) return nullptr;
  if (auto const* n = std::get_if<std::int64_t>(&*id)) return *n;
  return json::string(std::get<std::string>(*id));
}

std::optional<CallId> id_of(json::object const& object) {
  auto const* id = object.if_contains("id");
  if (id == nullptr) return std::nullopt;
  if (id->is_int64()) return CallId{id->get_int64()};
  if (id->is_string() && id->get_string().size() <= call_id_bytes_max) return CallId{std::string(std::string_view(id->get_string()))};
  return std::nullopt;
}

std::unexpected<BadCall> refuse(std::optional<CallId> id, std::string object, std::string detail) {
  return std::unexpected(
      BadCall{std::move(id), rpc_code::no_request, Error{Errc::invalid_parameter, std::move(object), std::move(detail)}});
}

std::string line_of(json::value const& value) {
  std::string line = json_text(value);
  line += '\n';
  return line;
}

std::string error_line(std::optional<CallId> const& id, std::int64_t code, Error const& error) {
  json::object data{{"name", error_name(error.code)}, {"object", error.object}, {"detail", error.detail}};
  json::object body{{"code", code}, {"message", error_sentence(error.code)}, {"data", std::move(data)}};
  return line_of(json::object{{"jsonrpc", "2.0"}, {"id", id_value(id)}, {"error", std::move(body)}});
}

std::string text_member(json::object const& object, std::string_view name) {
  auto const* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(std::string_view(value->get_string())) : std::string();
}

Errc code_of(std::int64_t code) {
  if (code == rpc_code::no_json) return Errc::bad_format;
  if (code == rpc_code::no_such_method) return Errc::call_not_implemented;
  if (code == rpc_code::internal) return Errc::internal_error;
  if (code <= 0 || code > UINT32_MAX) return Errc::invalid_parameter;
  return static_cast<Errc>(static_cast<std::uint32_t>(code));  // a number that this version does not know stays what it is
}

Error error_of(json::value const& value) {
  if (!value.is_object()) return {Errc::bad_format, "error", "the server's error is no object"};
  auto const& body = value.get_object();
  auto const* code = body.if_contains("code");
  if (code == nullptr || !code->is_int64()) return {Errc::bad_format, "error.code", "the server's error has no number"};
  Error error{code_of(code->get_int64()), {}, {}};
  auto const* data = body.if_contains("data");
  if (data != nullptr && data->is_object()) {
    error.object = text_member(data->get_object(), "object");
    error.detail = text_member(data->get_object(), "detail");
  }
  return error;
}

}  // namespace

std::expected<Call, BadCall> parse_call(std::string_view line) {
  auto parsed = parse_json(line);
  if (!parsed) return std::unexpected(BadCall{std::nullopt, rpc_code::no_json, std::move(parsed).error()});
  if (parsed->is_array()) return refuse(std::nullopt, {}, "batches are not supported: send one object a line");
  if (!parsed->is_object()) return refuse(std::nullopt, {}, "expected a JSON-RPC request object");
  auto& object = parsed->get_object();
  auto const id = id_of(object);
  for (auto const& [name, value] : object)
    if (name != "jsonrpc" && name != "id" && name != "method" && name != "params")
      return refuse(id, shortened(name, call_id_bytes_max), "unknown member of the request; known are jsonrpc, id, method, params");
  if (text_member(object, "jsonrpc") != "2.0") return refuse(id, "jsonrpc", "expected \"2.0\"");
  if (!object.contains("id")) return refuse(id, "id", "missing: calls without an answer (notifications) are not supported");
  if (!id) return refuse(id, "id", "expected a whole number of 64 bits, or a text of at most 128 bytes");
  auto const* method = object.if_contains("method");
  if (method == nullptr || !method->is_string()) return refuse(id, "method", "expected the name of a method");
  Call call{*id, text_member(object, "method"), json::object()};
  if (auto* params = object.if_contains("params")) call.params = std::move(*params);
  return call;
}

std::optional<PlainCall> plain_call(std::string_view line) {
  constexpr std::string_view before = R"({"jsonrpc":"2.0","id":)", between = R"(,"method":")", after = R"(","params":{}})", without = R"("})";
  constexpr std::size_t digits_max = 18;  // of a number that has 64 bits, whatever it is
  if (!line.starts_with(before)) return std::nullopt;
  line.remove_prefix(before.size());
  auto const digits = std::min(line.find_first_not_of("0123456789"), line.size());
  bool const number = digits >= 1 && digits <= digits_max && (digits == 1 || line.front() != '0');
  PlainCall call{line.substr(0, digits), {}};
  if (!number || !line.substr(digits).starts_with(between)) return std::nullopt;
  line.remove_prefix(digits + between.size());
  auto const letters = line.find_first_not_of("abcdefghijklmnopqrstuvwxyz._");
  call.method = line.substr(0, letters);
  if (letters == 0 || letters == std::string_view::npos || (line.substr(letters) != after && line.substr(letters) != without)) return std::nullopt;
  return call;
}

Result<Answer> parse_answer(std::string_view line) {
  RSM_TRY(auto parsed, parse_json(line));
  if (!parsed.is_object()) return fail(Errc::bad_format, {}, "the server's line is no JSON-RPC answer");
  auto& object = parsed.get_object();
  auto* result = object.if_contains("result");
  auto const* error = object.if_contains("error");
  if ((result == nullptr) == (error == nullptr)) return fail(Errc::bad_format, {}, "the answer has neither result nor error, or both");
  if (error != nullptr) return Answer{id_of(object), std::unexpected(error_of(*error))};
  return Answer{id_of(object), std::move(*result)};
}

std::string call_line(CallId const& id, std::string_view method, json::value params) {
  return line_of(json::object{{"jsonrpc", "2.0"}, {"id", id_value(id)}, {"method", method}, {"params", std::move(params)}});
}

std::string reply_line(CallId const& id, json::value result) {
  return line_of(json::object{{"jsonrpc", "2.0"}, {"id", id_value(id)}, {"result", std::move(result)}});
}

std::string reply_beginning_of_text(std::string_view id) {
  constexpr std::string_view before = R"({"jsonrpc":"2.0","id":)", after = R"(,"result":)";
  std::string line;
  line.reserve(before.size() + id.size() + after.size());
  line.append(before).append(id).append(after);
  return line;
}

std::string reply_beginning(CallId const& id) {
  if (auto const* n = std::get_if<std::int64_t>(&id)) return reply_beginning_of_text(std::to_string(*n));
  std::string quoted;
  append_quoted(quoted, std::get<std::string>(id));
  return reply_beginning_of_text(quoted);
}

std::string reply_ending(std::string result) { return std::move(result += "}\n"); }

std::string reply_line_of_text(CallId const& id, std::string_view result) {
  std::string line = reply_beginning(id);
  line.reserve(line.size() + result.size() + 2);
  line.append(result).append("}\n");
  return line;
}

std::string error_line(std::optional<CallId> const& id, Error const& error) {
  auto const code = error.code == Errc::internal_error ? rpc_code::internal : static_cast<std::int64_t>(error.code);
  return error_line(id, code, error);
}

std::string error_line(BadCall const& bad) { return error_line(bad.id, bad.code, bad.error); }

}  // namespace rsm::wire
