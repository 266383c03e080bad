#include "api/http/message.hpp"

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>

namespace rsm::http {

std::string_view Request::field(std::string_view name) const {
  auto const found = std::ranges::find_if(fields, [&](auto const& one) { return boost::algorithm::iequals(one.first, name); });
  return found == fields.end() ? std::string_view() : std::string_view(found->second);
}

std::size_t Request::times(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count_if(fields, [&](auto const& one) { return boost::algorithm::iequals(one.first, name); }));
}

std::variant<std::shared_ptr<WebSocketUser>, Response> Handler::upgrade(Request const&) { return Response{.status = 404, .body = "There is no WebSocket here.\n"}; }

}  // namespace rsm::http
