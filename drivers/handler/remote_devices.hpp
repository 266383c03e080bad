// The devices of one library, each behind a handler process: port::Devices for the daemon.
//
// What for: the loop's side of drivers/handler. Nothing is started before the first command. Time limits are those of
// libmgr/domain/limits.hpp unless the options say otherwise (the configuration; tests; emulation with scaled time).
// Errors: those of drivers/port; device_not_available for a handler that cannot be started or died, with its pid and its end; timeout
// when a command is late (its handler is killed); busy when more than limits::device_queue_max commands wait for one device.
// Thread rule: the loop only. The io_context, the loop and the launcher outlive it; destroying it drops what is pending
// without calling back, and its handlers finish their step and leave.
#pragma once

#include <cstddef>
#include <memory>

#include "drivers/handler/limits.hpp"
#include "drivers/port/devices.hpp"
#include "libmgr/base/loop.hpp"
#include "libmgr/domain/limits.hpp"

namespace boost::asio {
class io_context;
}

namespace rsm::handler {

class Launcher;

// How long a command of each kind may take.
struct DeviceTimes {
  Millis status = limits::status_limit;        // of a drive; who a changer is
  Millis inventory = limits::inventory_limit;  // elements of a changer
  Millis move = limits::move_limit;            // also a port
  Millis load = limits::load_limit;
  Millis unload = limits::unload_limit;
  Millis volume = limits::volume_limit;        // dismount, reading and writing a label
  Millis start = limits::handler_hello_limit;  // of a handler, to its greeting
  Millis kill = limits::handler_kill_limit;    // patience for the end of a killed one
};

// `library`: its index in the launcher's configuration.
std::unique_ptr<port::Devices> make_remote_devices(boost::asio::io_context& context, Loop& loop, Launcher& launcher, std::size_t library, DeviceTimes times = {});

}  // namespace rsm::handler
