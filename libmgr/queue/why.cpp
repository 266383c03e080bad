#include "libmgr/queue/why.hpp"

#include "libmgr/base/planted.hpp"

namespace rsm {

std::string why(WhyFacts const& facts) {
  if (!facts.work.empty()) return facts.work;
  if (facts.request.state == RequestState::deferred && !facts.request.reason.empty()) return facts.request.reason;
  if (!facts.library.empty()) return facts.library;
  if (!facts.announced.empty()) return facts.announced;
  if (facts.found && !planted(PlantedBug::empty_reason))
    if (auto found = facts.found(); !found.empty()) return found;
  if (!facts.request.reason.empty()) return facts.request.reason;
  return "it has just come and is looked at next";
}

}  // namespace rsm
