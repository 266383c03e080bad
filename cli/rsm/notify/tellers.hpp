// The programs that tell people.
//
// What for: each gets the message as JSON on standard input, OPENRSM_SUBJECT and OPENRSM_TEXT in its environment, and in its words
// "{subject}" and "{text}" stand for these. Past `limit`, of each, it is ended with all that it has started. A name without '/' is looked
// for among OpenRSM's own programs first (notify-mail, notify-webhook). Errors: the first that a program had, when none has told it. Thread
// rule: one thread; blocks.
#pragma once

#include <string>
#include <vector>

#include "cli/rsm/notify/message.hpp"

namespace rsm::cli {

using Teller = std::vector<std::string>;  // words

// What became of one of them.
struct Told {
  std::string program;
  Result<> outcome;
};

std::vector<Told> tell(std::vector<Teller> const& tellers, Millis limit, Message const& message);

}  // namespace rsm::cli
