// How long a call of a program may wait. Thread rule: each call has its own.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "api/client/ntmsapi.h"
#include "libmgr/domain/time.hpp"

namespace rsm::ntms {

// Milliseconds from now; INFINITE has no end.
class Patience {
 public:
  explicit Patience(DWORD timeout_ms) {
    if (timeout_ms != INFINITE) end_ = Clock::now() + Millis{timeout_ms};
  }
  bool over() const { return end_ && Clock::now() >= *end_; }
  // What is left, at most `most`.
  Millis left(Millis most) const {
    if (!end_) return most;
    return std::clamp(std::chrono::ceil<Millis>(*end_ - Clock::now()), Millis{0}, most);
  }

 private:
  using Clock = std::chrono::steady_clock;
  std::optional<Clock::time_point> end_;
};

}  // namespace rsm::ntms
