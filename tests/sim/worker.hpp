// Processes that simulate seeds for the program: each takes one seed after another until there are none, or until it dies of one.
//
// What for: a crash is a finding like any other and must not end the program; a process for every single seed would begin with cold
// memory each time. A process that has found something ends with it: the next seed begins in a fresh one.
// Thread rule: one thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "tests/sim/simulation.hpp"

namespace rsm::sim {

// Simulates the seed; with `twice` once more: both histories must be the same.
Verdict simulate_and_compare(std::uint64_t seed, IronKind kind, bool show, bool twice);

class Worker {
 public:
  Worker() = default;
  Worker(Worker const&) = delete;
  Worker& operator=(Worker const&) = delete;
  ~Worker();

  // Gives it a seed; starts its process when none runs. Only while idle().
  void begin(std::uint64_t seed, IronKind kind, bool twice);
  bool idle() const { return !seed_.has_value(); }
  // To be polled for reading while it is not idle.
  int pipe() const { return from_; }
  struct Told {
    std::uint64_t seed = 0;
    std::string text;   // lines: "H hash steps", "P milliseconds", "C count name", "V violation", "L line"
    std::string death;  // how its process ended before it had said everything; empty: it did not
  };
  // What has come; a value when it has said everything about its seed.
  std::optional<Told> listen();

 private:
  void start();
  [[noreturn]] void serve(int orders, int answers);
  std::string bury();

  pid_t pid_ = 0;  // 0: none runs
  int to_ = -1, from_ = -1;
  std::optional<std::uint64_t> seed_;
  std::string text_;
};

}  // namespace rsm::sim
