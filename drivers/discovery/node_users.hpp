// Which processes have nodes of devices open, by one look at all of them.
//
// What for: a library has one master; an operator is told who else uses its devices. Matched by the numbers of the nodes, so that other names of a node and
// other namespaces do not matter. The calling process is left out. Errors: none; who could not be looked at is counted: "unknown", never
// "nobody". Thread rule: any; reads /proc, asks nothing of file systems that answer slowly. Source: proc(5), statx(2).
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "drivers/discovery/kernel_devices.hpp"

namespace rsm::discovery {

struct NodeUsers {
  std::map<NodeNumber, std::vector<std::string>> sentences;  // "process 4711 (mtx, user root) has /dev/sg3 open"
  std::size_t not_seen = 0;                                  // processes that may not be looked at
};
NodeUsers find_node_users(std::set<NodeNumber> const& nodes);

}  // namespace rsm::discovery
