// From a line to a handler and back.
//
// What for: every client's calls, whether they come from a socket or from the simulator. A line is parsed once, its method looked up
// in the table of methods.def, then checked in this order: hello said, session there (where the method needs one), service
// ready, parameters; the rest is the handler's. Each call is answered exactly once with one line, possibly from inside
// call(); a call that its handler forgot or that the core dropped is answered with ERROR_CANCELLED. What many ask for is composed once for each
// change (kept_answers.hpp); a call that may change something is a deed of the loop. An exception is an
// internal error: answered, logged once, and the service goes on.
// Thread rule: the loop only. Source: architecture decisions 4, 11, 20, 21 and 26.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "api/protocol/rpc.hpp"
#include "api/server/context.hpp"

namespace rsm::server {

class Dispatcher {
 public:
  using AnswerLine = std::move_only_function<void(wire::Line line)>;

  explicit Dispatcher(ServerContext context);
  ~Dispatcher();
  Dispatcher(Dispatcher const&) = delete;
  Dispatcher& operator=(Dispatcher const&) = delete;

  // `line` without its line feed; the peer is owned by a shared_ptr. False: the line was no JSON-RPC call.
  bool call(PeerState& peer, std::string_view line, AnswerLine answer);
  // Loop::only_looks(), of what runs now.
  void only_looks();
  // Whose call is next; shared by everything that works for users.
  Turns& turns();
  // What this user has under way; the same for all its peers.
  std::shared_ptr<UserShare> share_of(std::uint32_t uid);
  // The client writes no more: its session's grace time begins, its waits for events end.
  void leave(PeerState& peer);
  // The connection is closed: what it still waits for ends without an answer.
  void forget(PeerState& peer);

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace rsm::server
