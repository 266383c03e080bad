// The devices of one library, as libmgr gets them from whoever wires the program.
//
// A device that stopped answering (its handler died or was killed after a time-out) completes its pending commands with an
// error; the next command brings up a new handler. on_lost tells of a device that went away while nothing was asked of it: an
// offline volume in such a drive is no longer protected until dismount() is called again. Thread rule: the loop only.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "drivers/port/changer.hpp"
#include "drivers/port/drive.hpp"

namespace rsm::port {

class Devices {
 public:
  virtual ~Devices() = default;
  virtual Changer& changer() = 0;
  virtual Drive& drive(std::uint32_t number) = 0;  // by the element's number; made at first use
  // "pid 4711", "not started", "died: signal 9": for status.
  virtual std::string handler_text(Element device) const = 0;
  // Persistent device name of a drive or of the changer (arm).
  virtual std::string device_name(Element device) const = 0;
  virtual void on_lost(std::move_only_function<void(Element device, std::string why)> callback) = 0;
};

}  // namespace rsm::port
