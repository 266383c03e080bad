// What a tape drive says, in the words of the port.
//
// What for: failures with the errors that drivers/port/drive.hpp promises, each after what was being done; TapeAlert flags as a sentence, and as alerts.
// Errors: none. Thread rule: pure. Source: drivers/port/drive.hpp, sense_codes.def, tape_alert_drive.def.
#pragma once

#include <string>
#include <vector>

#include "drivers/scsi/session.hpp"
#include "drivers/scsi/tape_alert.hpp"
#include "libmgr/domain/alert.hpp"

namespace rsm::tape {

enum class Doing : std::uint8_t { asking, loading, reading, flushing, writing, rewinding, unloading };

// The sentence stays.
Error port_error(scsi::Failure const& failure, Doing doing);
bool says_no_medium(scsi::Failure const& failure);  // 3A/04 is none: a cartridge is there, and it is not threaded

// "the drive reports: clean now (TapeAlert 20): clean at once; ...", of the flags that are critical or a warning. Empty: none is.
std::string alert_text(scsi::AlertFlags const& alerts);
// All of them, ascending.
std::vector<Alert> alerts_of(scsi::AlertFlags const& alerts);

// With "; " between two that are not empty.
std::string joined(std::string first, std::string_view second);

}  // namespace rsm::tape
