// The lock of a device: two handlers can never act on one.
//
// What for: a handler holds flock(2) on its device's lock file from before its first look at the device to its end (decision 12). A
// handler that was killed keeps it until the kernel has really ended it. The file says in words who holds it: "4711".
// The file is 0600, in a directory that is ours or root's alone (0700 where it is made): nobody else can take the lock.
// Errors: busy when another holds it for longer than the wait, with its pid; access_denied where others could take it, or planted something.
// Thread rule: the program's start, one thread (the wait uses the process's interval timer).
#pragma once

#include <string>

#include "drivers/block/unique_fd.hpp"
#include "libmgr/domain/error.hpp"
#include "libmgr/domain/time.hpp"

namespace rsm::handler {

Result<UniqueFd> lock_device(std::string const& file, std::string const& device, Millis wait);

}  // namespace rsm::handler
