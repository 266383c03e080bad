// Notifications of a session. Thread rule: from any thread.
#pragma once

#include "api/client/ntmsapi_border.hpp"

namespace rsm::ntms {

// The session was closed: its notifications are none any more, and whoever waits for one returns ERROR_CANCELLED.
void end_notifications_of(Session const& session);

}  // namespace rsm::ntms
