// A contestant: a program that works for one round whenever it is told to, and says how much it did.
//
// What for: bench.py lets contestants alternate, so each is a process that waits on its standard input and is idle until then. A line
// in is the length of a round in seconds (decimal); a line out is what was done in it, as JSON. The end of its input ends it.
// Thread rule: one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace rsm::bench {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

struct Round {
  std::uint64_t operations = 0;
  Seconds elapsed{};           // of the work that counts
  bool whole = true;           // nothing else was done between its operations
  std::vector<float> latencies;  // microseconds, one for each operation

  void add(Round&& other);
};

// Something went wrong that leaves no figure: ends the contestant with this sentence and exit status 1.
[[noreturn]] void give_up(std::string const& why);

using Work = std::function<Round(Seconds)>;
// `prepare` reads the arguments (throwing what it finds wrong in them) and makes ready whatever does not belong to a round.
int run_contestant(std::function<Work()> prepare);

}  // namespace rsm::bench
