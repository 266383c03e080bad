// Chance from the operating system: ids, and the secrets of sessions, which nobody may foresee from ids he has seen.
// Thread rule: the loop only. Source: getrandom(2); libmgr/base/random.hpp.
#pragma once

#include <array>
#include <cstddef>

#include "libmgr/base/random.hpp"

namespace rsm::daemon {

class OsRandom final : public Random {
 public:
  // Ends the program when the kernel gives no random numbers: then nothing that it makes could be trusted.
  std::uint64_t next() override;

 private:
  std::array<std::uint64_t, 32> pool_{};  // getrandom(2) gives up to 256 bytes whole
  std::size_t left_ = 0;
};

}  // namespace rsm::daemon
