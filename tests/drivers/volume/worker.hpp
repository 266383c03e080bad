// A process that opens handles and files on the volumes of a round when it is told to, and dies with who tells it.
// Thread rule: one thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "drivers/block/unique_fd.hpp"
#include "drivers/volume/volume_types.hpp"

namespace rsm::test {

// A volume as processes know it.
struct VolumeNode {
  std::string device, state_directory;
  std::vector<std::string> places;  // where it is mounted; files are opened in the first
};

// What a process is told to do, in one structure over a pipe.
struct Order {
  enum Kind : int { open, close, operate, open_file, close_file, probe_file, open_device, close_device } kind = open;
  int slot = 0, volume = 0;
  bool read = false, write = false;  // access of a handle
  volume::Operation operation = volume::Operation::status;
  bool prevent = false;
};

class Worker {
 public:
  static constexpr int handles_max = 8;
  enum class Where { here, in_a_namespace_of_its_own };
  explicit Worker(std::vector<VolumeNode> const& nodes, Where where = Where::here);
  ~Worker() { kill(); }
  Worker(Worker const&) = delete;

  pid_t pid() const { return pid_; }
  // 0, the Win32 number of an operation, the errno of a file; ~0: it has ended.
  std::uint32_t ask(Order const& order);
  void tell(Order const& order);
  bool has_answered(int wait_ms) const;
  std::uint32_t answer();
  void kill();

 private:
  pid_t pid_ = 0;
  UniqueFd orders_, answers_;
};

}  // namespace rsm::test
