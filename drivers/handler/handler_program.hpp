// The program rsm-handler: one device, one process.
//
// What for: rsm-handler --driver KIND PLACE --device changer|drive:N --volumes block|user|auto --fd N --lock FILE
// PLACE: where the library's hardware is, as HardwarePlace::arguments() says it.
// Started by the launcher. It keeps nothing that it inherited but the standard descriptors and --fd, takes the lock of its device,
// makes the device, greets, serves (serve.hpp), and ends when the daemon ends. It keeps the rights it was started with: a handler of
// root's can mount; one without rights says in its greeting what it cannot do.
// Exit: 0 the daemon is gone or a signal asked; 1 it could not serve (told in the greeting); 2 the daemon spoke nonsense;
// 64 wrong arguments. Thread rule: main. Source: architecture decisions 1, 9 and 12.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "drivers/registry.hpp"
#include "libmgr/domain/place.hpp"

namespace rsm::handler {

struct HandlerArguments {
  std::string driver, volumes, lock;
  HardwarePlace place;
  Element device;  // arm: the changer
  int fd = -1;
};

Result<HandlerArguments> parse_arguments(std::vector<std::string> const& arguments);
int run_handler(std::vector<std::string> const& arguments, std::span<DriverKind const> kinds);

}  // namespace rsm::handler
