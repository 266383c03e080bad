// What of a status is one and the same thing: a drive or library that needs service, the service's sentence about it, and the question to an operator.
//
// What for: whoever shows what needs a person (rsm status, rsm top) tells it once, where it says how to answer. Errors: none. Thread rule: pure functions.
#pragma once

#include <string>

#include "api/protocol/messages.hpp"

namespace rsm::cli {

// An operator was asked to see to this drive or library, and the question is open.
bool is_asked_about(wire::StatusReply const& status, Guid device);
// "drive 2 of Jukebox needs service: ...", as the service says it, is about this drive.
bool says_it_needs_service(wire::StatusReply const& status, std::string const& sentence, wire::DriveInfo const& drive);
// An open question says what this sentence of the service says.
bool told_by_a_question(wire::StatusReply const& status, std::string const& sentence);

}  // namespace rsm::cli
