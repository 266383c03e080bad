// What the daemon asks its machine: its name, where a volume is mounted, how large the catalog is.
//
// What for: the few questions that the core may not ask itself. Every answer is quick (a file of /proc, a stat).
// Errors: a question without an answer gives an empty or zero one, as said at each. Thread rule: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libmgr/domain/error.hpp"

namespace rsm::daemon {

// The name in records ("computer"): gethostname(2), at most 63 characters; "localhost" without one.
std::string computer_name();
// The first mount point, in our own mount namespace, of the block device that this path leads to; empty: not mounted, no device.
std::string mount_point_of(std::string const& volume);
// Bytes of the catalog with its log; 0: not there.
std::int64_t catalog_bytes(std::string const& path);
// Bytes of this file; nullopt: it is not there.
std::optional<std::int64_t> file_bytes(std::string const& path);
// Raises this process' limit of descriptors as far as it may; gives the limit that holds now.
std::size_t raise_descriptor_limit();
// Path of a program beside the running one, or, where there is none, of the installed one.
std::string program_path(std::string const& name);

}  // namespace rsm::daemon
