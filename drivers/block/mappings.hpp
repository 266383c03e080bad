// The files that a process has mapped into its memory.
//
// What for: a mapping keeps a file system busy without a descriptor. From Linux 6.11 on the kernel is asked for one mapping of a file after the
// other (PROCMAP_QUERY), and for the path of what is wanted alone; before that all of /proc/PID/maps is read, whose paths cost the most.
// Errors: the errno of a process that may not be looked at; what has ended has no mappings. Thread rule: any.
// Source: proc(5) maps, linux/fs.h of Linux 6.11 (struct procmap_query).
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

#include "drivers/block/loop_device.hpp"

namespace rsm::block {

// Calls `found(path)` for each mapping of a file that `is_wanted`; device and inode are those of maps. `process`: its folder of /proc, open. 0, or an errno.
int look_at_mappings(int process, std::function<bool(FileIdentity)> const& is_wanted, std::function<void(std::string const& path)> const& found);
// The same from the text; for kernels that do not answer questions.
int read_mappings(int maps, std::function<bool(FileIdentity)> const& is_wanted, std::function<void(std::string const& path)> const& found);

}  // namespace rsm::block
