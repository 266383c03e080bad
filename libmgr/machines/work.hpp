// What the machines have in common: the identity of a piece of work, and what a machine wants done.
//
// What for: a machine is a value. An event and a view of what is believed go in, a list of actions comes out, and the machine has its
// next state; it sees no loop, no device, no catalog. Whoever runs it (libmgr/library) carries the actions out in their order. Every piece of
// work has a number of its own: an answer that comes for another piece of work than the one that asked is nobody's, and that is
// checked once, where answers come in. Thread rule: values.
#pragma once

#include <cstdint>
#include <string>

#include "libmgr/domain/request.hpp"
#include "libmgr/domain/time.hpp"

namespace rsm::machine {

// Counts all work of one life of the daemon, from 1.
enum class WorkId : std::uint64_t { none = 0 };

// Go on (event durable()) when all that was recorded so far is on disk.
struct AwaitDurable {
  friend bool operator==(AwaitDurable const&, AwaitDurable const&) = default;
};
// Go on (event pause_over()) after this time.
struct Pause {
  Millis time{};
  friend bool operator==(Pause const&, Pause const&) = default;
};
// The open request that this work is for is in this state now, for this reason.
struct Tell {
  RequestState state = RequestState::inprocess;
  std::string reason;
  friend bool operator==(Tell const&, Tell const&) = default;
};
// The request that this work was for ends.
struct Finish {
  Outcome outcome;
  friend bool operator==(Finish const&, Finish const&) = default;
};
// The work is over; the machine is not asked again.
struct Over {
  friend bool operator==(Over const&, Over const&) = default;
};
// Somebody should look where everything is: belief and hardware may differ.
struct LookAtLibrary {
  friend bool operator==(LookAtLibrary const&, LookAtLibrary const&) = default;
};

}  // namespace rsm::machine
