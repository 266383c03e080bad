// What a trial of a library has shown: its steps with their times, what the library can do, what is not where it was.
//
// What for: the table for people and the object of --json. Units: milliseconds. Thread rule: values and pure functions.
#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/rsm/text/tone.hpp"

namespace rsm::cli {

struct TrialStep {
  std::string step;                // "inventory", "mount", "dismount", "exchange", "transfer", "port open", "port close"
  std::string where, what;         // "Tapes drive 0", "A00001:0"; several with commas; empty: the library
  std::string outcome;             // "done", "failed", "left out"
  std::string reason;              // why, where it is not done
  std::int64_t milliseconds = -1;  // from the start of the work to its end, as the service has recorded it; -1: it was not measured
};
BOOST_DESCRIBE_STRUCT(TrialStep, (), (step, where, what, outcome, reason, milliseconds))

struct Ability {
  std::string name;    // "bar codes"
  std::string answer;  // "yes", "no", "unknown"
  std::string detail;
};
BOOST_DESCRIBE_STRUCT(Ability, (), (name, answer, detail))

struct TrialReport {
  std::string library, changer;
  std::vector<TrialStep> steps;
  std::vector<Ability> abilities;
  std::vector<std::string> not_back;  // what could not be put back, and where it is
  bool cancelled = false;
  bool good = false;  // every step was done, everything is where it was
};
BOOST_DESCRIBE_STRUCT(TrialReport, (), (library, changer, steps, abilities, not_back, cancelled, good))

std::string trial_text(TrialReport const& report, Canvas const& canvas);
std::string to_json(TrialReport const& report);

}  // namespace rsm::cli
