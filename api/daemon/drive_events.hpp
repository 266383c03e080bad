// Listens to the kernel's events for the stand-alone drives of the configuration.
//
// What for: whoever puts a disc in or plugs a drive in tells nobody; the kernel does. An event is turned into a hint for the library that it is about, and the
// drive is asked by its handler; nothing is opened here. Where the socket cannot be had, drives are asked from time to time, and the log says so.
// When events were lost every drive is asked. Errors: of listen(). Thread rule: the loop only.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "drivers/standalone/node_events.hpp"
#include "drivers/standalone/standalone_devices.hpp"
#include "libmgr/base/log.hpp"

namespace rsm {
class AsioLoop;
}

namespace rsm::daemon {

class DriveEvents {
 public:
  DriveEvents(AsioLoop& loop, Log& log);

  // The first one begins to listen. `devices` outlives it.
  void watch(std::string const& address, standalone::StandaloneDevices& devices);
  // Whether events tell of every medium at this address that comes or goes now.
  bool media_are_told(std::string const& address) const;

 private:
  struct Watched {
    std::string address;
    standalone::NodeEvents node;
    standalone::StandaloneDevices& devices;
  };

  void listen();
  void await();
  void read();
  void took(uevents::Uevent const& event);
  void everything_may_have_changed();

  AsioLoop& loop_;
  Log& log_;
  std::optional<boost::asio::posix::stream_descriptor> socket_;
  bool tried_ = false;
  std::vector<std::unique_ptr<Watched>> watched_;
};

}  // namespace rsm::daemon
