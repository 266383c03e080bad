// The changer of an emulated library, for the process that serves it.
//
// What for: a BlockingChanger over a library's directory. A move takes the time of the timing model; one that an earlier handler
// began and nobody finished is waited for first. Killing the process in mid-move changes nothing in the library.
// Errors and thread rule: drivers/handler/device.hpp.
#pragma once

#include <memory>
#include <string>

#include "drivers/handler/device.hpp"

namespace rsm::emulated {

Result<std::unique_ptr<handler::BlockingChanger>> make_emulated_changer(std::string const& directory);

}  // namespace rsm::emulated
