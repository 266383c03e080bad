#include "cli/rsm/commands/interrupt.hpp"

#include <pthread.h>
#include <unistd.h>

#include "cli/rsm/exit_code.hpp"

namespace rsm::cli {
namespace {

constexpr int wake_up = SIGUSR1;

sigset_t waited_for() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, wake_up);
  return set;
}

}  // namespace

Interrupt::Interrupt(std::function<void()> action) : action_(std::move(action)) {
  sigset_t const set = waited_for();
  pthread_sigmask(SIG_BLOCK, &set, &before_);
  thread_ = std::thread([this] { wait(); });
}

Interrupt::~Interrupt() {
  over_ = true;
  pthread_kill(thread_.native_handle(), wake_up);
  thread_.join();
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void Interrupt::wait() {
  sigset_t const set = waited_for();
  bool done = false;
  for (;;) {
    int signal = 0;
    if (sigwait(&set, &signal) != 0 || over_) return;
    if (signal == wake_up) continue;
    if (done) _exit(exit_code::given_up);
    done = true;
    action_();
  }
}

}  // namespace rsm::cli
