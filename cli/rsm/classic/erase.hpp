// The classic erase: a tape is mounted, erased, brought home and identified again. Errors: not_supported (50): its media are no tapes; invalid_state (5023): the side
// is in a state in which nobody may erase it; access_denied (5); those of mounting, of the drive and of what follows. Thread rule: the main thread.
#pragma once

#include "cli/rsm/commands/work.hpp"

namespace rsm::cli {

// `order` names the one side, and how it is mounted.
Result<> erase(Context& context, MountOrder const& order);

}  // namespace rsm::cli
