#include "api/client/stoppable.hpp"

#include <utility>

namespace rsm::client {

bool Stoppable::use(std::shared_ptr<Connection> connection) {
  std::lock_guard const lock(mutex_);
  std::swap(connection_, connection);  // the one before ends when the lock is free again
  return !stopped_;
}

std::shared_ptr<Connection> Stoppable::connection() const {
  std::lock_guard const lock(mutex_);
  return connection_;
}

bool Stoppable::pause(Millis time) {
  std::unique_lock lock(mutex_);
  return stopping_.wait_for(lock, time, [this] { return stopped_; });
}

void Stoppable::stop() {
  std::shared_ptr<Connection> open_now;
  {
    std::lock_guard const lock(mutex_);
    stopped_ = true;
    open_now = connection_;
  }
  stopping_.notify_all();
  if (open_now) open_now->close();
}

bool Stoppable::stopped() const {
  std::lock_guard const lock(mutex_);
  return stopped_;
}

}  // namespace rsm::client
