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
    if (auto const self = weak.lock()) (*self)->run();
  });
}

void Turns::run() {
  posted_ = false;
  auto const uid = order_.front();
  order_.pop_front();
  auto const line = lines_.find(uid);
  auto work = std::move(line->second.front());
  line->second.pop_front();
  if (line->second.empty())
    lines_.erase(line);
  else
    order_.push_back(uid);
  next_turn_soon();
  work();
}

}  // namespace rsm::server
