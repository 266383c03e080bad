// The person at the library: takes what lies in an extended port, puts cartridges in, sometimes does nothing.
// Thread rule: one thread.
#pragma once

#include "tests/sim/stage.hpp"

namespace rsm::sim {

class Person {
 public:
  explicit Person(Stage& stage) : stage_(stage) {}
  // Looks at every port once; in act two it always does what it was asked.
  void look();
  // Puts every cartridge that lies outside into a free slot. True: it did something.
  bool put_all_back();

 private:
  void at_port(Iron& iron, std::uint32_t number);
  Stage& stage_;
};

}  // namespace rsm::sim
