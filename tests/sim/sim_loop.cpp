#include "tests/sim/sim_loop.hpp"

#include <algorithm>

namespace rsm::sim {

TimerId SimLoop::after(Millis delay, Callback callback) {
  Key const key{now_ + std::max(delay, Millis{0}), ++last_number_};
  waiting_.emplace(key, std::move(callback));
  due_of_.emplace(key.number, key.due);
  return TimerId{key.number};
}

void SimLoop::cancel(TimerId timer) {
  auto const known = due_of_.find(static_cast<std::uint64_t>(timer));
  if (known == due_of_.end()) return;
  auto const entry = waiting_.extract(Key{known->second, known->first});
  due_of_.erase(known);
}

bool SimLoop::step() {
  if (waiting_.empty()) return false;
  auto entry = waiting_.extract(waiting_.begin());
  due_of_.erase(entry.key().number);
  now_ = entry.key().due;
  ++steps_;
  entry.mapped()();
  return true;
}

MaybeTime SimLoop::next() const {
  if (waiting_.empty()) return std::nullopt;
  return waiting_.begin()->first.due;
}

}  // namespace rsm::sim
