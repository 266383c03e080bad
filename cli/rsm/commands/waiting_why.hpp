// For what requests wait, as `rsm status` says it: asked for once, by the first that has no reason of its own.
// Errors: as the call. Thread rule: as the connection's.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "api/client/connection.hpp"
#include "cli/rsm/view/words.hpp"

namespace rsm::cli {

struct WaitingSeen {
  bool asked = false;
  std::map<Guid, std::string> why;
};

inline Result<> say_why(client::Connection& service, wire::RequestInfo& request, WaitingSeen& seen) {
  if (!request.reason.empty() || (request.state != RequestState::queued && request.state != RequestState::waiting)) return {};
  if (!seen.asked) {
    RSM_TRY(auto status, service.status({}));
    for (auto& waiting : status.waiting) seen.why.emplace(waiting.request.id.guid, std::move(waiting.why));
    seen.asked = true;
  }
  auto const said = seen.why.find(request.id.guid);
  request.reason = said != seen.why.end() && !said->second.empty() ? said->second : "'rsm explain " + request_text(request.id) + "' says for what it waits";
  return {};
}

}  // namespace rsm::cli
