// The daemon's loop: rsm::Loop on a boost::asio::io_context.
//
// What for: one thread runs everything that decides (architecture decision 1). Timers and posted callbacks share one queue, in the
// order of their time and, for equal times, of their starting; sockets and signals of the same io_context are served between
// rounds of that queue, so a callback that posts itself starves nobody. Handlers of sockets are deeds, too. Delays count on the steady clock: a wall clock that is set
// moves no deadline. Delays below zero count as zero, above delay_max as delay_max. An exception from a callback leaves run():
// it is a bug. Callbacks that are still waiting when the loop is destroyed are destroyed without being called.
// Thread rule: the thread in run(), but post_from_thread() and stop(), which any thread may call while the loop lives.
#pragma once

#include <cstddef>
#include <memory>

#include "libmgr/base/loop.hpp"

namespace boost::asio {
class io_context;
}

namespace rsm {

class AsioLoop final : public Loop {
 public:
  static constexpr Millis delay_max = std::chrono::hours(24 * 365);

  AsioLoop();
  ~AsioLoop() override;
  AsioLoop(AsioLoop const&) = delete;
  AsioLoop& operator=(AsioLoop const&) = delete;

  TimePoint now() const override;
  TimerId after(Millis delay, Callback callback) override;
  void cancel(TimerId timer) override;
  void post(Callback callback) override;
  void post_from_thread(Callback callback) override;
  std::uint64_t deeds() override { return deeds_; }
  void only_looks() override;

  // Runs until stop(), also while there is nothing to do. May be called again after it.
  void run();
  // run() returns after the callback in hand. Before run(): the next run() returns at once.
  void stop();
  // Timers and posted callbacks that have not run.
  std::size_t waiting() const;
  // For sockets and signals; lives as long as the loop.
  boost::asio::io_context& context();

 private:
  void begin_deed();

  struct Queue;
  bool deed_counted_ = false;  // what runs now has counted as a deed
  std::unique_ptr<Queue> queue_;
};

}  // namespace rsm
