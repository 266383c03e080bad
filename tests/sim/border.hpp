// The border between the core and its devices: who looks on when a command crosses it.
// Thread rule: one thread.
#pragma once

#include <string>

#include "drivers/port/changer.hpp"
#include "drivers/port/drive.hpp"

namespace rsm::sim {

class Border {
 public:
  virtual ~Border() = default;
  // At the moment when the core gives the command to the device.
  virtual void before_move(std::string const& library, port::Move const& what) = 0;
  virtual void before_load(std::string const& library, std::uint32_t drive) = 0;
  // What is at the beginning of the side that is up is lost with this.
  virtual void before_label(std::string const& library, std::uint32_t drive, port::LabelOrder const& order) = 0;
  virtual void before_force(std::string const& library, std::uint32_t drive, std::string const& what) = 0;
};

}  // namespace rsm::sim
