// What is written at the beginning of the tapes of a simulation.
//
// What for: a tape has a label of a volume name that no other tape has had; by its number it is an ANSI or IBM label, or one of Amanda or tar. The records
// are found again by the label, for copies of a tape have the same. Thread rule: one thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "libmgr/domain/medium.hpp"
#include "tests/drivers/label/media.hpp"

namespace rsm::sim {

using TapeRecords = std::vector<test::Medium>;  // an empty one is a file mark

class TapeLabels {
 public:
  explicit TapeLabels(char first) : first_(first) {}  // of all its volume names, and of no other library's

  Omid make();
  // Whoever writes a label writes it with these records; a file mark follows.
  void keep(Omid const& label, TapeRecords records);
  TapeRecords const& records_of(Omid const& label) const { return records_.at(label.key()); }

 private:
  char first_;
  unsigned made_ = 0;
  std::map<std::string, TapeRecords> records_;  // by the key of the label
};

}  // namespace rsm::sim
