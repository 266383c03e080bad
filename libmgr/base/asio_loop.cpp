#include "libmgr/base/asio_loop.hpp"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <unordered_map>
#include <utility>

namespace rsm {

using Steady = std::chrono::steady_clock;

struct AsioLoop::Queue {
  struct Key {
    Steady::time_point due;
    std::uint64_t number;  // order of starting; also the TimerId
    friend auto operator<=>(Key const&, Key const&) = default;
  };

  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{context.get_executor()};
  boost::asio::steady_timer timer{context};
  std::map<Key, Callback> waiting;
  std::unordered_map<std::uint64_t, Steady::time_point> due_of;  // looked up by cancel, never iterated
  std::uint64_t last_number = 0;
  Steady::time_point armed_for = Steady::time_point::max();  // in a round: min(), it arms when it is over
  bool round_posted = false;

  // Callbacks may hold what cancels timers when it is destroyed: the queue is empty and alive then.
  ~Queue() {
    due_of.clear();
    auto const dropped = std::exchange(waiting, {});
  }

  TimerId add(Steady::duration delay, Callback callback) {
    Key const key{Steady::now() + delay, ++last_number};
    waiting.emplace(key, std::move(callback));
    due_of.emplace(key.number, key.due);
    if (key.due < armed_for) arm();
    return TimerId{key.number};
  }

  void arm() {
    armed_for = Steady::time_point::max();
    if (waiting.empty()) return;
    armed_for = waiting.begin()->first.due;
    if (armed_for <= Steady::now()) return post_round();  // the short way: no system call
    timer.expires_at(armed_for);  // ends the wait before it, if there was one
    timer.async_wait([this](boost::system::error_code ended) {
      if (!ended) round();
    });
  }

  // One at a time: with two of them on their way, what a callback of the first has started runs in the second, before the sockets.
  void post_round() {
    if (std::exchange(round_posted, true)) return;
    boost::asio::post(context, [this] {
      round_posted = false;
      round();
    });
  }

  // Runs what is due now, but nothing that a callback of this round has started: the sockets come in between.
  void round() {
    armed_for = Steady::time_point::min();
    auto const now = Steady::now();
    auto const newest = last_number;
    try {
      while (!context.stopped() && run_first(now, newest)) {
      }
    } catch (...) {
      arm();
      throw;
    }
    arm();
  }

  bool run_first(Steady::time_point now, std::uint64_t newest) {
    auto const first = waiting.begin();
    if (first == waiting.end() || first->first.due > now || first->first.number > newest) return false;
    auto entry = waiting.extract(first);
    due_of.erase(entry.key().number);
    entry.mapped()();
    return true;
  }
};

AsioLoop::AsioLoop() : queue_(std::make_unique<Queue>()) {}
AsioLoop::~AsioLoop() = default;

TimePoint AsioLoop::now() const {
  return std::chrono::floor<Millis>(std::chrono::system_clock::now());
}

TimerId AsioLoop::after(Millis delay, Callback callback) {
  return queue_->add(std::clamp(delay, Millis{0}, delay_max), std::move(callback));
}

void AsioLoop::cancel(TimerId timer) {
  auto const number = static_cast<std::uint64_t>(timer);
  auto const found = queue_->due_of.find(number);
  if (found == queue_->due_of.end()) return;
  queue_->waiting.erase({found->second, number});
  queue_->due_of.erase(found);
}

void AsioLoop::post(Callback callback) {
  queue_->add({}, std::move(callback));
}

void AsioLoop::post_from_thread(Callback callback) {
  boost::asio::post(queue_->context, std::move(callback));
}

void AsioLoop::run() {
  queue_->context.run();
  queue_->context.restart();
}

void AsioLoop::stop() {
  queue_->context.stop();
}

std::size_t AsioLoop::waiting() const {
  return queue_->waiting.size();
}

boost::asio::io_context& AsioLoop::context() {
  return queue_->context;
}

}  // namespace rsm
