// A disk or optical drive of a library that the kernel does not have: commands go through a transport alone (iSCSI in user space).
//
// What for: the library's side of such a drive: is a cartridge in it, whose is it, may it be taken. Its data go to programs that have a way of their own
// to it, which this process does not see: volume is `none` and volume_path the address, so a dismount flushes the drive's cache and nothing more.
//   load()        START STOP UNIT where the drive does not answer as ready; a drive that says yes and has no medium is found out by READ CAPACITY
//   read_label()  reads the beginning and the end of the medium (limits.hpp) and looks at them as at any volume (drivers/block/label.hpp)
//   A load or unload that did not succeed is told with what tray and mechanism say (GET EVENT STATUS NOTIFICATION, MECHANISM STATUS), where they say it
//   unload()      after dismount(): allows the removal, ejects, and asks whether it is out
// Errors: those of drivers/port/drive.hpp. Thread rule: one thread, the handler's. Source: SBC-3 5, MMC-6.
#pragma once

#include <memory>
#include <string>

#include "drivers/handler/device.hpp"
#include "drivers/scsi/session.hpp"

namespace rsm::disk {

struct TransportDrivePlace {
  std::string object;       // "drive 2": for people
  std::string client_path;  // what clients use: its address
  DeviceIdentity identity;
};

std::unique_ptr<handler::BlockingDrive> make_transport_drive(std::unique_ptr<scsi::Transport> transport, TransportDrivePlace place, scsi::Clock& clock = scsi::real_clock());

}  // namespace rsm::disk
