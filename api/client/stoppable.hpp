// A connection that one thread waits on and makes again and again, and that another thread ends for good.
//
// What for: whoever follows the events of the service (a screen, `rsm events`) waits in a call or in a pause, and is to end at once when
// the program does. Errors: none of its own; a call that waits when stop() comes returns ERROR_CANCELLED (1223). Thread rule: every
// function from any thread.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>

#include "api/client/connection.hpp"

namespace rsm::client {

class Stoppable {
 public:
  // From now on this is the connection; null: there is none. False: it was stopped before, and nobody would end what waits on it.
  bool use(std::shared_ptr<Connection> connection);
  std::shared_ptr<Connection> connection() const;
  // True: it was stopped, before or while it waited.
  bool pause(Millis time);
  // Ends what waits, for ever.
  void stop();
  bool stopped() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable stopping_;
  bool stopped_ = false;
  std::shared_ptr<Connection> connection_;
};

}  // namespace rsm::client
