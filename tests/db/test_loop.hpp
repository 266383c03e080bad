// A loop for tests: time jumps to the next timer, callbacks run one by one in the order of their time and their starting.
// Thread rule: as of Loop; run_*() on the test's thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "libmgr/base/loop.hpp"

namespace rsm::db {

class TestLoop final : public Loop {
 public:
  TimePoint now() const override { return now_; }
  TimerId after(Millis delay, Callback callback) override {
    ++started_;
    timers_.emplace(std::pair{now_ + delay, started_}, std::move(callback));
    return static_cast<TimerId>(started_);
  }
  void cancel(TimerId timer) override {
    std::erase_if(timers_, [&](auto const& entry) { return entry.first.second == static_cast<std::uint64_t>(timer); });
  }
  void post(Callback callback) override { after(Millis{0}, std::move(callback)); }
  void post_from_thread(Callback callback) override {
    std::lock_guard const lock(mutex_);
    posted_.push_back(std::move(callback));
    arrived_.notify_one();
  }

  // One callback, if there is one.
  bool run_one() {
    if (timers_.empty()) return false;
    auto first = timers_.extract(timers_.begin());
    now_ = std::max(now_, first.key().first);
    first.mapped()();
    return true;
  }
  void run_all() {
    while (run_one()) {
    }
  }
  // What is due within this time.
  void run_for(Millis time) {
    TimePoint const end = now_ + time;
    while (!timers_.empty() && timers_.begin()->first.first <= end) run_one();
    now_ = end;
  }
  std::size_t waiting() const { return timers_.size(); }
  // Waits for other threads, at most ten seconds.
  bool run_until(std::function<bool()> const& done) {
    auto const limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!done()) {
      take_posted(limit);
      if (!run_one() && !done() && std::chrono::steady_clock::now() > limit) return false;
    }
    return true;
  }

 private:
  void take_posted(std::chrono::steady_clock::time_point limit) {
    std::unique_lock lock(mutex_);
    if (timers_.empty()) arrived_.wait_until(lock, limit, [this] { return !posted_.empty(); });
    auto posted = std::exchange(posted_, {});
    lock.unlock();
    for (auto& callback : posted) post(std::move(callback));
  }

  TimePoint now_ = from_ms(1'700'000'000'000);
  std::uint64_t started_ = 0;
  std::map<std::pair<TimePoint, std::uint64_t>, Callback> timers_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Callback> posted_;
};

}  // namespace rsm::db
