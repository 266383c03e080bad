// A person has read what is asked of people: SUBMITTED becomes ACTIVE (rsm-model.md section 16).
// Errors: none that matter: who may not say so, or a service that cannot write, has still shown them. Thread rule: as the connection's.
#pragma once

#include <algorithm>
#include <vector>

#include "api/client/connection.hpp"

namespace rsm::cli {

inline void say_seen(client::Connection& service, std::vector<wire::OperatorRequestInfo> const& shown) {
  wire::OperatorSeenParams unseen;
  for (auto const& request : shown)
    if (request.state == OperatorState::submitted && unseen.ids.size() < limits::page_items_max) unseen.ids.push_back(request.id);
  if (!unseen.ids.empty()) (void)service.opreq_seen(unseen);
}

}  // namespace rsm::cli
