// Time that passes only by waiting, and by what a scripted device takes for a command. Nothing sleeps.
#pragma once

#include "drivers/scsi/session.hpp"

namespace rsm::test {

class VirtualClock final : public scsi::Clock {
 public:
  Millis now() const override { return now_; }
  void wait(Millis duration) override { now_ += duration; }
  void set(Millis now) { now_ = now; }  // by whoever has another clock beside it

 private:
  Millis now_{1'000'000};
};

}  // namespace rsm::test
