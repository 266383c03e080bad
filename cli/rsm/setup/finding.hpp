// What `rsm setup --check` has found about one thing.
//
// What for: one line each, with the command that repairs it. ok: as it should be. note: not wrong, but worth knowing. fault: it has to be
// repaired. Thread rule: values and pure functions.
#pragma once

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <string>
#include <vector>

#include "cli/rsm/text/tone.hpp"

namespace rsm::cli {

enum class FindingState { ok, note, fault };
BOOST_DESCRIBE_ENUM(FindingState, ok, note, fault)

struct Finding {
  std::string name;  // "socket"
  FindingState state = FindingState::ok;
  std::string text;     // a sentence
  std::string command;  // what repairs it; empty: nothing is to be done
};
BOOST_DESCRIBE_STRUCT(Finding, (), (name, state, text, command))

bool any_fault(std::vector<Finding> const& findings);
std::string findings_text(std::vector<Finding> const& findings, Canvas const& canvas);
std::string findings_json(std::vector<Finding> const& findings);

}  // namespace rsm::cli
