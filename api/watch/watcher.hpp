// Keeps a World up to date.
//
// What for: every surface that is looked at (`rsm top`). Everything is read once; then one call waits for events, and what has
// changed is read again, all events of a moment together. Looking never costs more than a hundredth of a processor: what is expensive is
// looked at more rarely. A service that goes away is looked for until it is back; events go on where they were, unless the
// service has another history or does not keep them any more: then all is read again.
// Errors: none but World::trouble. Thread rule: one thread of its own, which calls `told` after every change; world() from any thread.
#pragma once

#include <functional>
#include <memory>

#include "api/client/connection.hpp"
#include "api/watch/world.hpp"

namespace rsm::watch {

class Watcher {
 public:
  // `told` is called on the watcher's thread and must not wait.
  Watcher(client::Options options, std::function<void()> told);
  // Ends the thread; a call that waits is broken off.
  ~Watcher();
  Watcher(Watcher const&) = delete;
  Watcher& operator=(Watcher const&) = delete;

  std::shared_ptr<World const> world() const;
  // The connection, for questions and for what is to be done; null while there is none.
  std::shared_ptr<client::Connection> connection() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rsm::watch
