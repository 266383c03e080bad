// The loop as the core sees it: time, timers, and "later on this thread".
//
// What for: the core is a function of (catalog, events, clock, random); this is the clock and the event queue. The daemon
// gives it Asio's, the simulator a virtual one in which time jumps. Callbacks run on the loop, never inside the call that
// started them, in the order of their time and, for equal times, of their starting.
// Everything that runs counts as a deed, unless it says that it only looks: so whoever keeps what he has made of the state of things knows whether
// that can have changed, and what nobody has thought of errs to the safe side. Thread rule: the loop only, but post_from_thread.
#pragma once

#include <cstdint>
#include <functional>

#include "libmgr/domain/time.hpp"

namespace rsm {

using Callback = std::move_only_function<void()>;
enum class TimerId : std::uint64_t { none = 0 };

class Loop {
 public:
  virtual ~Loop() = default;
  virtual TimePoint now() const = 0;  // wall time, UTC
  virtual TimerId after(Millis delay, Callback callback) = 0;
  virtual void cancel(TimerId timer) = 0;  // of one that fired or none: nothing happens
  virtual void post(Callback callback) = 0;
  virtual void post_from_thread(Callback callback) = 0;  // the only call another thread may make

  // How many deeds there were: while the number stays the same, nothing has changed. A loop that does not count gives another number each time.
  virtual std::uint64_t deeds() { return ++deeds_; }
  // What runs now changes nothing that anybody could be told of; what it does all the same it counts itself, before it does it.
  virtual void only_looks() {}
  void deed() { ++deeds_; }

 protected:
  std::uint64_t deeds_ = 0;
};

}  // namespace rsm
