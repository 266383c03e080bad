// A drive that follows a script: the calls that it expects, in their order, and what it answers to each.
//
// What for: tests of optical drives, disks and tape drives without one. Every call is written as one line, and a call that is not the next line
// of the script fails the test and gets EIO:
//   "open /dev/sr0 r"              r: O_RDONLY, rw: O_RDWR; always with O_NONBLOCK, or " blocking" stands behind it
//   "CDROMEJECT 0"                 an ioctl with a number
//   "MTWEOF 0"                     MTIOCTOP, operation and count
//   "MTIOCGET", "BLKGETSIZE64"
//   "SG_IO 1B 00 00 00 02 00"      no data, a sense buffer of 18 bytes or more, the limit of limits::scsi_command_limit
// Closes are not in the script; open_descriptors() counts what is left. At its end the script must have been used up.
// Thread rule: one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "drivers/volume/device_calls.hpp"

struct sg_io_hdr;

namespace rsm::test {

constexpr char const* test_unit_ready = "00 00 00 00 00 00";

using Bytes = std::vector<unsigned char>;

Bytes fixed_sense(unsigned char key, unsigned char asc, unsigned char ascq);       // 70h
Bytes descriptor_sense(unsigned char key, unsigned char asc, unsigned char ascq);  // 72h

class ScriptedDrive final : public volume::DeviceCalls {
 public:
  ~ScriptedDrive() override;

  ScriptedDrive& open(std::string const& node, std::string const& how, int error = 0);
  ScriptedDrive& answer(std::string const& call, int given = 0);
  ScriptedDrive& scsi_good(std::string const& cdb) { return scsi(cdb, 0, {}); }
  ScriptedDrive& scsi_sense(std::string const& cdb, Bytes sense) { return scsi(cdb, 2, std::move(sense)); }
  ScriptedDrive& scsi(std::string const& cdb, unsigned char status, Bytes sense, unsigned short host = 0);
  ScriptedDrive& tape_state(long gstat);
  ScriptedDrive& size(unsigned long long bytes);
  ScriptedDrive& node(std::string const& path, mode_t mode, dev_t device);  // what stat() finds; not in the order of the script

  std::size_t open_descriptors() const { return open_.size(); }
  bool finished() const { return script_.empty(); }

  int open(std::string const& node, int flags) override;
  void close(int fd) override;
  int ioctl(int fd, unsigned long request, void* argument) override;
  int ioctl(int fd, unsigned long request, long argument) override;
  int stat(std::string const& node, mode_t& mode, dev_t& device) override;

 private:
  struct Step {
    std::string call;
    int given = 0;
    std::function<void(void*)> fill = [](void*) {};
  };
  struct Node {
    std::string path;
    mode_t mode;
    dev_t device;
  };
  int next(std::string const& call, void* argument);
  int on_descriptor(int fd, std::string const& call, void* argument);

  std::deque<Step> script_;
  std::vector<Node> nodes_;
  std::set<int> open_;
  int last_fd_ = 100;
};

}  // namespace rsm::test
