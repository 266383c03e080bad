#include "api/daemon/libraries.hpp"

#include "api/daemon/machine.hpp"
#include "drivers/handler/launcher.hpp"
#include "drivers/handler/remote_devices.hpp"
#include "libmgr/base/asio_loop.hpp"

namespace rsm::daemon {
namespace {

handler::VolumeChoiceWord launcher_word(VolumeKind kind) {
  switch (kind) {
    case VolumeKind::automatic:
      return handler::VolumeChoiceWord::automatic;
    case VolumeKind::block:
      return handler::VolumeChoiceWord::block;
    case VolumeKind::user:
      return handler::VolumeChoiceWord::user;
  }
  return handler::VolumeChoiceWord::user;
}

handler::DeviceTimes times_of(DeviceLimits const& limits) {
  handler::DeviceTimes times;
  times.status = limits.status;
  times.inventory = limits.inventory;
  times.move = limits.move;
  times.load = limits.load;
  times.unload = limits.unload;
  times.volume = limits.volume;
  return times;
}

}  // namespace

handler::LauncherConfig launcher_config(Config const& config) {
  handler::LauncherConfig launcher;
  for (auto const& library : config.libraries)
    launcher.libraries.push_back({library.settings.name, library.driver, library.place, launcher_word(library.volumes)});
  launcher.handler_program = config.handler_program.empty() ? program_path("rsm-handler") : config.handler_program;
  launcher.lock_directory = config.lock_directory;
  return launcher;
}

Libraries::Libraries(AsioLoop& loop, handler::Launcher& launcher, Config const& config) {
  for (std::size_t i = 0; i < config.libraries.size(); ++i)  // in the launcher's order
    devices_.emplace(config.libraries[i].settings.name, handler::make_remote_devices(loop.context(), loop, launcher, i, times_of(config.limits_of(config.libraries[i]))));
}

Libraries::~Libraries() = default;

port::Devices& Libraries::devices(std::string const& library) {
  return *devices_.at(library);
}

}  // namespace rsm::daemon
