#include "drivers/emulated/waiting.hpp"

#include <algorithm>
#include <thread>

#include "drivers/emulated/limits.hpp"

namespace rsm::emulated {

void sleep_towards(TimePoint end) {
  TimePoint const now = real_now();
  if (end <= now) return;
  std::this_thread::sleep_for(std::min<Millis>(end - now, limits::emulator_look_pause));
}

Result<> wait_while_held(LibraryDirectory const& library, Hold hold) {
  while (hold.fault != 0) {
    RSM_TRY(bool const holds, library.look([&](Hardware const& hardware) -> Result<bool> { return hardware.holds(hold.fault, real_now()); }));
    if (!holds) return {};
    sleep_towards(hold.until);
  }
  return {};
}

}  // namespace rsm::emulated
