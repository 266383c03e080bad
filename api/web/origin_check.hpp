// Which requests come from our own page, and which from somebody else's.
//
// What for: a page of another site can make a browser send requests here, and a name that leads to this machine (DNS rebinding) can make them look
// as if they were our own. So every request has to name a host that is ours; what changes something, and every WebSocket, has to come from
// our own page, whose origin is compared as a whole. Errors: the status and a sentence that says what came and what is allowed.
// Thread rule: pure functions. Source: RFC 6454 section 7; RFC 9110 sections 7.2 and 15.5.20.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/http/message.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::web {

// "https://tapes.example.org": scheme, host in small letters, a port unless it is the usual one. invalid_parameter (87) for anything else.
Result<std::string> parse_origin(std::string_view text);

struct Refusal {
  unsigned status = 403;
  std::string sentence;
  friend bool operator==(Refusal const&, Refusal const&) = default;
};

// `origins`: those of --origin, as parse_origin gives them.
// 421: the host is not ours.
std::optional<Refusal> check_host(http::Request const& request, std::vector<std::string> const& origins);
// The same, and 403: it does not come from our own page.
std::optional<Refusal> check_origin(http::Request const& request, std::vector<std::string> const& origins);
// The same, and 415: it is no JSON; 403: it lacks the field that no form can send.
std::optional<Refusal> check_post(http::Request const& request, std::vector<std::string> const& origins);
// Behind a web server with TLS a cookie is not to travel without it.
bool came_by_tls(http::Request const& request);

}  // namespace rsm::web
