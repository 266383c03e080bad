// Unix sockets that are bound to a file on a volume.
//
// What for: such a socket keeps its file system busy for as long as it lives, also when its name was removed, and no descriptor of a file shows it.
// Errors: a network namespace that cannot be entered, or a kernel without this question, is left out. Thread rule: any; enters other network
// namespaces for a moment with the calling thread. Source: sock_diag(7), linux/unix_diag.h.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace rsm::block {

// By the socket's inode, as /proc/PID/fd names it: where it was bound, with " (name removed)" where that leads to it no more.
using BoundSockets = std::map<ino_t, std::string>;
// In our own network namespace and in the `others`: by inode, with threads that live in them. `file_systems`: by st_dev.
BoundSockets sockets_bound_on(std::vector<dev_t> const& file_systems, std::map<std::uint64_t, std::vector<pid_t>> const& others);

}  // namespace rsm::block
