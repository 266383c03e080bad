// Limits of the driver for SCSI changers.
// Units are in the names or types. Thread rule: constants.
#pragma once

#include <cstddef>
#include <cstdint>

#include "drivers/scsi/limits.hpp"

namespace rsm::limits {

// In one call, the last command begins within this: below the limits of the daemon (status_limit, inventory_limit, move_limit), which ends the handler of a late one.
constexpr Millis changer_describe_patience = 9s;  // and scsi_question_limit for the last command
constexpr Millis changer_ready_glance = 3s;  // describe() waits no longer for a library that is becoming ready: who it is can be said before
constexpr Millis changer_question_patience = 24min;
constexpr Millis changer_move_patience = 24min;

constexpr std::uint32_t changer_elements_per_command_max = 1000;
constexpr std::uint32_t changer_allocation_max = 65'535;  // some libraries use only the lower two bytes of the length
constexpr std::size_t changer_commands_per_range_max = 32;  // for one range whose answers come in pieces
constexpr unsigned changer_refusals_until_remembered = 2;  // in a row, of a bit of READ ELEMENT STATUS: then it is not sent any more
constexpr unsigned changer_moves_again_max = 3;            // of one that the device gave up and that has moved nothing

}  // namespace rsm::limits
