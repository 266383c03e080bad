// Signals of the daemon as events on its loop.
//
// What for: SIGTERM and SIGINT ask for an orderly end, a second one for an end at once; SIGHUP opens the log again; SIGPIPE is ignored
// (a client that went away is an error of its connection). Callbacks come on the loop. Thread rule: the loop only; make it before
// other threads, which then inherit nothing of it.
#pragma once

#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace rsm::daemon {

class Signals {
 public:
  struct Callbacks {
    std::function<void(int signal)> stop;
    std::function<void(int signal)> stop_at_once;
    std::function<void()> reopen_log;
  };

  Signals(boost::asio::io_context& context, Callbacks callbacks);
  ~Signals();

 private:
  struct Set;
  std::shared_ptr<Set> set_;
};

}  // namespace rsm::daemon
