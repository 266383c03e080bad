// The command line of rsm-volume-handler, for the one who starts it and for itself.
// Thread rule: pure. Errors: invalid_parameter with the name of what is wrong.
#pragma once

#include <string>
#include <vector>

#include "drivers/volume/volume_types.hpp"

namespace rsm::volume {

struct HandlerArguments {
  int socket = -1;          // an inherited descriptor: the other end is the program's
  std::string device;
  Access access;
  bool listening = false;
  bool system_too = false;  // also a fixed disk that the machine mounts by its own table
  bool lock_is_to_come = false;  // among the first commands that it will find in its socket
  std::int32_t application = 0;
  std::string command;
};

std::vector<std::string> to_words(HandlerArguments const& arguments);
Result<HandlerArguments> from_words(std::vector<std::string> const& words);

}  // namespace rsm::volume
