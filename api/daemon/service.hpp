// The running daemon: everything it is made of, put together in one order and taken apart in the reverse one.
//
// What for: the only place that knows all rooms: loop, catalog, devices, manager, server. Order of start: catalog (taken, checked,
// migrated), devices, manager (loads its world and asks the hardware), socket, then readiness is told. Order of the end:
// nobody new, devices finish what they have in hand (at most limits::device_stop_limit), last commit (at most
// limits::commit_stop_limit), out.
// Errors: StartFailure, with the exit code that the document promises. Thread rule: main's thread, which becomes the loop's.
#pragma once

#include <expected>
#include <memory>

#include "api/daemon/arguments.hpp"
#include "api/daemon/config.hpp"
#include "api/daemon/logging.hpp"
#include "api/daemon/notify.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::handler {
class Launcher;
}

namespace rsm::daemon {

struct StartFailure {
  ExitCode code = ExitCode::cannot_start;
  Error error;
};

class Service {
 public:
  // All references must outlive the service.
  static std::expected<std::unique_ptr<Service>, StartFailure> start(Config const& config, Logging& log, Notify const& notify,
                                                                     handler::Launcher& launcher);
  ~Service();
  // Serves until a signal ends it.
  ExitCode run();

 private:
  struct Parts;
  explicit Service(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace rsm::daemon
