// A callback that outlives its owner does nothing.
//
// What for: devices, timers and commits answer later; whoever asked may be gone by then. guard() wraps a callback so that it runs only
// while the Lifeline lives. Thread rule: the loop only.
#pragma once

#include <memory>
#include <utility>

namespace rsm {

class Lifeline {
 public:
  template <class F>
  auto guard(F callback) const {
    return [alive = std::weak_ptr(alive_), callback = std::move(callback)](auto&&... arguments) mutable {
      if (!alive.expired()) callback(std::forward<decltype(arguments)>(arguments)...);
    };
  }

  // For who has to do something all the same: expired() when the owner has gone.
  std::weak_ptr<bool> watch() const { return alive_; }

 private:
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace rsm
