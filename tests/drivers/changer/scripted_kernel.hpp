// A device behind SG_IO, without a kernel: what a scripted device answers, in the way that the kernel hands it on.
//
// What for: the same tests reach a scripted device through drivers/scsi/sg_transport.hpp, so that its translation is in every one of them: status, host
// status, driver status, length of the sense data, residual, time-outs. A command that got no answer in time ends as the kernel ends it (DID_TIME_OUT).
// Thread rule: one thread. Source: scsi/sg.h; the kernel's drivers/scsi/sg.c and scsi_ioctl.c.
#pragma once

#include "drivers/scsi/sg_transport.hpp"

namespace rsm::test {

class ScriptedKernel final : public scsi::SgCalls {
 public:
  explicit ScriptedKernel(scsi::Transport& device) : device_(device) {}
  int open(std::string const& node) override;
  void close(int) override {}
  int sg_io(int fd, sg_io_hdr& header) override;

 private:
  scsi::Transport& device_;
};

}  // namespace rsm::test
