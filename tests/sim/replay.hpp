// Plays a trace with a policy of the scheduler: the plans of queue/scheduler, on the library of the trace.
//
// What for: policies are compared on the same history (docs/simulator.md). No policy sees how long a side will be kept, or what comes later.
// Errors: none; a trace that was read can be played. Thread rule: one thread.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "tests/sim/played_library.hpp"

namespace rsm::sim {

enum class ReplayPolicy {
  fifo_immediate,  // age alone; every medium goes home when it is given back
  fifo,            // age alone; deferred dismounts, the medium that is idle longest makes room
  strict,          // the service's policies
  batch,
  throughput
};
inline constexpr ReplayPolicy all_replay_policies[] = {ReplayPolicy::fifo_immediate, ReplayPolicy::fifo, ReplayPolicy::strict, ReplayPolicy::batch, ReplayPolicy::throughput};
std::string_view word(ReplayPolicy policy);
std::optional<ReplayPolicy> replay_policy(std::string_view word);

ReplayFigures replay(Trace const& trace, ReplayPolicy policy);

}  // namespace rsm::sim
