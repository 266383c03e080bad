#include "api/daemon/signals.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>

namespace rsm::daemon {

struct Signals::Set : std::enable_shared_from_this<Signals::Set> {
  boost::asio::signal_set signals;
  Callbacks callbacks;
  bool stop_asked = false;

  Set(boost::asio::io_context& context, Callbacks on) : signals(context, SIGTERM, SIGINT, SIGHUP), callbacks(std::move(on)) {}

  void wait() {
    signals.async_wait([self = shared_from_this()](boost::system::error_code ended, int signal) {
      if (ended) return;
      self->wait();
      self->serve(signal);
    });
  }

  void serve(int signal) {
    if (signal == SIGHUP) return callbacks.reopen_log();
    if (std::exchange(stop_asked, true)) return callbacks.stop_at_once(signal);
    callbacks.stop(signal);
  }
};

Signals::Signals(boost::asio::io_context& context, Callbacks callbacks) : set_(std::make_shared<Set>(context, std::move(callbacks))) {
  std::signal(SIGPIPE, SIG_IGN);
  set_->wait();
}

Signals::~Signals() {
  boost::system::error_code ignored;  // the waiting callback gets its end, which it takes for one
  set_->signals.cancel(ignored);
  set_->callbacks = {[](int) {}, [](int) {}, [] {}};
}

}  // namespace rsm::daemon
