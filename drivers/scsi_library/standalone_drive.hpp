// The drive of a stand-alone library: what stands at its address now.
//
// What for: no library tells who it is. A disk or optical drive of the kernel is known by sysfs, without a command: whoever may not send commands may use it
// all the same. A tape drive, and whatever is behind an iSCSI target, is asked. A drive that was pulled out and another one at its node are told apart by the
// kernel's object of the device, so that nothing that was held of the first is believed of the second.
// Errors: device_not_available: nothing is there; access_denied: it may not be opened; those of the session. Object: the address. Thread rule: one thread.
// Source: sysfs(5), Documentation/ABI/testing/sysfs-block-device (vendor, model, rev, vpd_pg80).
#pragma once

#include <string>

#include "drivers/scsi_library/drive_finder.hpp"

namespace rsm::scsi_library {

// `sysfs`: where it is mounted; tests have their own.
Result<FoundDrive> find_standalone_drive(std::string const& address, OpenTransport const& open, scsi::Clock& clock, std::string const& sysfs = "/sys");

}  // namespace rsm::scsi_library
