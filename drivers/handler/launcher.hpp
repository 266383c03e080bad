// The privileged parent of the handlers: it can start and kill handlers of configured devices, and nothing else.
//
// What for: rsmd forks it before it starts threads and before it gives up root (decision 12). The daemon asks over a socket pair;
// each handler's end of a conversation comes back as a descriptor. It knows its libraries from the configuration it was forked with: a
// message can only name one of them by number. Everything else is refused. A handler inherits no catalog, no client's
// socket and a clean environment. The launcher ends when the daemon does; handlers then see the end of their own sockets, finish their
// step, and leave.
// Errors of start_launcher: invalid_parameter (configuration), object_not_found (no handler program), access_denied (lock directory: others could take the locks in it).
// Thread rule: start_launcher before any thread; the Launcher itself: the loop only.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "drivers/block/unique_fd.hpp"
#include "drivers/handler/hardware_place.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::handler {

class LauncherLink;

enum class VolumeChoiceWord { automatic, block, user };

struct LauncherLibrary {
  std::string name;       // for people
  std::string driver;     // "emulated", "scsi", "standalone"
  HardwarePlace place;
  VolumeChoiceWord volumes = VolumeChoiceWord::automatic;  // automatic: block where it is possible
};

struct LauncherConfig {
  std::vector<LauncherLibrary> libraries;
  std::string handler_program;  // absolute path of rsm-handler
  std::string lock_directory;   // made, 0700, when only its last level is missing; one that others may write in, or own, is refused
};

// The daemon's hold on its launcher: as long as it lives, handlers can be started (remote_devices.hpp). Its end ends the launcher.
class Launcher {
 public:
  Launcher(UniqueFd control, pid_t pid, std::vector<LauncherLibrary> libraries);
  ~Launcher();
  Launcher(Launcher&&) noexcept;
  Launcher& operator=(Launcher&&) = delete;

  pid_t pid() const { return pid_; }
  std::vector<LauncherLibrary> const& libraries() const { return libraries_; }

 private:
  friend class LauncherLink;
  UniqueFd control_;
  pid_t pid_ = 0;
  std::vector<LauncherLibrary> libraries_;
  std::weak_ptr<LauncherLink> link_;  // shared by all devices on one loop
};
using LauncherClient = Launcher;

Result<Launcher> start_launcher(LauncherConfig config);

}  // namespace rsm::handler
