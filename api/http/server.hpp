// A listening socket that serves HTTP: TCP on one address, or a unix socket.
//
// What for: accepts clients up to Limits::connections; one more takes the place of the one that has been idle longest, and is closed at once
// when none is idle. A socket file that nobody listens on any more is removed; one that somebody answers on is refused.
// Errors: already_exists (183) the address is in use; access_denied (5); invalid_parameter (87) the file there is no socket.
// Thread rule: the loop only; destroyed before the io_context and the handler.
#pragma once

#include <memory>
#include <string>

#include "api/http/endpoint.hpp"
#include "api/http/session.hpp"

namespace rsm::http {

class Server {
 public:
  Server(boost::asio::io_context& loop, Handler& handler, ServerOptions options = {});
  ~Server();  // closes all connections, removes the socket file

  // Listens. Gives where: "http://127.0.0.1:9847/" or "unix:/path", with the port that the system chose.
  Result<std::string> listen(Endpoint const& endpoint);
  std::size_t connections() const;

 private:
  struct Inside;
  std::shared_ptr<Inside> inside_;
};

}  // namespace rsm::http
