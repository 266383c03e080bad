// One thread for what blocks (integrity check, backup): ServerContext::in_background.
// Work runs in its order, one at a time. The destructor waits for the work in hand and drops the rest.
// Thread rule: run() from the loop; the work itself runs on the other thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "libmgr/base/loop.hpp"

namespace rsm::server {

class BackgroundThread {
 public:
  BackgroundThread();
  ~BackgroundThread();
  BackgroundThread(BackgroundThread const&) = delete;
  BackgroundThread& operator=(BackgroundThread const&) = delete;

  void run(Callback work);

 private:
  void loop();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Callback> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace rsm::server
