// One drive of an emulated library, for the process that serves it.
//
// What for: a BlockingDrive over a library's directory, with a block::Volume for the image of the side that is up. The hardware's
// truth is the directory: load() threads the cartridge (in the time of the timing model), attaches the image, brings the
// volume online and reads its label; unload() detaches and unthreads. A process that starts on a drive with a loaded cartridge
// takes over the volume of the process before it (Volume::attach finds it by the image's inode); where that is not
// possible the cartridge counts as loaded without a volume until load(). A cartridge whose image cannot be attached
// (bound elsewhere: two writers must be impossible) is unthreaded again, so that the changer can take it.
// Errors and thread rule: drivers/handler/device.hpp.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "drivers/block/volume.hpp"
#include "drivers/handler/device.hpp"

namespace rsm::emulated {

// Stable path of the volume in a drive: the `link` of its block::VolumeOptions.
std::string emulated_volume_link(std::string const& directory, std::uint32_t number);
Result<std::unique_ptr<handler::BlockingDrive>> make_emulated_drive(std::string const& directory, std::uint32_t number,
                                                                    std::unique_ptr<block::Volume> volume);

}  // namespace rsm::emulated
