// Who is served next: one user after the other, each a little at a time.
//
// What for: the loop is one, and whoever has a thousand connections must not have a thousand turns before somebody else has one. Work of one
// user waits in its own line; a turn is one piece of work, and the next turn is the next user's. After limits::turns_together_max of turns the loop does
// what else is due. A turn only looks (Loop::only_looks): a call that changes something counts itself. Errors: none. Thread rule: the loop only.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>

#include "api/protocol/limits.hpp"
#include "libmgr/base/loop.hpp"

namespace rsm::server {

class Turns {
 public:
  explicit Turns(Loop& loop, std::chrono::microseconds together = limits::turns_together_max)
      : loop_(loop), together_(together), self_(std::make_shared<Turns*>(this)) {}
  Turns(Turns const&) = delete;
  Turns& operator=(Turns const&) = delete;

  // `work` runs in a turn of this user, never inside the call. It keeps itself short, and asks again for what is left.
  void ask(std::uint32_t uid, Callback work);

 private:
  void next_turn_soon();
  void run();
  void next_turn();

  Loop& loop_;
  std::chrono::microseconds together_;
  std::map<std::uint32_t, std::deque<Callback>> lines_;
  std::deque<std::uint32_t> order_;  // users with work, in the order of their turns
  bool posted_ = false;
  std::shared_ptr<Turns*> self_;  // what a posted turn holds weakly
};

}  // namespace rsm::server
