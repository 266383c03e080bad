// One client of the exporter: requests in, pages out, one after the other.
//
// What for: keeps a client inside its limits (HttpLimits), so that whoever stalls, floods or sends garbage hurts only itself. A request that
// cannot be read, is too large or brings a body gets its status where that is possible, and the connection ends. Requests that were
// sent ahead are answered in their order. Nothing is read while an answer is made or written.
// Thread rule: the loop only. Owned by a shared_ptr, which its reads and writes hold.
// Source: RFC 9112; Boost.Beast.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/exporter/daemon_source.hpp"
#include "api/exporter/limits.hpp"
#include "api/exporter/pages.hpp"

namespace rsm::exporter {

struct HttpLimits {
  Millis request = limits::exporter_request_limit;
  Millis write = limits::exporter_write_limit;
  Millis idle = limits::exporter_idle_limit;
  std::size_t header_bytes = limits::exporter_header_bytes_max;
  std::size_t pipeline_bytes = limits::exporter_pipeline_bytes_max;
  std::size_t connections = limits::exporter_connections_max;
};

class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;

  // `closed` is called once, when the connection has ended for whatever reason. References must outlive the session's connection.
  HttpSession(Socket socket, DaemonSource& daemon, HttpLimits const& limits, std::function<void(HttpSession&)> closed);
  void start() { wait_for_request(); }
  // No byte of a request is here and no answer is due.
  bool idle() const { return idle_; }
  void close();

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::empty_body>;

  void wait_for_request();
  void begin_request();
  void parse();
  void read_more(void (HttpSession::*then)());
  void refuse(boost::system::error_code why);
  void handle();
  void answer(Page const& page, bool head, bool keep_alive);
  // Past it the connection ends. One at a time: the new one replaces the old one.
  void limit(Millis time);
  void no_limit() { limit_.expires_at(boost::asio::steady_timer::time_point::max()); }

  Socket socket_;
  boost::asio::steady_timer limit_;
  DaemonSource& daemon_;
  HttpLimits const& limits_;
  std::function<void(HttpSession&)> closed_;
  std::string in_;   // received and not parsed yet
  std::string out_;  // on its way
  std::optional<Parser> parser_;
  unsigned version_ = 11;
  bool idle_ = false;
};

}  // namespace rsm::exporter
