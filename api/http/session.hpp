// One client: requests in, responses out, one after the other, until it goes, or becomes a WebSocket.
//
// What for: keeps a client inside its limits (Limits), so that whoever stalls, floods or sends garbage hurts only itself. A request that
// cannot be read, or is too large gets its status where that is possible, and the connection ends. Requests that were
// sent ahead are answered in their order. Nothing is read while an answer is made or written.
// Thread rule: the loop only. Owned by a shared_ptr, which its reads and writes hold.
// Source: RFC 9112; Boost.Beast.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/http/limits.hpp"
#include "api/http/message.hpp"

namespace rsm::http {

struct Limits {
  Millis request = limits::request_limit;
  Millis write = limits::write_limit;
  Millis idle = limits::idle_limit;
  std::size_t header_bytes = limits::header_bytes_max;
  std::size_t pipeline_bytes = limits::pipeline_bytes_max;
  std::size_t connections = limits::connections_max;
  std::size_t body_bytes = 0;  // 0: no request may bring one
  std::size_t socket_message_bytes = limits::socket_message_bytes_max;
  std::size_t socket_unsent_bytes = limits::socket_unsent_bytes_max;
};
struct ServerOptions {
  std::string name = "openrsm";  // of the field Server
  Limits limits;
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;

  using UpgradeRequest = boost::beast::http::request<boost::beast::http::string_body>;
  using Upgraded = std::function<void(Socket, UpgradeRequest, std::shared_ptr<WebSocketUser>)>;

  // `closed` is called once, when the connection has ended for whatever reason, also as it becomes a WebSocket: then `upgraded` is called before.
  // References must outlive the session's connection.
  Session(Socket socket, Handler& handler, ServerOptions const& options, std::function<void(Session&)> closed, Upgraded upgraded);
  void start() { wait_for_request(); }
  // No byte of a request is here and no answer is due.
  bool idle() const { return idle_; }
  void close();

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  void wait_for_request();
  void begin_request();
  void parse();
  void read_more(void (Session::*then)());
  void refuse(boost::system::error_code why);
  void handle();
  void upgrade(Request const& request, bool keep_alive);
  void answer(Response const& response, bool head, bool keep_alive);
  // Past it the connection ends. One at a time: the new one replaces the old one.
  void limit(Millis time);
  void no_limit() { limit_.expires_at(boost::asio::steady_timer::time_point::max()); }

  Socket socket_;
  boost::asio::steady_timer limit_;
  Handler& handler_;
  ServerOptions const& options_;
  std::function<void(Session&)> closed_;
  Upgraded upgraded_;
  std::string in_;   // received and not parsed yet
  std::string out_;  // on its way
  std::optional<Parser> parser_;
  unsigned version_ = 11;
  bool idle_ = false;
};

}  // namespace rsm::http
