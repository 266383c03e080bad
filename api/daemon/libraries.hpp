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

namespace rsm::daemon {

// What the privileged launcher has to know, and no more.
handler::LauncherConfig launcher_config(Config const& config);

class Libraries {
 public:
  // All references must outlive it.
  Libraries(AsioLoop& loop, handler::Launcher& launcher, Config const& config);
  ~Libraries();

  // Of a configured library, by its name.
  port::Devices& devices(std::string const& library);

 private:
  std::map<std::string, std::unique_ptr<port::Devices>> devices_;
};

}  // namespace rsm::daemon
