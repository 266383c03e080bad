// Who stands in the drive elements of a library, as the library tells it, and who a drive says that it is.
//
// What for: the two sides of the comparison by which a drive is found (drive_finder.hpp) and by which a library is set up (drivers/discovery).
// Errors: those of the session as the port's; look_at_drive(): device_not_available, what answers is no drive. Thread rule: one thread.
// Source: SMC-3 6.11 (DVCID), SPC-4 7.8 (VPD 80h, 83h).
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "drivers/changer/configuration.hpp"
#include "drivers/scsi/designator.hpp"
#include "drivers/scsi/identity.hpp"
#include "drivers/scsi/session.hpp"

namespace rsm::scsi_library {

// By number of the drive's element; of which the library says nothing, or not all: none.
using DriveClaims = std::map<std::uint32_t, scsi::Designator>;
// The session's library; it need not be ready.
Result<DriveClaims> read_drive_claims(scsi::Session& session, changer::Configuration const& configuration);
// A claim for people: the serial number in it.
std::string claim_text(scsi::Designator const& claim);

struct SeenDrive {
  std::uint8_t type = 0;  // device_type_tape, ...
  DeviceIdentity identity;
  scsi::Designators own;
  bool is(scsi::Designator const& claim) const { return scsi::identifies(claim, own, identity.serial); }
};
bool may_be_a_drive(std::uint8_t type);
// Object: the session's.
Result<SeenDrive> look_at_drive(scsi::Session& session);

}  // namespace rsm::scsi_library
