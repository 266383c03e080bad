// Unix sockets that are bound to a file on a volume.
//
// What for: such a socket keeps its file system busy for as long as it lives, also when its name was removed, and no descriptor of a file shows it.
// Errors: a network namespace that cannot be entered, or a kernel without this question, is left out. Thread rule: any; enters other network
// namespaces for a moment with the calling thread. Source: sock_diag(7), linux/unix_diag.h.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

namespace rsm::block {

// By the socket's inode, as /proc/PID/fd names it: where it was bound, with " (name removed)" where that leads to it no more. `file_systems`: by st_dev.
std::map<ino_t, std::string> sockets_bound_on(std::vector<dev_t> const& file_systems);

}  // namespace rsm::block
