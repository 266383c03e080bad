// A WebSocket over a connection on which its upgrade was asked for (RFC 6455, by Boost.Beast).
//
// What for: text in both directions, bounded: a message from a client has at most Limits::socket_message_bytes, what a client does not read at most
// Limits::socket_unsent_bytes; a client that goes over either, or that is silent for limits::socket_silence_max, is cut off. No compression.
// Thread rule: the loop only. Owned by a shared_ptr, which its reads and writes hold.
#pragma once

#include <functional>
#include <memory>

#include "api/http/message.hpp"
#include "api/http/session.hpp"

namespace rsm::http {

// Answers the upgrade and goes on until either side ends it; `closed` is called once, then. Gives what ends it at once.
std::function<void()> open_web_socket(Session::Socket socket, Session::UpgradeRequest request, std::shared_ptr<WebSocketUser> user, ServerOptions const& options, std::function<void()> closed);

}  // namespace rsm::http
