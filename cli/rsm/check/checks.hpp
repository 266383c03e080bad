// What is right and wrong with a service, from its status.
//
// What for: `rsm check WHAT`: one status (which waits for nobody) into metrics and problems. A problem's severity is that of the metric
// that counts it, so that a threshold of the command line moves both. Beyond the thresholds: a service that is not ready (WARNING for
// limits::start_attention_after, then CRITICAL) and a catalog that is being reopened after a failed write (CRITICAL).
// Thread rule: pure function.
#pragma once

#include <string>

#include "api/protocol/messages.hpp"
#include "cli/rsm/check/limits_asked.hpp"
#include "cli/rsm/check/plugin_output.hpp"

namespace rsm::cli {

// what: one of check_names(); limits: those of the same check.
CheckReport report_of(std::string const& what, wire::StatusReply const& status, LimitsAsked const& limits);

}  // namespace rsm::cli
