// Names of a library's devices on the handler's command line, in lock files and for people.
//
// What for: "changer" and "drive:3" on the command line, "changer" and "drive 3" in sentences. Errors: nullopt for what is neither.
// Thread rule: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libmgr/domain/place.hpp"

namespace rsm::handler {

std::string device_argument(Element device);  // "changer", "drive:3"
std::string device_text(Element device);      // "changer", "drive 3"
std::optional<Element> parse_device(std::string_view argument);
// The same device has the same name whatever the library is called; `place`: HardwarePlace::of_library(). "emulated-0123456789abcdef-drive-3.lock".
std::string lock_file_name(std::string_view driver, std::string_view place, Element device);

}  // namespace rsm::handler
