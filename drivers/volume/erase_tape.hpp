// Erasing a tape, through the st driver.
//
// What for: what EraseTape is to the rsm command of Windows. The tape is rewound, and erased from its beginning: the drive writes an end of data there, and
// nothing behind it can be read any more. That takes seconds; overwriting all of it, which takes hours, is not what is asked here.
// Errors: not_supported (50): it is no tape drive, or one that cannot; file_not_found (2); busy (170): somebody uses the drive; write_protect (19); access_denied (5);
// write_fault (29). Thread rule: one thread; blocks as long as the drive takes, which the driver limits.
#pragma once

#include <string>

#include "drivers/volume/device_calls.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::volume {

Result<> erase_tape(std::string const& path, DeviceCalls& calls);

}  // namespace rsm::volume
