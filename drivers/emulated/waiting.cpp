#include "drivers/emulated/waiting.hpp"

#include <algorithm>
#include <thread>

#include "libmgr/domain/limits.hpp"

namespace rsm::emulated {

void sleep_towards(TimePoint end) {
  TimePoint const now = real_now();
  if (end <= now) return;
  std::this_thread::sleep_for(std::min<Millis>(end - now, limits::emulator_look_pause));
}

Result<> wait_while_held(LibraryDirectory const& library, Hold hold) {
  while (hold.fault != 0) {
    RSM_TRY(Hardware const hardware, library.read());
    if (!hardware.holds(hold.fault, real_now())) return {};
    sleep_towards(hold.until);
  }
  return {};
}

}  // namespace rsm::emulated
