// Finding and starting the handler of a volume handle.
//
// What for: a program that opens a volume gets a process that works for it: started with posix_spawn, so that it is safe in a program with
// threads, and nobody's child for long, so that the program's own waiting for children sees it once and never again.
// A program that has one thread and brings the handler along may split it off itself: that saves the start of a program. It is its child then.
// Errors: device_not_available, with the places where the handler program was looked for. Thread rule: any.
#pragma once

#include <string>
#include <string_view>

#include "drivers/block/unique_fd.hpp"
#include "drivers/volume/handler_arguments.hpp"

namespace rsm::volume {

// `given`: an explicit path; else OPENRSM_VOLUME_HANDLER, beside this library, beside this program, the installed place.
Result<std::string> find_handler_program(std::string const& given);
// Our end of the socket. `state_directory`: for OPENRSM_VOLUME_STATE of the handler; empty: what is set already. `told`: the first bytes that it finds in the socket,
// no more than a socket holds.
Result<UniqueFd> start_handler(std::string const& program, HandlerArguments arguments, std::string const& state_directory, std::string_view told);

// Whether split_handler() may be used here: nobody has named a handler program, and this process has one thread.
bool may_split_handler(std::string const& given);
// The same as start_handler() by fork(2) alone; `serve` (serve_handle) is what the child does.
Result<UniqueFd> split_handler(int (*serve)(HandlerArguments const&), HandlerArguments arguments, std::string const& state_directory, std::string_view told);

}  // namespace rsm::volume
