// What an event of the kernel means to the drive at one address, and whether events tell of its media at all.
//
// What for: a drive has several nodes (sg3, st0, nst0; sg4, sr0), the configuration names one of them or a link, and the node of a drive that has just gone is not
// there any more: its numbers are remembered. That an event comes is not enough; whether the kernel looks for a change of the medium is in sysfs:
//   loop devices and disks that are their own medium   attaching, detaching and plugging are events
//   removable disks                                    where the device tells by itself, or the kernel asks it (events_poll_msecs, or else events_dfl_poll_msecs)
//   optical drives                                     where the device tells by itself. The kernel asks by GET EVENT STATUS NOTIFICATION alone, and nothing in sysfs says
//                                                      whether the drive knows it; one that does not is never told of. Told by "eject_request", which no other kind has
//   tape drives, iSCSI                                 never
// Errors: none; what is not there is no event. Thread rule: one thread; reads sysfs, opens no device.
// Source: Documentation/ABI/testing/sysfs-block (events, events_async, events_poll_msecs); drivers/scsi/sr.c (sr_check_events), drivers/scsi/sd.c.
#pragma once

#include <sys/types.h>

#include <optional>
#include <set>
#include <string>
#include <utility>

#include "drivers/port/devices.hpp"
#include "drivers/uevents/uevent.hpp"

namespace rsm::standalone {

class NodeEvents {
 public:
  explicit NodeEvents(std::string address, std::string sysfs = "/sys");

  // Nothing: it is about something else.
  std::optional<port::DriveHint> hint_of(uevents::Uevent const& event);
  // Whether every medium that comes or goes is told now; also of a drive that is not there, whose coming is told.
  bool media_are_told() const;

 private:
  using Number = std::pair<bool, dev_t>;  // of a block device, of a character device
  std::set<Number> numbers() const;

  std::string address_, sysfs_;
  std::set<Number> last_;  // when it was there last
};

}  // namespace rsm::standalone
