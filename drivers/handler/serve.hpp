// The work of a handler: commands in, one after another; replies out.
//
// What for: the blocking twin of RemoteDevices. The step in hand is always finished, also when the daemon has died or a signal asks
// to end; then the handler leaves: what was to follow that step is not begun. An exception from a driver becomes the error of its command:
// the device's truth is asked anew by the daemon. Errors: of the conversation, as the outcome. Thread rule: one thread; SIGINT, SIGTERM and
// SIGHUP are blocked by the caller, and looked at only between commands.
#pragma once

#include <memory>
#include <variant>

#include "drivers/handler/device.hpp"
#include "drivers/handler/frame.hpp"

namespace rsm::handler {

using Device = std::variant<std::unique_ptr<BlockingChanger>, std::unique_ptr<BlockingDrive>>;

enum class ServeEnd { daemon_gone, asked_to_end, not_understood };

// `fd`: the handler's end of the socket pair; `signals`: a signalfd of what asks it to end.
ServeEnd serve(int fd, int signals, Device& device);
// One command; not_supported where the device does not know it.
Result<Answer> carry_out(Device& device, Command const& command);
// Writes it all; false: nobody reads any more.
bool write_line(int fd, std::string_view line);

}  // namespace rsm::handler
