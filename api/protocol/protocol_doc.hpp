// docs/protocol.md as text: the introduction, the errors of libmgr/domain/error.hpp, every method with its tables.
// What for: the program rsm-protocol-doc prints it, a test holds the file equal to it. Thread rule: pure function.
#pragma once

#include <string>

namespace rsm::wire {

std::string protocol_document();

}  // namespace rsm::wire
