#include "api/client/resend.hpp"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "api/client/limits.hpp"
#include "api/protocol/methods.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::client {
namespace {

namespace json = boost::json;

bool only_reads(std::string_view method) {
  constexpr std::array<std::string_view, 18> whole{"hello",       "rsm.describe", "status",          "object.enumerate",
                                                   "object.type", "request.wait", "request.explain", "volume.of_drive",
                                                   "event.read",  "catalog.check", "metrics.read",    "event.stop", "opreq.wait", "request.order",
                                                   "plan.read",   "library.timing", "history.advise", "medium.search"};
  return method.ends_with(".list") || method.ends_with(".get") || std::ranges::find(whole, method) != whole.end();
}

bool carries_key(std::string_view method, json::object const& params) {
  auto const* info = wire::find_method(method);
  if (info == nullptr || info->params()->find("key") == nullptr) return false;
  auto const* key = params.if_contains("key");
  return key != nullptr && key->is_string() && !key->get_string().empty();
}

}  // namespace

bool may_be_sent_again(std::string_view method, json::object const& params) {
  auto const given = [&params](std::string_view name) {
    auto const* value = params.if_contains(name);
    return value != nullptr && !value->is_null();
  };
  if (method == "event.read") return given("cursor") || !given("wait_ms");
  return only_reads(method) || carries_key(method, params);
}

bool lacks_key(std::string_view method, json::object const& params) {
  auto const* info = wire::find_method(method);
  auto const* key = info == nullptr ? nullptr : info->params()->find("key");
  return key != nullptr && key->shape->may_be_absent() && !params.contains("key");
}

Millis usual_limit(std::string_view method) {
  bool const waits = method == "mount.run" || method == "logical_medium.allocate" || method == "request.wait" || method == "opreq.wait" || method == "event.read";
  return waits ? limits::wait_max : limits::client_call_limit;
}

}  // namespace rsm::client
