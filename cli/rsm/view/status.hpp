// `rsm status`: what an operator wants to know at 3 a.m., on one screen.
//
// What for: the state of the service in one line, then what needs a person and what to do, then the drives, then the open requests and
// what each waits for. Fitted to the canvas: with a height, requests give way first, then empty drives, then attention; what is
// left out is counted, with the command that shows it. Thread rule: pure function.
#pragma once

#include <string>

#include "api/protocol/messages.hpp"
#include "cli/rsm/text/tone.hpp"

namespace rsm::cli {

std::string status_text(wire::StatusReply const& status, Canvas const& canvas);

}  // namespace rsm::cli
