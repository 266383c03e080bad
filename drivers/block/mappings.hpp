// The files that a process has mapped into its memory.
//
// What for: a mapping keeps a file system busy without a descriptor. The text of maps is read as a whole: a question for each mapping
// (PROCMAP_QUERY of Linux 6.11) takes half as long again for a small program, since the calls cost more than the text.
// Errors: the errno of a process that may not be looked at; what has ended has no mappings. Thread rule: any. Source: proc(5) maps.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

#include "drivers/block/loop_device.hpp"

namespace rsm::block {

// Calls `found(path)` for each mapping of a file that `is_wanted`; device and inode are those of maps. `process`: its folder of /proc, open. 0, or an errno.
int look_at_mappings(int process, std::function<bool(FileIdentity)> const& is_wanted, std::function<void(std::string const& path)> const& found);

}  // namespace rsm::block
