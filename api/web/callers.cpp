#include "api/web/callers.hpp"

#include "api/web/limits.hpp"

namespace rsm::web {

Callers::Callers() {
  for (std::size_t i = 0; i < limits::callers; ++i) threads_.emplace_back([this] { loop(); });
}

Callers::~Callers() {
  {
    std::lock_guard const lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void Callers::run(std::move_only_function<void()> work) {
  {
    std::lock_guard const lock(mutex_);
    waiting_.push_back(std::move(work));
  }
  wake_.notify_one();
}

void Callers::loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    auto work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    work();
    work = nullptr;  // what it holds goes without the lock
    lock.lock();
  }
}

}  // namespace rsm::web
