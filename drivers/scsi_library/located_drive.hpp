// A drive of a SCSI library as its handler serves it: found by who it is, and looked for again when it has gone.
//
// What for: between the port's calls for drive N and the driver of what stands there (tape, disk or disc). It is found at the first call. After an
// error that says that the device is not there the next call looks again: it may have been exchanged, and another address may be its own by now.
// Errors: those of DriveFinder and of the driver. Thread rule: drivers/handler/device.hpp.
#pragma once

#include <functional>
#include <memory>

#include "drivers/handler/device.hpp"
#include "drivers/scsi_library/drive_finder.hpp"

namespace rsm::scsi_library {

using MakeDrive = std::function<Result<std::unique_ptr<handler::BlockingDrive>>(FoundDrive drive, std::uint32_t number)>;

using FindDrive = std::function<Result<FoundDrive>(std::uint32_t number)>;

// `take_doubt`: whether the search has met word for its library (drivers/handler/device.hpp).
std::unique_ptr<handler::BlockingDrive> make_located_drive(FindDrive find, MakeDrive make, std::uint32_t number, std::function<bool()> take_doubt = [] { return false; });

}  // namespace rsm::scsi_library
