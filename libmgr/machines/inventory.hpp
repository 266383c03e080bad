// An inventory: everything that the hardware says about where things are, asked piece by piece.
//
// What for: a library may have a hundred thousand elements, so they are asked in ranges. A range that does not answer is asked in halves, and
// what does not answer then is left out and named: nothing is concluded from it. Thread rule: a value.
// Source: SMC-3 READ ELEMENT STATUS, rsm-model.md section 12.
#pragma once

#include <deque>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "drivers/port/changer.hpp"
#include "libmgr/machines/work.hpp"

namespace rsm::machine {

// ---- actions

struct AskDescription {
  friend bool operator==(AskDescription const&, AskDescription const&) = default;
};
struct AskElements {
  port::ElementRange range;
  friend bool operator==(AskElements const&, AskElements const&) = default;
};
// Everything that could be asked of the changer was: `absorb` it, then ask the drives, and tell drives_asked().
struct ChangerRead {
  friend bool operator==(ChangerRead const&, ChangerRead const&) = default;
};
// It is over. Error: the changer did not answer, or its door is open (not_ready).
struct InventoryDone {
  Result<> outcome;
  friend bool operator==(InventoryDone const&, InventoryDone const&) = default;
};
using InventoryStep = std::variant<AskDescription, AskElements, ChangerRead, InventoryDone>;
using InventoryActions = std::vector<InventoryStep>;

enum class InventoryPhase : std::uint8_t { idle, describing, reading, drives };

class Inventory {
 public:
  bool idle() const { return phase_ == InventoryPhase::idle; }
  InventoryPhase phase() const { return phase_; }

  // ---- events
  InventoryActions begin();
  InventoryActions described(Result<port::ChangerDescription> description);
  InventoryActions read(Result<port::ElementReport> report);
  // The changer's word was absorbed; these drives are asked now, and the inventory ends when each has answered.
  InventoryActions asking(std::set<DriveId> drives);
  InventoryActions drive_answered(DriveId drive);

  // ---- what was read
  port::ChangerDescription const& description() const { return *description_; }
  std::vector<port::ElementStatus> const& elements() const { return elements_; }
  std::vector<port::ElementRange> const& left_out() const { return left_out_; }
  bool door_open() const { return door_open_; }

 private:
  InventoryActions next();
  void leave_out(port::ElementRange const& range);
  InventoryActions over(Result<> outcome);

  InventoryPhase phase_ = InventoryPhase::idle;
  std::optional<port::ChangerDescription> description_;
  std::deque<port::ElementRange> to_ask_;
  std::vector<port::ElementStatus> elements_;
  std::vector<port::ElementRange> left_out_;
  std::set<DriveId> drives_;
  unsigned failures_ = 0;
  bool silent_now_ = false;   // the last question had no answer
  unsigned fell_silent_ = 0;  // looks in a row in which the changer stopped answering before the end
  bool door_open_ = false;
};

}  // namespace rsm::machine
