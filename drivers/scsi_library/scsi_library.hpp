// The driver kind "scsi": a library of real devices, behind nodes of the kernel or iSCSI targets.
//
// What for: the registry's makers. Nothing is opened before the first question, so that a handler whose device is away for the moment serves again
// when it is back; after an error that says that the device is not there it is opened anew.
//   changer  drivers/changer over the address of the changer
//   drive    found by drive_finder.hpp; a tape drive by drivers/tape, a disk or optical drive by drivers/disk: through its block node where the kernel
//            has one, else by commands alone
// Errors: those of these drivers; of the makers: invalid_parameter, an address or the CHAP file cannot be understood. Thread rule: drivers/handler/device.hpp.
#pragma once

#include <cstdint>
#include <memory>

#include "drivers/handler/device.hpp"
#include "drivers/handler/hardware_place.hpp"

namespace rsm::scsi_library {

Result<std::unique_ptr<handler::BlockingChanger>> make_scsi_changer(handler::HardwarePlace const& place);
// The driver kind "standalone": one drive, with nobody to bring its media but a person.
Result<std::unique_ptr<handler::BlockingDrive>> make_standalone_drive(handler::HardwarePlace const& place);
Result<std::unique_ptr<handler::BlockingDrive>> make_scsi_drive(handler::HardwarePlace const& place, std::uint32_t number);

}  // namespace rsm::scsi_library
