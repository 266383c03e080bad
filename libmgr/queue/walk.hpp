// A plan made from lines (lines.hpp): the plan that plan_mounts makes from scratch, at a cost that does not grow with how many wait.
//
// What for: a library plans at every event. The lines are walked in order of service, and only as far as anybody could be served: a line
// whose head is blocked without effect is left as a whole, one whose medium is busy is not looked at, and lines that want any drive, or
// this one, end where none is left for them. What grows: with the drives, with what is under way, with those whom an administrator has
// given a place, and with the calls of several media while so many drives may come free. A clock that was set back while requests wait:
// they are planned from scratch. Errors: none. Thread rule: pure. Source: docs/decisions/0034-lines-are-kept.md.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "libmgr/queue/lines.hpp"

namespace rsm {

MountPlan plan_lines(Situation const& situation, MountLines const& lines);

// In what this plan is another one than that from scratch for those who wait, and what is said of them otherwise; empty: in nothing.
std::string difference_from_scratch(Situation const& situation, MountLines const& lines, MountPlan const& plan,
                                    std::vector<RequestRecord const*> const& waiting);

// For what a request waits, of those that are planned: found at its turn, when those before it have been placed. Empty: it could start.
// True: the lines do not say it (ages do not follow numbers, after a clock was set back), and each answer is a plan of all that waits.
bool is_planned_from_scratch(Situation const& situation, MountLines const& lines);
std::string why_in_lines(Situation const& situation, MountLines const& lines, RequestRecord const& request);

// The first ones in order of service, at most so many; all that are planned.
std::vector<RequestId> first_in_lines(Situation const& situation, MountLines const& lines, std::size_t most);

struct PlaceInLines {
  std::size_t before = 0;               // how many are served before it
  RequestRecord const* last = nullptr;  // the last one of them
};
PlaceInLines place_in_lines(Situation const& situation, MountLines const& lines, RequestRecord const& request);

}  // namespace rsm
