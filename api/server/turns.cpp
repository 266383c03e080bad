#include "api/server/turns.hpp"

namespace rsm::server {

void Turns::ask(std::uint32_t uid, Callback work) {
  auto& line = lines_[uid];
  if (line.empty()) order_.push_back(uid);
  line.push_back(std::move(work));
  next_turn_soon();
}

void Turns::next_turn_soon() {
  if (posted_ || order_.empty()) return;
  posted_ = true;
  loop_.post([weak = std::weak_ptr(self_)] {
    Turns* const turns = weak.expired() ? nullptr : *weak.lock();  // held by nobody: run() sees when a turn has ended it
    if (turns != nullptr) turns->run();
  });
}

void Turns::run() {
  loop_.only_looks();  // posted_ until the end: who asks meanwhile has his turn here or in the next run
  std::weak_ptr const alive(self_);  // a turn may be the last
  auto const over = std::chrono::steady_clock::now() + together_;
  do next_turn();
  while (!alive.expired() && !order_.empty() && std::chrono::steady_clock::now() < over);
  if (alive.expired()) return;
  posted_ = false;
  next_turn_soon();
}

void Turns::next_turn() {
  auto const uid = order_.front();
  order_.pop_front();
  auto const line = lines_.find(uid);
  auto work = std::move(line->second.front());
  line->second.pop_front();
  if (line->second.empty())
    lines_.erase(line);
  else
    order_.push_back(uid);
  work();
}

}  // namespace rsm::server
