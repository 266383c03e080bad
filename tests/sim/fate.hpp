// Fate: faults of the hardware, of handlers, of the disk, and the ends of the daemon, drawn from the seed.
// Thread rule: one thread.
#pragma once

#include "tests/sim/client.hpp"

namespace rsm::sim {

class Fate {
 public:
  Fate(Stage& stage, std::vector<std::unique_ptr<Client>>& clients) : stage_(stage), clients_(clients) {}

  // One turn: every sort of fault has its chance.
  void turn();
  // The power is gone although nobody cut it: it was to go at a certain write.
  void look_at_power();
  void start_daemon();
  // Act two: nothing goes wrong any more.
  void heal();

 private:
  enum class End { killed, power_cut, stopped };
  void spoil_hardware();
  void spoil_handler();
  void spoil_disk();
  void end_daemon();
  void end(End how);
  void stop_politely();

  Stage& stage_;
  std::vector<std::unique_ptr<Client>>& clients_;
  bool starting_ = false;
  std::uint64_t life_ = 0;
};

}  // namespace rsm::sim
