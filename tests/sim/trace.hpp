// A history of requests of one library, for the comparison of scheduling policies: who asked when for which side, and for how long it was kept.
//
// What for: replay.hpp plays it with every policy. Form: JSON lines; the first one is the library {"library": {"drives", "media", "sides", "arms": 1, "move",
// "load", "unload"}} with seconds for each step, the unload with the rewind; then a request a line by the time of its arrival: {"t", "media", "side", "drives": null or [numbers], "hold_s",
// "priority", "dismount": "deferred" or "immediate", "session"}. Errors: invalid_parameter, with the line. Thread rule: values.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "libmgr/domain/error.hpp"
#include "libmgr/domain/time.hpp"

namespace rsm::sim {

struct TraceRequest {
  Millis arrival{};
  unsigned medium = 0;
  unsigned side = 0;
  std::optional<std::set<std::uint32_t>> drives;  // that take it; nothing: all
  Millis hold{};
  int priority = 0;
  bool deferred = true;
};

struct Trace {
  std::string name;
  unsigned drives = 0, media = 0, sides = 1;
  Millis move{}, load{}, unload{};
  std::vector<TraceRequest> requests;
};

Result<Trace> read_trace(std::string const& path);

}  // namespace rsm::sim
