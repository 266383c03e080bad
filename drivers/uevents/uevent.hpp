// One event of the kernel's device model, as it arrives on a netlink socket: something appeared, vanished or changed.
//
// What for: two senders use one protocol number. The kernel sends "ACTION@DEVPATH" and then variables; udevd sends a header and the same variables, after
// it has made its links. What is used of an event is what device it is about and whether its medium has changed.
// Bytes are anybody's until trusted() says whose they are: every process may send to a group, so only the kernel's own messages and those of root count.
// Errors: bad_format. Thread rule: pure functions. Source: lib/kobject_uevent.c, drivers/scsi/sr.c, block/disk-events.c; systemd, sd-device/device-monitor.c.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "libmgr/domain/error.hpp"

namespace rsm::uevents {

// Netlink groups of NETLINK_KOBJECT_UEVENT.
constexpr std::uint32_t group_kernel = 1, group_udev = 2;

struct Uevent {
  std::string action;     // "add", "remove", "change" ...
  std::string subsystem;  // "block", "scsi_tape", "scsi_generic" ...
  std::string type;       // DEVTYPE: "disk", "partition"; empty: none
  std::optional<dev_t> device;
  bool medium_changed = false;  // DISK_MEDIA_CHANGE
  bool eject_wanted = false;    // DISK_EJECT_REQUEST: somebody has pressed the button
  friend bool operator==(Uevent const&, Uevent const&) = default;
};

Result<Uevent> decode(std::span<char const> message);

// What the socket tells of who sent a message.
struct Sender {
  std::uint32_t port = 0;    // of netlink; the kernel's is 0
  std::uint32_t groups = 0;  // that it was sent to; 0: to us alone
  struct Credentials {
    pid_t process = 0;
    uid_t user = 0;
  };
  std::optional<Credentials> credentials;  // filled in by the kernel, never by the sender
};
bool trusted(Sender const& sender);

}  // namespace rsm::uevents
