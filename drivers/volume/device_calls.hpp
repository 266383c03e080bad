// The system calls to optical and tape drives, as a seam.
//
// What for: this is what a test without such drives replaces; production calls the kernel. Each gives what the kernel gives: a value that is
// not negative, or minus the errno. Thread rule: one thread. Source: ioctl(2), linux/cdrom.h, sys/mtio.h, scsi/sg.h.
#pragma once

#include <sys/types.h>

#include <string>

namespace rsm::volume {

class DeviceCalls {
 public:
  virtual ~DeviceCalls() = default;
  virtual int open(std::string const& node, int flags) = 0;
  virtual void close(int fd) = 0;
  virtual int ioctl(int fd, unsigned long request, void* argument) = 0;
  virtual int ioctl(int fd, unsigned long request, long argument) = 0;
  // The mode and the number of a device node.
  virtual int stat(std::string const& node, mode_t& mode, dev_t& device) = 0;
};

DeviceCalls& kernel_calls();

// A descriptor of a DeviceCalls, closed at the end.
class DeviceFd {
 public:
  DeviceFd() = default;
  DeviceFd(DeviceCalls& calls, int fd) : calls_(&calls), fd_(fd) {}
  DeviceFd(DeviceFd&& other) noexcept : calls_(other.calls_), fd_(other.fd_) { other.fd_ = -1; }
  DeviceFd& operator=(DeviceFd&& other) noexcept {
    reset();
    calls_ = other.calls_;
    fd_ = other.fd_;
    other.fd_ = -1;
    return *this;
  }
  ~DeviceFd() { reset(); }
  explicit operator bool() const { return fd_ >= 0; }
  int get() const { return fd_; }
  int error() const { return -fd_; }  // when there is none
  void reset() {
    if (fd_ >= 0) calls_->close(fd_);
    fd_ = -1;
  }

 private:
  DeviceCalls* calls_ = nullptr;
  int fd_ = -1;
};

}  // namespace rsm::volume
