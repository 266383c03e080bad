// Every kind of driver there is: the only place that lists them.
//
// What for: a handler is told its kind by name ("emulated") and gets the device from here; a new kind is one row. Tests hand a list of
// their own to run_handler. Errors: those of the makers. Thread rule: constant data.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "drivers/block/volume.hpp"
#include "drivers/handler/device.hpp"
#include "drivers/handler/hardware_place.hpp"

namespace rsm {

struct DriverKind {
  std::string_view name;
  Result<std::unique_ptr<handler::BlockingChanger>> (*make_changer)(handler::HardwarePlace const& place);
  // `volume`: nullptr for a kind without volume_link.
  Result<std::unique_ptr<handler::BlockingDrive>> (*make_drive)(handler::HardwarePlace const& place, std::uint32_t number, std::unique_ptr<block::Volume> volume);
  // The stable path of the volume in a drive; nullptr: its drives are real devices, with volumes of their own.
  std::string (*volume_link)(handler::HardwarePlace const& place, std::uint32_t number);
};

std::span<DriverKind const> driver_kinds();

}  // namespace rsm
