// A descriptor of a file or process that is closed with its owner.
// What for: programs of people open few things and hold them for one function. Errors: none; is it open, its bool says. Thread rule: a value.
#pragma once

#include <unistd.h>

namespace rsm::cli {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor const&) = delete;
  Descriptor& operator=(Descriptor const&) = delete;
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

}  // namespace rsm::cli
