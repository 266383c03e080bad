// One SCSI command without data through a device's own node (SG_IO), and what the drive said to it.
//
// What for: what the ioctls of a driver do not offer or do not tell: START STOP UNIT and PREVENT ALLOW MEDIUM REMOVAL on disks, RESERVE on tapes,
// and TEST UNIT READY where a driver answers from memory. The answer is the drive's, sense and all; what it means is the caller's matter.
// Unit attentions (the drive has been reset, a medium has come) answer no command: it is sent again, limits::scsi_unit_attentions_max times.
// Thread rule: one thread; blocks up to limits::scsi_command_limit for each try. Source: scsi/sg.h; SPC-4 4.5 (sense data, fixed and descriptor format).
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "drivers/volume/device_calls.hpp"

namespace rsm::volume {

using Cdb6 = std::array<unsigned char, 6>;

constexpr Cdb6 test_unit_ready{0x00};
constexpr Cdb6 reserve_unit{0x16};
constexpr Cdb6 release_unit{0x17};
constexpr Cdb6 eject_unit{0x1B, 0, 0, 0, 0x02, 0};  // START STOP UNIT, LOEJ=1, START=0
constexpr Cdb6 load_unit{0x1B, 0, 0, 0, 0x03, 0};   // LOEJ=1, START=1
constexpr Cdb6 allow_removal{0x1E};
constexpr Cdb6 prevent_removal{0x1E, 0, 0, 0, 0x01, 0};

struct ScsiAnswer {
  int failed = 0;  // errno of the call itself: the command never reached the drive; 0: it did
  unsigned char operation = 0, status = 0;
  unsigned host = 0, driver = 0;
  bool sensed = false;  // the three below came from the drive
  unsigned char key = 0, asc = 0, ascq = 0;

  bool good() const { return failed == 0 && host == 0 && (status == 0 || (sensed && key <= 0x01)); }  // 0 and 1: done, with something to say about it
  bool no_scsi() const;  // the node takes no SCSI commands, or none from us
  bool reserved_by_another() const { return failed == 0 && status == 0x18; }
  bool no_medium() const { return sensed && asc == 0x3A; }
  bool not_ready() const { return sensed && key == 0x02; }
  bool unknown_command() const { return sensed && key == 0x05 && asc == 0x20; }
  bool removal_prevented() const { return sensed && asc == 0x53 && ascq == 0x02; }
  // "the drive answered SCSI command 1B with sense 5/53/02"
  std::string text() const;
};

ScsiAnswer send_scsi(DeviceCalls& calls, int fd, Cdb6 command);

}  // namespace rsm::volume
