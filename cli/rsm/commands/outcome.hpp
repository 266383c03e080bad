// How a finished request ended, as an error value.
//
// What for: every program that waits for requests. Errors: the request's own error, with the reason that the service gives for it; invalid_operation
// where it has none; cancelled for CANCELLED and STOPPED. Thread rule: pure function.
#pragma once

#include <string>

#include "api/protocol/messages.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::cli {

// The error of a request that did not pass; nothing for one that did (or is DEFERRED).
Result<> outcome(wire::RequestInfo const& request, std::string const& label);

}  // namespace rsm::cli
