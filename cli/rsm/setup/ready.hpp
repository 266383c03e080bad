// Waiting for a service that starts.
//
// What for: after a restart, `rsm setup` and `rsm library discover --add` say success when it is there: the service is ready, and the
// library that was added has been asked what it has. Errors: timeout after limits::setup_ready_limit, with what is missing; what the
// connection says that is no matter of time. Thread rule: the main thread; blocks.
#pragma once

#include <string>

#include "cli/rsm/commands/context.hpp"

namespace rsm::cli {

struct Readiness {
  std::int64_t cartridges = 0;
  std::string first_medium;  // its name; empty: the library has none
};

// `library`: its name; empty: the service alone.
Result<Readiness> wait_until_ready(Context const& context, std::string const& library);
// Whether a service runs that has this library in its hands (one that only remembers it does not).
bool known_to_service(Context const& context, std::string const& library);

}  // namespace rsm::cli
