// The state of a volume and who keeps it busy, for people. Thread rule: pure functions.
#pragma once

#include <string>

#include "cli/rsm/text/table.hpp"
#include "drivers/volume/volume_types.hpp"

namespace rsm::cli {

// Everything about it, what needs a person first said in words and with the command that helps.
std::string volume_status_text(volume::VolumeStatus const& status, Canvas const& canvas);

// A row for every holder; nobody: one sentence. Says when something could not be looked at.
std::string holders_view(std::string const& device, volume::HolderList const& list, Canvas const& canvas);
std::string holders_json(std::string const& device, volume::HolderList const& list);

}  // namespace rsm::cli
