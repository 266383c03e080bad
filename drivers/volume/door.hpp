// The mechanics of a block device: its door, its tray, and whether a medium is in it.
//
// What for: three kinds of hardware answer the same questions in different ways: a loop device (an image is bound or not), an optical drive
// (CDROM ioctls), every other disk (SCSI START STOP UNIT and PREVENT ALLOW MEDIUM REMOVAL by SG_IO). Eject is sent to whatever it is: the
// hardware answers, never a guess from the drive's type; after it the device is asked whether the medium is really gone,
// and after a load whether one is there: drives say yes to both and do nothing.
// Errors: unable_to_unload_media, unable_to_load_medium, not_supported (no motor, no lock), no_media_in_drive, not_ready, access_denied; the sentence says what the
// device said.
// Thread rule: one thread; calls block. Source: volume-control.md "On Linux"; linux/cdrom.h; SBC-3 5.20 (START STOP UNIT), SPC-4 6.17.
#pragma once

#include <memory>

#include "drivers/block/block_device.hpp"
#include "drivers/volume/device_calls.hpp"

namespace rsm::volume {

class Door {
 public:
  virtual ~Door() = default;
  virtual char const* kind() const = 0;  // "loop device", "optical drive", "disk"
  virtual Result<> medium_present() = 0;
  virtual bool can_lock() const = 0;
  // The lock lasts for as long as this object has it: it ends with the process. False: it stays in the drive until it is taken back.
  virtual bool lock_needs_keeper() const = 0;
  virtual Result<> lock(bool locked) = 0;
  // `exclusive`: our hold of the device; empty: others may use it. It is closed on the way where the medium goes with the last descriptor only.
  virtual Result<> eject(UniqueFd& exclusive) = 0;
  virtual Result<> load() = 0;
};

std::unique_ptr<Door> make_door(block::BlockDevice const& device, DeviceCalls& calls);

}  // namespace rsm::volume
