// `rsm check`: a monitoring plugin.
//
// What for: Nagios, Icinga and whatever runs their plugins. Exit codes are those of plugins, not of the other commands: 0 OK, 1 WARNING,
// 2 CRITICAL (also: nobody listens on the socket, or the service went away), 3 UNKNOWN (wrong usage, --help, no permission, no answer
// within
// --timeout, another protocol). Everything goes to standard output, where a monitoring system looks. One status call, which waits for
// nobody; the kernel ends the program when the time is over, whatever it is doing.
// Thread rule: the main thread; takes SIGALRM. Source: Monitoring Plugins Development Guidelines.
#pragma once

#include "cli/rsm/arguments/parse.hpp"

namespace rsm::cli {

// Whether these words are for `rsm check`, right or wrong.
bool is_check(std::vector<std::string> const& words);
// Prints; gives the exit code.
int run_check(std::vector<std::string> const& words);

}  // namespace rsm::cli
