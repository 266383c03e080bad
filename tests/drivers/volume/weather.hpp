// What happens around a volume while it is asked and worked on: mounts that come and go, namespaces that vanish, processes that die.
//
// What for: every question goes through /proc and through mounts of others, which are gone between being seen and being looked at. Each kind of
// weather is a process that does it again and again, as fast as it can, until the object goes; how often is counted. Names are of any bytes.
// Thread rule: made before the program has threads (it forks); the counts may be read by any.
#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace rsm::test {

// A name of 1 to 40 bytes, any but 0 and '/'; never "." or "..".
std::string name_of_any_bytes(std::mt19937_64& random);

class Weather {
 public:
  // Of the nodes of an ext4 each; `folder`: where mount points are made.
  Weather(std::vector<std::string> nodes, std::string folder, std::uint64_t seed);
  ~Weather();
  Weather(Weather const&) = delete;

  enum Kind : std::size_t { mounts, detached, namespaces, namespaces_without_process, processes, threads, kinds };
  std::uint64_t count(Kind kind) const { return (*counts_)[kind]; }
  static char const* name(Kind kind);

 private:
  using Counts = std::array<std::atomic<std::uint64_t>, kinds>;
  struct Sky;
  void blow(Sky& sky, void (*once)(Sky&));

  Counts* counts_ = nullptr;  // shared with the processes
  std::vector<pid_t> winds_;
};

}  // namespace rsm::test
