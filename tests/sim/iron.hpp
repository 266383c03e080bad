// The iron of one library in a simulation: the emulated hardware and the volumes in its drives.
//
// What for: it outlives the daemon. The hardware goes on by the clock; the step that a handler has in hand is finished also when
// its daemon is gone, and no other handler acts on the device before that. A volume is offline only while the handler that made it
// so lives; whoever opened it keeps it busy. Thread rule: one thread. Source: architecture decisions 6, 12, 18.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "drivers/emulated/hardware.hpp"
#include "libmgr/base/random.hpp"
#include "tests/sim/history.hpp"

namespace rsm::sim {

struct Volume {
  bool offline = false;           // protected by its handler
  std::set<std::string> holders;  // who has a file open
};

class Iron {
 public:
  Iron(std::string name, emulated::Hardware made, Loop& loop, History& history, std::uint64_t seed)
      : library(std::move(name)), hardware(std::move(made)), volumes(hardware.state().drives.size()), random(seed), loop_(loop), history_(history) {}

  std::string library;
  emulated::Hardware hardware;
  std::vector<Volume> volumes;  // by drive
  SeededRandom random;
  std::map<Element, std::uint64_t> in_hand;  // devices whose handler carries out a step, and which handler

  TimePoint now() const { return loop_.now(); }
  Loop& loop() { return loop_; }
  History& history() { return history_; }

  // A handler is gone: what it held offline is open to everybody.
  void handler_gone(Element device);
  // After faults were removed or a device became free: whoever waits looks again.
  void wake();
  void on_wake(std::function<bool()> look);  // false: not interested any more
  std::uint64_t next_handler() { return ++handlers_; }
  // Counts faults that have hit something since the last look.
  void count_faults();
  void arm_fault(emulated::Fault fault);
  void heal();

  // The side that is up in a loaded drive.
  Omid const* label_in(std::uint32_t drive);
  bool strangers = true;  // somebody may open a volume that lost its protection

 private:
  Loop& loop_;
  History& history_;
  std::uint64_t handlers_ = 0;
  std::vector<std::function<bool()>> waiting_;
  std::map<emulated::FaultId, emulated::FaultKind> armed_;
};

}  // namespace rsm::sim
