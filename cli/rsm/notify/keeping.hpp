// What `rsm notify` remembers over restarts: a file in its state folder.
//
// What for: nothing is lost and at most one message is said twice. It is there whole or as it was before; a file that makes no sense is put
// aside, and it is begun anew: the service is asked anyway. One program at a time has the folder (flock). Errors: busy, another one has it;
// write_fault and its like. Thread rule: one thread.
#pragma once

#include <unistd.h>

#include <memory>
#include <string>

#include "cli/rsm/commands/descriptor.hpp"
#include "cli/rsm/notify/desk.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::cli {

class Keeping {
 public:
  // `folder`: made where only its last level is missing.
  static Result<std::unique_ptr<Keeping>> open(std::string const& folder);
  DeskState read() const;
  Result<> write(DeskState const& state) const;

 private:
  Keeping(std::string file, int lock) : file_(std::move(file)), lock_(lock) {}
  std::string file_;
  Descriptor lock_;
};

}  // namespace rsm::cli
