// Ctrl-C while something is waited for.
//
// What for: SIGINT and SIGTERM are blocked in the calling thread while this lives; a thread of its own takes them and runs the action
// (once; a second signal ends the program with the exit code of "cancelled"). The action runs on that thread.
// Thread rule: made and destroyed by the main thread.
#pragma once

#include <signal.h>

#include <atomic>
#include <functional>
#include <thread>

namespace rsm::cli {

class Interrupt {
 public:
  explicit Interrupt(std::function<void()> action);
  ~Interrupt();
  Interrupt(Interrupt const&) = delete;
  Interrupt& operator=(Interrupt const&) = delete;

 private:
  void wait();
  std::function<void()> action_;
  sigset_t before_{};
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

}  // namespace rsm::cli
