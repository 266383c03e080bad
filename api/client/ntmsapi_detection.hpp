// Change detection of a session. Thread rule: from any thread.
#pragma once

#include "api/client/ntmsapi_border.hpp"

namespace rsm::ntms {

// The session was closed: its detection ends.
void end_detections_of(Session const& session);

}  // namespace rsm::ntms
