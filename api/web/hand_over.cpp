#include "api/web/hand_over.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "api/protocol/json_text.hpp"
#include "api/web/limits.hpp"

namespace rsm::web {
namespace {

namespace json = boost::json;

std::unexpected<Error> nonsense(std::string const& why) { return fail(Errc::bad_format, "login", why); }

Result<json::object> object_in(std::string_view text) {
  if (text.size() > limits::hand_over_bytes_max) return nonsense("the message is too long");
  auto parsed = wire::parse_json(text);
  if (!parsed) return nonsense("it is no JSON");
  if (!parsed->is_object()) return nonsense("expected an object");
  return std::move(parsed->get_object());
}

// A number from 0 on that a member has; nothing: it is not there.
Result<std::optional<std::int64_t>> number_in(json::object const& object, std::string_view name) {
  auto const* value = object.if_contains(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (!value->is_int64() || value->get_int64() < 0) return nonsense("expected a number: " + std::string(name));
  return value->get_int64();
}

Result<bool> flag_in(json::object const& object, std::string_view name) {
  auto const* value = object.if_contains(name);
  if (value == nullptr) return false;
  if (!value->is_bool()) return nonsense("expected true or false: " + std::string(name));
  return value->get_bool();
}

std::string text_in(json::object const& object, std::string_view name) {
  auto const* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

std::string text_of(HandOver const& message) {
  json::object out{{"do", message.logout ? "logout" : "login"}};
  if (message.view_only) out["view"] = true;
  if (message.life) out["life_ms"] = message.life->count();
  return json::serialize(out);
}

Result<HandOver> parse_hand_over(std::string_view text) {
  RSM_TRY(auto const object, object_in(text));
  HandOver message;
  auto const what = text_in(object, "do");
  if (what != "login" && what != "logout") return nonsense("expected login or logout");
  message.logout = what == "logout";
  RSM_TRY(message.view_only, flag_in(object, "view"));
  RSM_TRY(auto const life, number_in(object, "life_ms"));
  if (life) message.life = Millis{*life};
  return message;
}

std::string text_of(Result<HandOverReply> const& reply) {
  if (!reply) return json::serialize(json::object{{"error", static_cast<std::int64_t>(reply.error().code)}, {"object", reply.error().object}, {"detail", reply.error().detail}});
  return json::serialize(json::object{{"link", reply->link}, {"ended", reply->ended}, {"life_ms", reply->life.count()}});
}

Result<HandOverReply> parse_hand_over_reply(std::string_view text) {
  RSM_TRY(auto const object, object_in(text));
  RSM_TRY(auto const error, number_in(object, "error"));
  if (error) return fail(static_cast<Errc>(*error), text_in(object, "object"), text_in(object, "detail"));
  HandOverReply reply;
  reply.link = text_in(object, "link");
  RSM_TRY(auto const ended, number_in(object, "ended"));
  RSM_TRY(auto const life, number_in(object, "life_ms"));
  reply.ended = ended.value_or(0), reply.life = Millis{life.value_or(0)};
  return reply;
}

}  // namespace rsm::web
