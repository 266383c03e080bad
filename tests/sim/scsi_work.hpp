// The real drivers on a scripted SCSI library, as the work of the handlers of a simulation.
//
// What for: drivers/changer and drivers/tape as a handler process has them, between the core's commands and the scripted devices (scsi_iron). A call of
// a driver is carried out at one moment of the loop; what it took on the clock of its device passes before its outcome is told. A driver lives as long as its
// process. What finds a drive by its serial number (drivers/scsi_library) is not in it: drive N of the library is the one at its element.
// Errors: those of the drivers. Thread rule: one thread.
#pragma once

#include <memory>

#include "tests/sim/device_work.hpp"
#include "tests/sim/swarm.hpp"

namespace rsm::sim {

std::unique_ptr<DeviceWork> make_scsi_work(Iron& iron, ScsiMix mix);

}  // namespace rsm::sim
