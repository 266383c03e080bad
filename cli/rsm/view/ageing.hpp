// What a cartridge or a drive has been through, in lines of `rsm media show` and `rsm drive show`, and each row of its history as a sentence.
// Thread rule: pure functions, but the time zone is the reader's.
#pragma once

#include <optional>
#include <string>

#include "api/protocol/messages.hpp"
#include "cli/rsm/text/tone.hpp"
#include "cli/rsm/view/fields.hpp"

namespace rsm::cli {

enum class AgeingOf { medium, drive };

// A share of what is expected in its life where somebody has said that, plain numbers elsewhere.
void show_ageing(Fields& fields, std::optional<wire::AgeingInfo> const& ageing, AgeingOf of, Canvas const& canvas);

// "2026-11-29 12:00:00  A00001  moved from slot 3 to drive 0 of Jukebox  alice, amanda"
std::string history_line(wire::HistoryInfo const& row, Canvas const& canvas);

}  // namespace rsm::cli
