// What the screen asks of the service: actions, and what the service says of an object. Both wait for it: on a thread of their own.
// Errors: the service's own. Thread rule: from any thread.
#pragma once

#include "api/client/connection.hpp"
#include "cli/rsm/view/words.hpp"
#include "cli/top/rows.hpp"

namespace rsm::top {

// What became of it, as far as it is durable: "cancel 77be0134: cancelled".
Result<std::string> perform(client::Connection& service, Action const& action);
// The service's own paragraph; `names` of libraries.
Result<Paragraph> told_of(client::Connection& service, Row const& row, cli::Names const& names, int width);

}  // namespace rsm::top
