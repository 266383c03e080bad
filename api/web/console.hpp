// What the web console answers: the page, signing in and out, calls of the service, and the WebSocket of each tab.
//
// What for: every request is checked for where it comes from (origin_check), then for whom its cookie stands (sign_in); what is asked of the service is asked
// over that person's own connection, so the service decides what it may. One Watcher looks at the service for all.
// Thread rule: the loop only, but the Watcher's word, which comes from its thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/http/message.hpp"
#include "api/web/login_socket.hpp"
#include "api/web/sign_in.hpp"

namespace boost::asio {
class io_context;
}

namespace rsm::web {

struct ConsoleOptions {
  std::string socket;                // of the service; empty: the usual one
  std::vector<std::string> origins;  // that it is called by, as parse_origin gives them
  std::string instance;              // of the cookie's name: letters and digits
  std::string base;                  // "http://127.0.0.1:9848/": what links begin with
};

class Console final : public http::Handler {
 public:
  Console(boost::asio::io_context& loop, ConsoleOptions options);
  ~Console() override;

  void set_base(std::string base);
  void handle(http::Request request, http::Respond respond) override;
  std::variant<std::shared_ptr<http::WebSocketUser>, http::Response> upgrade(http::Request const& request) override;

  // Somebody logs in or out from a command line.
  void take(Passed passed, LoginSocket::Answer answer);
  // A link for whoever runs this program: on a connection of its own. The service has to be there.
  Result<std::string> own_link();

 private:
  struct Inside;
  std::shared_ptr<Inside> inside_;
};

}  // namespace rsm::web
