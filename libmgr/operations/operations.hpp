// The operations of RSM: one file for each. What a file has: the call and its checks, how its requests start, and how they end.
//
// What for: the table says which requests a library looks at in which order (rsm-model.md section 15: lower operation codes first). A new
// request type is a file beside these, a line in the table, and its call on the wire. Thread rule: the loop only.
#pragma once

#include <span>

namespace rsm {

class Library;

namespace operations {

struct Look {
  void (*evaluate)(Library&);
  bool needs_ready_library;
};
std::span<Look const> in_order();

}  // namespace operations
}  // namespace rsm
