// A device as the handler process sees it: the blocking twin of drivers/port.
//
// What for: a drive handler (rsm-handler) makes one of these and serves the daemon's commands with it, one after another; the
// calls block as long as the hardware takes. Meaning and errors of every call are those of drivers/port/changer.hpp and drive.hpp;
// the time limit is kept by the daemon, which kills a handler that is late. Thread rule: one thread, the handler's.
#pragma once

#include <memory>
#include <vector>

#include "drivers/port/changer.hpp"
#include "drivers/port/drive.hpp"

namespace rsm::handler {

// `take_doubt`, of both: true once after a command that met word that what the library holds may have changed, and not by a command of ours. It is asked after
// every command, whatever became of that one.
class BlockingChanger {
 public:
  virtual ~BlockingChanger() = default;
  virtual Result<port::ChangerDescription> describe() = 0;
  virtual Result<port::ElementReport> elements(std::vector<port::ElementRange> const& ranges) = 0;
  virtual Result<> move(port::Move const& what) = 0;
  virtual Result<> extend_port(std::uint32_t number, bool extend) = 0;
  virtual Result<> unlock_door(bool unlock) = 0;
  virtual bool take_doubt() { return false; }
};

class BlockingDrive {
 public:
  virtual ~BlockingDrive() = default;
  virtual Result<port::DriveStatus> status() = 0;
  virtual Result<port::DriveStatus> load() = 0;
  virtual Result<port::Label> read_label() = 0;
  virtual Result<port::Label> write_label(port::LabelOrder const& order) = 0;
  virtual Result<port::DismountReport> dismount(bool force) = 0;
  virtual Result<port::UnloadReport> unload(bool force) = 0;
  virtual bool take_doubt() { return false; }
};

}  // namespace rsm::handler
