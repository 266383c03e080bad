#include "tests/sim/handler.hpp"

#include <algorithm>

namespace rsm::sim {

void Handler::submit(std::shared_ptr<Job> job) {
  limit(job);
  queue_.push_back(std::move(job));
  next();
}

void Handler::limit(std::shared_ptr<Job> const& job) {
  job->timer = iron_.loop().after(job->limit, [self = shared_from_this(), job] { self->too_late(job); });
}

void Handler::next() {
  if (current_ || queue_.empty()) return;
  current_ = queue_.front();
  queue_.pop_front();
  Millis latency{1 + static_cast<long>(iron_.random.below(20))};
  if (process_ == 0) {
    process_ = iron_.next_handler();
    latency += Millis{100};
  }
  iron_.loop().after(latency, [self = shared_from_this(), process = process_, job = current_] {
    if (self->process_ == process && self->current_ == job) self->run(process);
  });
}

void Handler::run(std::uint64_t process) {
  if (process_ != process || !current_ || current_->over || hanging_) return;
  auto const look_again = [self = shared_from_this(), process, job = current_] {
    if (self->process_ != process || self->current_ != job || job->over) return false;
    self->run(process);
    return false;  // run() asks again when it must
  };
  // Two handlers never act on one device: the one before finishes its step first.
  auto const [holder, fresh] = iron_.in_hand.emplace(device_, process);
  if (!fresh && holder->second != process) return iron_.on_wake(look_again);
  auto const wait = current_->advance();
  iron_.count_faults();
  if (!wait) return finish(current_);
  if (*wait == emulated::never) return iron_.on_wake(look_again);
  iron_.on_wake(look_again);  // a hold may be healed before its time
  iron_.loop().after(std::max(*wait - iron_.now(), Millis{1}), [look_again] { look_again(); });
}

void Handler::finish(std::shared_ptr<Job> job) {
  job->over = true;
  iron_.loop().cancel(job->timer);
  iron_.history().note("device", iron_.library + " " + device_.text() + ": " + job->text + ": " + job->outcome());
  iron_.in_hand.erase(device_);
  iron_.wake();
  current_.reset();
  if (abandoned_) return leave();
  iron_.loop().after(Millis{1}, [self = shared_from_this(), job] {
    job->answer();
    self->next();
  });
  if (!job->then || !job->succeeded()) return;
  iron_.history().count("handler.went_on");
  current_ = std::exchange(job->then, nullptr);
  limit(current_);
  run(process_);
}

void Handler::leave() {
  process_ = 0;
  iron_.in_hand.erase(device_);
  iron_.handler_gone(device_);
  iron_.wake();
}

void Handler::too_late(std::shared_ptr<Job> const& job) {
  if (job->over) return;
  iron_.history().count("handler.time_limit");
  if (current_ != job) {  // it still stands in the queue
    std::erase(queue_, job);
    job->over = true;
    job->fail_with({Errc::timeout, device_.text(), job->text + " was not begun in time"});
    if (!abandoned_) job->answer();
    return;
  }
  job->over = true;
  job->fail_with({Errc::timeout, device_.text(), job->text + " is not finished after " + duration_text(job->limit)});
  iron_.history().note("device", iron_.library + " " + device_.text() + ": " + job->text + ": killed after its time limit");
  current_.reset();
  hanging_ = false;
  auto const holder = iron_.in_hand.find(device_);
  bool const ours = holder != iron_.in_hand.end() && holder->second == process_;
  process_ = 0;
  if (ours) iron_.in_hand.erase(device_);
  iron_.handler_gone(device_);
  iron_.wake();
  if (abandoned_) return;
  iron_.loop().post([self = shared_from_this(), job] {
    job->answer();
    self->next();
  });
}

bool Handler::die(std::string const& why) {
  if (process_ == 0) return false;
  iron_.history().note("fault", iron_.library + " " + device_.text() + ": its handler died: " + why);
  iron_.history().count(current_ ? "handler.died_at_work" : "handler.died_idle");
  auto const holder = iron_.in_hand.find(device_);
  if (holder != iron_.in_hand.end() && holder->second == process_) iron_.in_hand.erase(holder);
  process_ = 0;
  hanging_ = false;
  iron_.handler_gone(device_);
  iron_.wake();
  auto job = std::exchange(current_, nullptr);
  if (!job) {
    if (on_lost && !abandoned_) iron_.loop().post([self = shared_from_this(), why] { if (!self->abandoned_) self->on_lost(why); });
    return true;
  }
  job->over = true;
  iron_.loop().cancel(job->timer);
  job->fail_with({Errc::device_not_available, device_.text(), "its handler died: " + why});
  iron_.loop().after(Millis{1}, [self = shared_from_this(), job] {
    job->answer();
    self->next();
  });
  return true;
}

bool Handler::hang() {
  if (!current_ || hanging_) return false;
  hanging_ = true;
  iron_.history().note("fault", iron_.library + " " + device_.text() + ": its handler hangs in " + current_->text);
  iron_.history().count("handler.hung");
  return true;
}

void Handler::abandon() {
  abandoned_ = true;
  for (auto const& job : queue_) {
    job->over = true;
    job->drop_answer();
    iron_.loop().cancel(job->timer);
  }
  queue_.clear();
  auto const holder = iron_.in_hand.find(device_);
  bool const begun = current_ && holder != iron_.in_hand.end() && holder->second == process_ && !hanging_;
  if (current_) current_->drop_answer();
  if (begun) return;
  if (current_) {
    current_->over = true;
    iron_.loop().cancel(current_->timer);
    current_.reset();
  }
  bool const ours = holder != iron_.in_hand.end() && holder->second == process_;
  if (ours || !iron_.in_hand.contains(device_)) {
    if (process_ != 0) leave();
  }
}

}  // namespace rsm::sim
