// A disk or optical drive of a library that the kernel has as a block device: /dev/sr0, /dev/sdb, a link of udev to one.
//
// What for: a BlockingDrive over the node, by the rules of volumes (drivers/block, drivers/volume/door.hpp): a volume that somebody uses is never taken
// away without force, an offline one is held by this process, so that nothing can mount it, and after every load and eject the drive is asked.
//   status()      asks the drive, not the medium. A medium that went by itself (button, somebody else's eject) is said once, as emulated drives say it
//   load()        closes the tray where there is one, waits until the medium answers, at most limits::disk_ready_limit, and locks the door where it can
//   unload()      unlocks the door and ejects. Handles from before a forced dismount keep the medium (busy) until they are closed, or until force
// Errors: those of drivers/port/drive.hpp. Thread rule: one thread, the handler's. Source: volume-control.md.
#pragma once

#include <memory>
#include <string>

#include "drivers/block/block_device.hpp"
#include "drivers/handler/device.hpp"
#include "drivers/scsi/session.hpp"
#include "drivers/volume/device_calls.hpp"

namespace rsm::disk {

struct NodeDrivePlace {
  std::string object;   // "drive 2": for people
  std::string path;     // what clients use: the name that the configuration has for it
  DeviceIdentity identity;
};

std::unique_ptr<handler::BlockingDrive> make_node_drive(block::BlockDevice device, NodeDrivePlace place, volume::DeviceCalls& calls = volume::kernel_calls(),
                                                        scsi::Clock& clock = scsi::real_clock());

}  // namespace rsm::disk
