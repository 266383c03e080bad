// Threads that wait for the service's answers, so that the loop does not.
// Work runs in its order, limits::callers at a time. The destructor waits for the work in hand, which has its own limit, and drops the rest.
// Thread rule: run() from any thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace rsm::web {

class Callers {
 public:
  Callers();
  ~Callers();
  Callers(Callers const&) = delete;
  Callers& operator=(Callers const&) = delete;
  void run(std::move_only_function<void()> work);

 private:
  void loop();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::move_only_function<void()>> waiting_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace rsm::web
