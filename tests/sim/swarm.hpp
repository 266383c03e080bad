// What one seed is about: the library, the clients, the settings and which faults come how often, all drawn from the seed.
// Each seed gets another mix (some have no faults of a sort at all), so that rare mixes occur. Thread rule: values.
#pragma once

#include <vector>

#include "drivers/emulated/hardware.hpp"
#include "libmgr/base/random.hpp"
#include "libmgr/manager.hpp"

namespace rsm::sim {

struct Swarm {
  std::vector<emulated::Geometry> libraries;
  Settings settings;
  unsigned clients = 3;
  unsigned calls = 200;
  Millis pause{5'000};  // mean time between two calls of all clients
  bool full_inventory = false;  // before the last audit

  // Chances in percent, at each turn of fate.
  Millis turn{30'000};
  unsigned hardware_fault = 30;
  std::vector<emulated::FaultKind> hardware_faults;
  unsigned handler_fault = 5;
  unsigned disk_fault = 3;
  unsigned slow_commit = 5;
  unsigned restart = 2;
  unsigned link_break = 4;  // in percent of a client's deeds
};

Swarm draw_swarm(SeededRandom& random);

}  // namespace rsm::sim
