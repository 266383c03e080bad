// One SCSI command without data through a device's own node, and what the drive said to it.
//
// What for: what the ioctls of a driver do not offer or do not tell: START STOP UNIT and PREVENT ALLOW MEDIUM REMOVAL on disks, RESERVE on tapes,
// and TEST UNIT READY where a driver answers from memory. It goes the way of drivers/scsi (SG_IO, sense data), through a descriptor that is open already:
// of a disk a second one for writing would make udev look at it again. The answer is the drive's, sense and all; what it means is the caller's matter,
// so the table of sense codes, which retries and waits, is not asked here: who ejects by hand wants the drive's word.
// Unit attentions (the drive has been reset, a medium has come) answer no command: it is sent again, limits::scsi_unit_attentions_max times.
// Thread rule: one thread; blocks up to limits::scsi_command_limit for each try. Source: drivers/scsi/sg_transport.hpp, drivers/scsi/sense.hpp.
#pragma once

#include <optional>
#include <string>

#include "drivers/scsi/commands.hpp"
#include "drivers/scsi/sense.hpp"
#include "drivers/volume/device_calls.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::volume {

using scsi::Cdb6;

constexpr Cdb6 test_unit_ready{0x00};
constexpr Cdb6 reserve_unit{0x16};
constexpr Cdb6 release_unit{0x17};
constexpr Cdb6 eject_unit{0x1B, 0, 0, 0, 0x02, 0};  // START STOP UNIT, LOEJ=1, START=0
constexpr Cdb6 load_unit{0x1B, 0, 0, 0, 0x03, 0};   // LOEJ=1, START=1
constexpr Cdb6 allow_removal{0x1E};
constexpr Cdb6 prevent_removal{0x1E, 0, 0, 0, 0x01, 0};

struct ScsiAnswer {
  std::optional<Error> error;  // of the way: it was not sent, or nobody knows what became of it; none: the drive has answered
  std::uint8_t operation = 0, status = 0;
  scsi::Sense sense;

  bool sensed() const { return sense.format != scsi::SenseFormat::none; }
  bool good() const { return !error && (status == 0 || (sensed() && sense.key <= scsi::key_recovered_error)); }  // with something to say about it, or without
  bool no_scsi() const { return error && error->code == Errc::not_supported; }  // the node takes no SCSI commands
  bool not_allowed() const { return error && error->code == Errc::access_denied; }  // none from us
  bool reserved_by_another() const { return !error && status == 0x18; }
  bool no_medium() const { return sensed() && sense.asc == 0x3A; }
  bool not_ready() const { return sensed() && sense.key == scsi::key_not_ready; }
  bool unknown_command() const { return sensed() && sense.key == scsi::key_illegal_request && sense.asc == 0x20; }
  bool removal_prevented() const { return sensed() && sense.asc == 0x53 && sense.ascq == 0x02; }
  // "the drive answered SCSI command 1B with sense 5/53/02"
  std::string text() const;
};

ScsiAnswer send_scsi(DeviceCalls& calls, int fd, Cdb6 const& command);

}  // namespace rsm::volume
