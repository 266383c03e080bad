// The trial of a library: inventory, in each drive a mount and a dismount, two cartridges that change places, the ports; then everything is put back.
//
// What for: `rsm library certify`. It works through the service, as any client does: nothing is done that a backup program could not do, and nothing is written
// to a cartridge. A step that fails does not end it; Ctrl-C does: what waits is cancelled, a move under way is finished, everything is put back, and what could
// not be is told. A second Ctrl-C ends the program at once. Errors: none; they are in the report. Limits: limits.hpp. Thread rule: the main thread; one more
// waits for signals.
#pragma once

#include "cli/rsm/certify/choice.hpp"
#include "cli/rsm/certify/report.hpp"
#include "cli/rsm/commands/context.hpp"

namespace rsm::cli {

TrialReport try_library(Context& context, client::Connection& service, LibraryContents const& contents, TrialChoice const& choice, bool ports);

}  // namespace rsm::cli
