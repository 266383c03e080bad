// Requests and responses as values, and whoever answers them.
//
// What for: a program that serves HTTP is one Handler; sockets, parsing and limits are the server's (server.hpp). A handler answers each request exactly
// once, at once or later, on the loop. Field names are compared without regard to case. Thread rule: values; a handler is called on the loop.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace rsm::http {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;  // "GET"
  std::string target;  // "/metrics?x=1"
  Fields fields;
  std::string body;
  // The value of the field; empty: none. `times`: how often it is there.
  std::string_view field(std::string_view name) const;
  std::size_t times(std::string_view name) const;
};

struct Response {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  Fields fields;  // more of them
};
using Respond = std::move_only_function<void(Response)>;

// A WebSocket that a client has opened, as whoever talks to it sees it.
class WebSocket {
 public:
  virtual ~WebSocket() = default;
  // Text that goes out in order; many clients may be sent the same one. A client with more unread than Limits::socket_unsent_bytes is cut off.
  virtual void send(std::shared_ptr<std::string const> text) = 0;
  // Ends it, with a sentence for the client of at most 120 bytes.
  virtual void close(std::string const& why) = 0;
};
// Told of what comes, on the loop. After closed() nothing more.
class WebSocketUser {
 public:
  virtual ~WebSocketUser() = default;
  virtual void opened(std::shared_ptr<WebSocket> socket) = 0;
  virtual void received(std::string text) = 0;
  virtual void closed() = 0;
};

class Handler {
 public:
  virtual ~Handler() = default;
  virtual void handle(Request request, Respond respond) = 0;
  // A client asks for a WebSocket: who talks to it, or a response that refuses.
  virtual std::variant<std::shared_ptr<WebSocketUser>, Response> upgrade(Request const& request);
};

}  // namespace rsm::http
