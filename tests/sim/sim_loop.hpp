// The loop in virtual time: time stands still while callbacks run and jumps to the next one when they are done.
//
// What for: the core, the devices and the clients of a simulation share it; the same calls give the same order. Callbacks run in
// the order of their time and, for equal times, of their starting. Thread rule: one thread.
#pragma once

#include <map>
#include <unordered_map>

#include "libmgr/base/loop.hpp"

namespace rsm::sim {

class SimLoop final : public Loop {
 public:
  explicit SimLoop(TimePoint start) : now_(start) {}

  TimePoint now() const override { return now_; }
  TimerId after(Millis delay, Callback callback) override;
  void cancel(TimerId timer) override;
  void post(Callback callback) override { after(Millis{0}, std::move(callback)); }
  void post_from_thread(Callback callback) override { post(std::move(callback)); }

  // Runs the next callback, at its time; false: there is none.
  bool step();
  // When the next callback is due; empty: never.
  MaybeTime next() const;
  std::uint64_t steps() const { return steps_; }

 private:
  struct Key {
    TimePoint due;
    std::uint64_t number;
    friend auto operator<=>(Key const&, Key const&) = default;
  };
  TimePoint now_;
  std::uint64_t last_number_ = 0;
  std::uint64_t steps_ = 0;
  std::map<Key, Callback> waiting_;
  std::unordered_map<std::uint64_t, TimePoint> due_of_;  // looked up by cancel, never iterated
};

}  // namespace rsm::sim
