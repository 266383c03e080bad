#include "tests/sim/replay.hpp"

#include "tests/sim/policy_player.hpp"

namespace rsm::sim {

std::string_view word(ReplayPolicy policy) {
  switch (policy) {
    case ReplayPolicy::fifo_immediate: return "fifo-immediate";
    case ReplayPolicy::fifo: return "fifo";
    case ReplayPolicy::strict: return "strict";
    case ReplayPolicy::batch: return "batch";
    case ReplayPolicy::throughput: return "throughput";
  }
  return {};
}

std::optional<ReplayPolicy> replay_policy(std::string_view name) {
  for (auto const policy : all_replay_policies)
    if (word(policy) == name) return policy;
  return std::nullopt;
}

ReplayFigures replay(Trace const& trace, ReplayPolicy policy) {
  PlayedLibrary library(trace, policy != ReplayPolicy::fifo && policy != ReplayPolicy::fifo_immediate);
  PolicyPlayer player(library, policy);
  return library.play(player);
}

}  // namespace rsm::sim
