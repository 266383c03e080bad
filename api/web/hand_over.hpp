// What `rsm web login` and `rsm web logout` say to the console, and what it answers.
//
// What for: one message in each direction over the console's own socket (SOCK_SEQPACKET): words of JSON, and beside the first one the descriptor of a
// connection to the service, made by whoever logs in. The console knows from the socket who that is. Messages come from anybody on the machine.
// Errors: bad_format (11) with what is wrong. Thread rule: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libmgr/domain/error.hpp"
#include "libmgr/domain/time.hpp"

namespace rsm::web {

struct HandOver {
  bool logout = false;       // ends the sessions of whoever says it; otherwise: log in
  bool view_only = false;
  std::optional<Millis> life;
  friend bool operator==(HandOver const&, HandOver const&) = default;
};
std::string text_of(HandOver const& message);
Result<HandOver> parse_hand_over(std::string_view text);

// What became of it: the link, or how many sessions have ended.
struct HandOverReply {
  std::string link;
  std::int64_t ended = 0;
  Millis life{0};
  friend bool operator==(HandOverReply const&, HandOverReply const&) = default;
};
std::string text_of(Result<HandOverReply> const& reply);
Result<HandOverReply> parse_hand_over_reply(std::string_view text);

}  // namespace rsm::web
