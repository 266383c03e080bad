// SCSI commands through a node of the kernel (SG_IO): /dev/sg3, or a link of udev to one.
//
// What for: the transport of devices that this machine's kernel knows. The system calls are a seam: tests put a scripted kernel there.
// Units, errors and thread rule: transport.hpp. The limit of a command is kept by the kernel, which then resets the device.
// Errors of open(): errors of transport.hpp; resource_not_present, there is no such node. Object: the node.
// Source: scsi/sg.h, the kernel's Documentation/scsi/scsi-generic.rst.
#pragma once

#include <memory>
#include <string>

#include "drivers/scsi/transport.hpp"

struct sg_io_hdr;

namespace rsm::scsi {

// Each gives what the kernel gives: a value that is not negative, or minus the errno.
class SgCalls {
 public:
  virtual ~SgCalls() = default;
  virtual int open(std::string const& node) = 0;  // for reading and writing, without waiting for a medium
  virtual void close(int fd) = 0;
  virtual int sg_io(int fd, sg_io_hdr& header) = 0;
};
SgCalls& kernel_sg_calls();

class SgTransport final : public Transport {
 public:
  static Result<std::unique_ptr<SgTransport>> open(std::string const& node, SgCalls& calls = kernel_sg_calls());
  SgTransport(SgTransport const&) = delete;
  SgTransport& operator=(SgTransport const&) = delete;
  ~SgTransport() override;

  Result<Answer> send(Request const& request) override;
  std::string const& name() const override { return node_; }

 private:
  SgTransport(std::string node, SgCalls& calls, int fd) : node_(std::move(node)), calls_(calls), fd_(fd) {}

  std::string node_;
  SgCalls& calls_;
  int fd_;
};

}  // namespace rsm::scsi
