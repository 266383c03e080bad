#include "api/daemon/os_random.hpp"

#include <sys/random.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace rsm::daemon {

std::uint64_t OsRandom::next() {
  if (left_ == 0) {
    if (getrandom(pool_.data(), sizeof pool_, 0) != static_cast<ssize_t>(sizeof pool_)) {
      std::fputs("rsmd: the kernel gives no random numbers (getrandom)\n", stderr);
      std::abort();
    }
    left_ = pool_.size();
  }
  return std::exchange(pool_[--left_], 0);
}

}  // namespace rsm::daemon
