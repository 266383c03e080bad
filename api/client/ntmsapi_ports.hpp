// What a session has collected to be ejected. Thread rule: from any thread.
#pragma once

#include "api/client/ntmsapi_border.hpp"

namespace rsm::ntms {

// The session was closed: what it has collected and not started is forgotten.
void forget_batch_of(Session const& session);

}  // namespace rsm::ntms
