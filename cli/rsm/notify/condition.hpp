// What people are told of: something that lasts until somebody does something.
//
// What for: `rsm notify` compares what the service says now with what it said before. A condition has a key that is the same as long as it
// is the same matter. Units: milliseconds UTC. Thread rule: pure functions.
#pragma once

#include <boost/describe/class.hpp>
#include <string>
#include <vector>

#include "api/protocol/messages.hpp"

namespace rsm::cli {

struct Condition {
  std::string key;      // "operator 1a2b3c4d-…"
  std::string kind;     // "operator", "drive", "library", "attention", "daemon"
  std::string title;    // a sentence: what is to be done, or what is wrong
  std::string detail;   // who waits, or why; may be empty
  std::string command;  // what helps
  std::int64_t since = 0;
  friend bool operator==(Condition const&, Condition const&) = default;
};
BOOST_DESCRIBE_STRUCT(Condition, (), (key, kind, title, detail, command, since))

inline constexpr std::string_view daemon_key = "daemon";

// The kinds that there are, in the order of a message.
std::vector<std::string_view> condition_kinds();
// All that the service says of itself but its absence. `now`: where it does not say since when.
std::vector<Condition> conditions_of(wire::StatusReply const& status, std::int64_t now);
Condition daemon_away(std::string const& why, std::int64_t since);

}  // namespace rsm::cli
