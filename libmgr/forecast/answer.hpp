// When will this be mounted, why not sooner, and what would help: the answer to one who waits.
// Errors: none. Thread rule: pure; not for the loop (outlook.hpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libmgr/forecast/outlook.hpp"
#include "libmgr/forecast/question.hpp"
#include "libmgr/forecast/what_if.hpp"

namespace rsm::forecast {

struct Answer {
  bool basis = false;                // false: nothing was learned to say it from
  std::optional<Expected> expected;  // nothing, with a basis: time alone does not bring it
  std::size_t before = 0;            // who wait and are served before it
  std::vector<std::string> reasons, shorter;  // sentences without a full stop
};
// `place`: where it stands among those who wait, from 0.
Answer answer(Question const& question, RequestId request, std::size_t place);

// What a library does next.
struct PlannedStep {
  RequestRecord request;
  std::string medium_name;
  Millis start{}, mounted{}, mounted_p90{};  // from now
};
struct PlannedDrive {
  DriveId drive;       // zero: an extra drive of a what-if
  std::uint32_t number = 0;
  std::string name, doing;
  std::vector<PlannedStep> next;
};
// A mount that would come earlier or later with what is supposed.
struct Change {
  RequestId request;
  MediumId medium;
  std::string medium_name;
  Millis mounted{}, mounted_if{};
};
struct Plan {
  LibraryId library;
  std::string name;
  bool basis = false;                 // false: the times mean nothing
  bool times = true;                  // false: a person has to do something first, and when that is nobody knows
  std::size_t waiting = 0, planned = 0;
  std::vector<PlannedDrive> drives;   // with what is supposed, if something is
  Millis wait{}, last{};              // as it is: mean of those who wait, and until the last of them
  std::optional<Millis> wait_if, last_if;
  std::vector<Change> changed;        // those that change most first
  std::vector<std::string> said;      // sentences without a full stop
};
Plan plan(Question const& question, std::optional<WhatIf> const& what_if);

// What the drive does now, for people: "holds A00001 for backup (alice) for 12 min".
std::string doing_text(Question const& question, DriveId drive);

}  // namespace rsm::forecast
