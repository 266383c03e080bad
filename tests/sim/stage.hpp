// What everybody in a simulation acts on: time, chance, the iron, the disk, the daemon of the moment.
// Thread rule: one thread.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/daemon.hpp"
#include "tests/sim/sim_loop.hpp"
#include "tests/sim/swarm.hpp"
#include "tests/support/sim_vfs.hpp"

namespace rsm::sim {

struct Stage {
  Stage(std::uint64_t seed, IronKind kind, bool show);

  SeededRandom random;       // of clients, persons and fate
  SeededRandom later_random;  // of deeds that came later, so that histories without them stay as they were
  SeededRandom core_random;  // of the daemon, over all its lives
  Swarm swarm;
  SimLoop loop;
  History history;
  SimVfs vfs;
  std::vector<std::unique_ptr<Iron>> irons;
  std::unique_ptr<Auditor> auditor;
  std::unique_ptr<Daemon> daemon;  // null: none runs
  bool stopping = false;           // it was asked to end
  bool healing = false;            // act two
  std::set<std::string> away;      // libraries that are not in the configuration of this daemon
  Millis commit_slowest{5};

  Millis between(long least, long most) { return Millis{least + static_cast<long>(random.below(static_cast<std::uint64_t>(most - least + 1)))}; }
  Manager* manager() { return daemon ? &daemon->manager() : nullptr; }
  bool serves() { return daemon && !stopping && daemon->manager().ready(); }
  Iron* iron(std::string const& library);
  std::vector<Iron*> all_irons();

 private:
  void make_irons(IronKind kind, std::uint64_t seed);
};

}  // namespace rsm::sim
