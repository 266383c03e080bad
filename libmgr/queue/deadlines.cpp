#include "libmgr/queue/deadlines.hpp"

#include <algorithm>

#include "libmgr/queue/limits.hpp"

namespace rsm {

void Deadlines::look() {
  auto const& deadlines = book_.deadlines();
  if (deadlines.empty()) return;
  TimePoint const next = deadlines.begin()->first;
  if (timer_ != TimerId::none && due_ <= next) return;
  if (timer_ != TimerId::none) loop_.cancel(timer_);
  due_ = next;
  timer_ = loop_.after(std::max(next - loop_.now(), Millis{0}), lifeline_.guard([this] {
    timer_ = TimerId::none;
    over();
  }));
}

void Deadlines::over() {
  TimePoint const now = loop_.now();
  std::vector<RequestId> due;
  for (auto const& [time, id] : book_.deadlines()) {
    if (time > now) break;
    due.push_back(id);
  }
  bool again = false;
  for (auto const& id : due)
    if (book_.request(id) != nullptr && !expire_(id)) again = true;
  if (!again) return look();
  due_ = now + limits::deadline_look_pause;
  timer_ = loop_.after(limits::deadline_look_pause, lifeline_.guard([this] {
    timer_ = TimerId::none;
    over();
  }));
}

}  // namespace rsm
