// The mark that a volume needs service: one of its operations ran past its limit.
//
// What for: a program whose operation ran out of time writes it into the volume's record, since the handler that could do so is stuck. It goes
// with the first verify that the device itself has answered. Errors: none to the caller, who has a worse one to report. Thread rule: any.
#pragma once

#include <string>

namespace rsm::volume {

// `node`: of the device; `state_directory`: where the records are; empty: the default.
void mark_needs_service(std::string const& node, std::string const& why, std::string const& state_directory);

}  // namespace rsm::volume
