// Mounts that wait, before they are planned: who cannot be served any more, whose medium is asked for or identified first, and who is planned.
//
// What for: a look costs what has changed since the last one (library/waiting_mounts.hpp), not what waits. Errors: requests end with theirs, as
// MountNtmsMedia has them. Thread rule: the loop only. Source: rsm-model.md section 9; decision 34.
#pragma once

#include "libmgr/queue/walk.hpp"

namespace rsm {
class Library;
}

namespace rsm::operations::mount {

// UNKNOWN: it is identified first (readings.md 36).
bool mountable(SideState state);
bool present(World const& world, DriveId drive);
// A drive works for it.
bool at_work(Library const& library, RequestRecord const& request);

void look_at_those_who_wait(Library& library);
// In a test every plan is made from scratch, too, and Settings::plans_differ is told where it is another one.
void compare_with_scratch(Library const& library, Situation const& situation, MountPlan const& plan);

}  // namespace rsm::operations::mount
