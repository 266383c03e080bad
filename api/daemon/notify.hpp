// Tells the service manager how the daemon is: the sd_notify protocol (datagrams to $NOTIFY_SOCKET), by hand.
//
// What for: `Type=notify` units are ready when READY=1 arrives, not when the process exists. Without NOTIFY_SOCKET every call does
// nothing. The variable is taken out of the environment, so that no child speaks in our name.
// Errors: none that matter to the daemon; a message that cannot be sent is dropped, and sent() says so. Never blocks.
// Thread rule: the loop only. Source: sd_notify(3).
#pragma once

#include <string>
#include <string_view>

namespace rsm::daemon {

class Notify {
 public:
  static Notify from_environment();
  explicit Notify(std::string address) : address_(std::move(address)) {}  // a path, "@name" (abstract), or empty

  bool ready(std::string_view status) const;     // READY=1
  bool stopping(std::string_view status) const;  // STOPPING=1
  bool status(std::string_view text) const;      // STATUS=, one line for `systemctl status`

 private:
  bool send(std::string_view state) const;  // true: sent, or nobody wants it
  std::string address_;
};

}  // namespace rsm::daemon
