// The netlink socket of the kernel's events.
//
// What for: one socket for both groups: the kernel's, whose events come first and always, and udevd's, whose events come when its links are there.
// Needs no rights, and no udevd. receive() never blocks; the descriptor is for the loop of whoever listens.
// Errors: those of the system calls. Object: "uevents". Thread rule: one thread. Source: netlink(7), unix(7) (SCM_CREDENTIALS).
#pragma once

#include <variant>

#include "drivers/block/unique_fd.hpp"
#include "drivers/uevents/uevent.hpp"

namespace rsm::uevents {

struct Nothing {};  // no message waits
struct Ignored {};  // of nobody that counts, or not to be understood
struct Lost {};     // messages came faster than they were read: anything may have happened
using Received = std::variant<Nothing, Ignored, Lost, Uevent>;

class UeventSocket {
 public:
  static Result<UeventSocket> open();
  int descriptor() const { return fd_.get(); }
  UniqueFd release() && { return std::move(fd_); }

 private:
  explicit UeventSocket(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

// One message of such a socket.
Received receive(int descriptor);

}  // namespace rsm::uevents
