// How requests end: with their work, with their group, or because somebody wants it. Thread rule: the loop only.
#pragma once

#include "libmgr/machines/drive.hpp"

namespace rsm {

class Library;

namespace operations {

// Ends an open request (none: nothing happens), and with a mount the others of its call, which share its fate: what is loaded of them is
// taken out of use again.
void finish(Library& library, RequestId request, Outcome outcome);

// A request is to end with this outcome. False: it is being handled and cannot be stopped in this way; nothing has changed.
bool stop(Library& library, RequestId request, Outcome const& outcome, machine::StopHow how);

}  // namespace operations
}  // namespace rsm
