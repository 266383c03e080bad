// The unix socket of the service: accepts clients, keeps the number of their connections within limits.
//
// What for: a socket that a daemon still answers on is refused (already_exists, 183), one that a dead daemon left is removed. Who
// may connect is decided by `mode` and by who may reach the folder; who may control, by peer credentials (decision 26).
// A connection over a limit gets an error line (busy, 170), is given a moment to read it, and is closed; so does one that comes when the process
// has no descriptor left. Some connections are kept for administrators: whatever other users do, somebody who can put an end to it gets in.
// Thread rule: the loop only; destroyed before its io_context.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/protocol/limits.hpp"
#include "api/server/dispatcher.hpp"

namespace boost::asio {
class io_context;
}

namespace rsm::server {

struct ConnectionLimits;

struct ListenerSettings {
  std::string path;
  unsigned mode = 0666;
  std::string admin_group;  // empty or unknown: none
  std::size_t connections_per_uid = limits::connections_per_uid_max;
  std::size_t connections_total = limits::connections_total_max;
  std::size_t connections_reserved = limits::connections_reserved;  // of connections_total, for administrators
};

class Listener {
 public:
  Listener(boost::asio::io_context& io, Dispatcher& dispatcher, Log& log, ListenerSettings settings);
  Listener(boost::asio::io_context& io, Dispatcher& dispatcher, Log& log, ListenerSettings settings, ConnectionLimits const& connection);
  ~Listener();  // as stop()
  Listener(Listener const&) = delete;
  Listener& operator=(Listener const&) = delete;

  // Listens. Errors: already_exists (183), access_denied (5), invalid_parameter (87) for a path that is too long or is no socket.
  Result<> start();
  // Takes no more clients, closes all connections, removes the socket.
  void stop();
  std::size_t connections() const;

 private:
  struct Inside;
  std::shared_ptr<Inside> inside_;
};

}  // namespace rsm::server
