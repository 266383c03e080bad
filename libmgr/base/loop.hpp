// The loop as the core sees it: time, timers, and "later on this thread".
//
// What for: the core is a function of (catalog, events, clock, random); this is the clock and the event queue. The daemon
// gives it Asio's, the simulator a virtual one in which time jumps. Callbacks run on the loop, never inside the call that
// started them, in the order of their time and, for equal times, of their starting. Thread rule: the loop only, but post_from_thread.
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
};

}  // namespace rsm
