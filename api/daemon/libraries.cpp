#include "api/daemon/libraries.hpp"

#include "api/daemon/drive_events.hpp"
#include "api/daemon/machine.hpp"
#include "drivers/handler/launcher.hpp"
#include "drivers/handler/remote_devices.hpp"
#include "drivers/standalone/standalone_devices.hpp"
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

Libraries::Libraries(AsioLoop& loop, Log& log, handler::Launcher& launcher, Config const& config) {
  for (std::size_t i = 0; i < config.libraries.size(); ++i) {  // in the launcher's order
    auto const& library = config.libraries[i];
    auto& devices = *devices_.emplace(library.settings.name, handler::make_remote_devices(loop.context(), loop, launcher, i, times_of(config.limits_of(library)))).first->second;
    if (library.settings.standalone) serve_by_hand(loop, log, library, devices);
  }
}

Libraries::~Libraries() = default;

void Libraries::serve_by_hand(AsioLoop& loop, Log& log, LibraryConfig const& library, port::Devices& devices) {
  standalone::Options options{.media_type = library.place.media_type, .hints_of_media = {}};
  std::string const address = library.place.drives.empty() ? std::string() : library.place.drives.front();  // emulated: nobody tells
  bool const told = address.starts_with('/');
  if (told) options.hints_of_media = [this, address] { return drive_events_->media_are_told(address); };
  auto& by_hand = *by_hand_.emplace(library.settings.name, std::make_unique<standalone::StandaloneDevices>(devices, std::move(options))).first->second;
  if (!told) return;
  if (!drive_events_) drive_events_ = std::make_unique<DriveEvents>(loop, log);
  drive_events_->watch(address, by_hand);
}

port::Devices& Libraries::devices(std::string const& library) {
  if (auto const alone = by_hand_.find(library); alone != by_hand_.end()) return *alone->second;
  return *devices_.at(library);
}

}  // namespace rsm::daemon
