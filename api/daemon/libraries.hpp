// The configured libraries' devices: each a drive handler away.
//
// What for: the only place that turns [[library]] sections into device ports. Nothing is started here: a handler starts with the
// first command for its device, and again after it died. A library whose hardware is not there answers every command with
// the error that its handler gave, and keeps no other library from service.
// Thread rule: the loop only.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "api/daemon/config.hpp"
#include "drivers/port/devices.hpp"

namespace rsm {
class AsioLoop;
}
namespace rsm::handler {
class Launcher;
struct LauncherConfig;
}  // namespace rsm::handler

namespace rsm::standalone {
class StandaloneDevices;
}

namespace rsm::daemon {

// What the privileged launcher has to know, and no more.
handler::LauncherConfig launcher_config(Config const& config);

class DriveEvents;

class Libraries {
 public:
  // All references must outlive it.
  Libraries(AsioLoop& loop, Log& log, handler::Launcher& launcher, Config const& config);
  ~Libraries();

  // Of a configured library, by its name.
  port::Devices& devices(std::string const& library);

 private:
  void serve_by_hand(AsioLoop& loop, Log& log, LibraryConfig const& library, port::Devices& devices);

  std::map<std::string, std::unique_ptr<port::Devices>> devices_;
  std::map<std::string, std::unique_ptr<standalone::StandaloneDevices>> by_hand_;  // over devices_
  std::unique_ptr<DriveEvents> drive_events_;  // of stand-alone drives of the kernel; none: there is none
};

}  // namespace rsm::daemon
