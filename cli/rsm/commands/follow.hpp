// Waiting for requests, with their steps shown.
//
// What for: `rsm media mount` and every --wait. A cursor is taken before the work is queued, then the events are read on, so that no step
// is missed and nothing is polled. On a terminal each request has one line that shows how far it is; elsewhere each step is a
// line of its own on standard error. Ctrl-C cancels what still waits (a robot move under way is finished).
// Errors: timeout when the limit is over (the requests go on); what the connection says.
// Thread rule: the main thread; one more thread waits for signals meanwhile.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/rsm/commands/context.hpp"
#include "cli/rsm/commands/outcome.hpp"

namespace rsm::cli {

// What is waited for, with the name it has in messages.
struct Followed {
  RequestId request;
  std::string label;
};

// The number of the newest event now.
Result<std::int64_t> newest_event(client::Connection& service);

enum class OnInterrupt { cancel_requests, leave_requests };

// Until every request is settled: finished, or a DISMOUNT that is DEFERRED. In the order given.
Result<std::vector<wire::RequestInfo>> follow(Context& context, std::vector<Followed> const& requests, std::int64_t cursor,
                                              std::optional<std::int64_t> limit_ms, OnInterrupt on_interrupt);

// What a change means for this request in one word for people: "queued", "moving", "loading", "loaded", "waiting" …; empty: nothing new.
std::string step_of(wire::EventInfo const& event, Operation operation);

}  // namespace rsm::cli
