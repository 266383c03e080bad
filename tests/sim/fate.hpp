// Fate: faults of the hardware, of handlers, of the disk, and the ends of the daemon, drawn from the seed.
// Thread rule: one thread.
#pragma once

#include "tests/sim/client.hpp"
#include "tests/sim/visitor.hpp"

namespace rsm::sim {

class Fate {
 public:
  Fate(Stage& stage, std::vector<std::unique_ptr<Client>>& clients) : stage_(stage), clients_(clients) {}

  // One turn: every sort of fault has its chance.
  void turn();
  // The power is gone although nobody cut it: it was to go at a certain write.
  void look_at_power();
  // Some seeds end the daemon in the moments that matter: between a move and what follows it, while a port is out.
  void look_at_moments();
  void start_daemon();
  // Act two: nothing goes wrong any more.
  void heal();

 private:
  enum class End { killed, power_cut, stopped };
  void spoil_hardware();
  void spoil_handler();
  void spoil_disk();
  void choose_libraries();
  void end_daemon();
  void end(End how);
  void stop_politely();

  Stage& stage_;
  std::vector<std::unique_ptr<Client>>& clients_;
  bool starting_ = false;
  std::uint64_t life_ = 0;
  Visitor visitor_{stage_};
  struct Moment {
    bool moving = false, port_out = false;
  };
  std::map<Iron const*, Moment> moments_;
};

}  // namespace rsm::sim
