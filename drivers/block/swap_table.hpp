// What the machine swaps to.
//
// What for: swap on a volume makes it a system volume, and a swap file on it keeps it busy. Errors: entries that cannot be looked at
// are left out. Thread rule: any. Source: proc(5) swaps.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace rsm::block {

struct SwapEntry {
  std::string path;
  dev_t device = 0;      // the device itself, or the one that carries the file
  bool is_file = false;
};

std::vector<SwapEntry> read_swap_table(std::string const& path = "/proc/swaps");

}  // namespace rsm::block
