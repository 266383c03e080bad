#include "libmgr/base/asio_loop.hpp"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <map>
#include <optional>
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
  struct Posted {
    Key key;
    Callback callback;
  };

  AsioLoop& loop;
  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{context.get_executor()};
  boost::asio::steady_timer timer{context};
  std::map<Key, Callback> waiting;  // timers
  std::unordered_map<std::uint64_t, Steady::time_point> due_of;  // of timers; looked up by cancel, never iterated
  std::deque<Posted> posted;        // in the order of their keys, since each is due when it is posted
  std::uint64_t last_number = 0;
  Steady::time_point armed_for = Steady::time_point::max();  // in a round: min(), it arms when it is over
  bool round_posted = false;

  explicit Queue(AsioLoop& of) : loop(of) {}
  // Callbacks may hold what cancels timers when it is destroyed: the queue is empty and alive then.
  ~Queue() {
    due_of.clear();
    auto const dropped_posts = std::exchange(posted, {});
    auto const dropped = std::exchange(waiting, {});
  }

  TimerId add(Steady::duration delay, Callback callback) {
    Key const key{Steady::now() + delay, ++last_number};
    waiting.emplace(key, std::move(callback));
    due_of.emplace(key.number, key.due);
    if (key.due < armed_for) arm();
    return TimerId{key.number};
  }

  void post(Callback callback) {
    Key const key{Steady::now(), ++last_number};
    posted.push_back({key, std::move(callback)});
    if (key.due < armed_for) arm();
  }

  // What is due first; nothing: nothing waits.
  std::optional<Key> first() const {
    if (posted.empty()) return waiting.empty() ? std::nullopt : std::optional(waiting.begin()->first);
    return waiting.empty() ? posted.front().key : std::min(posted.front().key, waiting.begin()->first);
  }

  Callback take(Key const& key) {
    if (!posted.empty() && posted.front().key == key) {
      auto callback = std::move(posted.front().callback);
      posted.pop_front();
      return callback;
    }
    auto entry = waiting.extract(key);
    due_of.erase(key.number);
    return std::move(entry.mapped());
  }

  void arm() {
    armed_for = Steady::time_point::max();
    auto const next = first();
    if (!next) return;
    armed_for = next->due;
    if (armed_for <= Steady::now()) return post_round();  // the short way: no system call
    timer.expires_at(armed_for);  // ends the wait before it, if there was one
    timer.async_wait([this](boost::system::error_code ended) {
      loop.only_looks();  // each callback counts for itself
      if (!ended) round();
    });
  }

  // One at a time: with two of them on their way, what a callback of the first has started runs in the second, before the sockets.
  void post_round() {
    if (std::exchange(round_posted, true)) return;
    boost::asio::post(context, [this] {
      loop.only_looks();
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
    auto const next = first();
    if (!next || next->due > now || next->number > newest) return false;
    auto callback = take(*next);
    loop.begin_deed();
    callback();
    return true;
  }
};

AsioLoop::AsioLoop() : queue_(std::make_unique<Queue>(*this)) {}
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
  queue_->post(std::move(callback));
}

void AsioLoop::post_from_thread(Callback callback) {
  boost::asio::post(queue_->context, std::move(callback));
}

void AsioLoop::begin_deed() {
  deed();
  deed_counted_ = true;
}

void AsioLoop::only_looks() {
  if (std::exchange(deed_counted_, false)) --deeds_;
}

// Handler by handler, so that each is counted, whoever has started it.
void AsioLoop::run() {
  do begin_deed();
  while (queue_->context.run_one() != 0);
  only_looks();  // none ran
  queue_->context.restart();
}

void AsioLoop::stop() {
  queue_->context.stop();
}

std::size_t AsioLoop::waiting() const {
  return queue_->waiting.size() + queue_->posted.size();
}

boost::asio::io_context& AsioLoop::context() {
  return queue_->context;
}

}  // namespace rsm
