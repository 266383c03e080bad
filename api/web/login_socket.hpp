// The socket over which people hand their connections to the service over to the console.
//
// What for: `rsm web login` connects to the service as whoever runs it and passes that connection on; the service goes on to see that person at it
// (SO_PEERCRED is of who connected), so nobody gets a right by the console. A unix socket of messages (SOCK_SEQPACKET), open to everybody: who may
// connect to the service is the service's to say. At most limits::hand_overs_max at a time, each for limits::hand_over_limit.
// Errors: already_exists (183) another console listens there; access_denied (5). Thread rule: the loop only, but hand_over() and is_service().
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "api/web/descriptor.hpp"
#include "api/web/hand_over.hpp"

namespace boost::asio {
class io_context;
}

namespace rsm::web {

struct Passed {
  HandOver message;
  std::uint32_t uid = 0;  // of who passes it
  Descriptor connection;  // may be none
};

class LoginSocket {
 public:
  using Answer = std::move_only_function<void(Result<HandOverReply>)>;
  using Taken = std::function<void(Passed, Answer)>;

  // `taken` answers once, at once or later, on the loop.
  LoginSocket(boost::asio::io_context& loop, Taken taken);
  ~LoginSocket();  // removes the socket's file
  Result<> listen(std::string const& path);

 private:
  struct Inside;
  std::shared_ptr<Inside> inside_;
};

// The other side of it; waits for the answer, at most half a minute.
Result<HandOverReply> hand_over(std::string const& path, HandOver const& message, Descriptor connection);
// A connection to a unix socket. Errors: not_ready (21) nobody listens there; access_denied (5).
Result<Descriptor> connect_to(std::string const& path, int type);
// Whether the other end of this connection is who listens at `socket`: the same address, and the same process.
Result<> is_service(int connection, std::string const& socket);

}  // namespace rsm::web
