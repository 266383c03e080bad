// rsm-sim --trace: one policy, or all beside the clairvoyant, as a table or as one JSON object for each trace. Times are seconds.
// Exit status: 0 played, 2 wrong use. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rsm::sim {

struct TraceOrder {
  std::vector<std::string> files;
  std::string policy;    // empty: throughput
  bool compare = false;  // all policies, and the clairvoyant
  bool json = false;
  std::uint64_t forecast = 0;  // how good forecasts are, of every so-many-th request; 0: nothing of it
};

int report_traces(TraceOrder const& order);

}  // namespace rsm::sim
