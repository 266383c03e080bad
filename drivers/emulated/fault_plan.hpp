// Faults of an emulated library, on demand.
//
// What for: a test, the simulator or a person (rsm-emu) arms a fault; the hardware asks the plan at every command whether one
// hits. A fault names its kind and, where wanted, the element or the cartridge that must be concerned; without a target it hits
// the first command that could suffer it. count: how many commands it hits (0: until it is removed). until: it ends by itself.
// Sorts of kinds:
//   - most spoil one command (source_empty, jam_moved, load_fails ...); used up, they leave the plan;
//   - what a person does (door_open, moved_by_hand, taken_by_hand, swapped_labels) happens just before the next command of the
//     changer, whatever that is about: the target says what the person takes, and without one it is what the command is about;
//   - elements_fail and elements_hang hit a question about elements that asks for `element`, or for any element of its kind up to `to`;
//   - those that hang (*_hangs, elements_hang) hold the command that they hit until they are removed or over; used up, they stay in the plan
//     for as long as they hold something, and hit no other command;
//   - drive_dies is a condition: the drive does not answer while the fault is in the plan; its count means nothing.
// Thread rule: values; deterministic (faults are asked in the order in which they were armed).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libmgr/domain/error.hpp"
#include "libmgr/domain/place.hpp"
#include "libmgr/domain/time.hpp"
#include "libmgr/domain/words.hpp"

namespace rsm::emulated {

enum class FaultKind : std::uint8_t {
  source_empty,        // a move finds nothing at its source, although it is there
  destination_full,    // a move finds its destination taken, although it is free
  unreadable_barcode,  // element status: full, no bar code
  load_fails,          // the drive gives up after the load time
  unload_fails,        // the drive keeps its cartridge
  load_hangs,          // a load that does not end
  move_hangs,          // a move that does not end, the cartridge in the arm
  status_hangs,        // an element status or drive status that is not answered
  volume_hangs,        // work on the volume in a drive that is not answered
  jam_moved,           // the move ends with a hardware error, the cartridge has arrived
  jam_not_moved,       // the move ends with a hardware error, the cartridge is where it was
  wrong_cartridge,     // the move succeeds, with another cartridge than the one asked for
  door_open,           // a person opens the door just before the command
  moved_by_hand,       // a person puts the cartridge into another slot just before the command
  taken_by_hand,       // a person takes the cartridge out of the library just before the command
  swapped_labels,      // a person swaps the bar codes of two cartridges just before the command
  drive_dies,          // the drive does not answer, until the fault is over
  elements_fail,       // a question about these elements ends with a hardware error
  elements_hang        // a question about these elements is not answered
};
BOOST_DESCRIBE_ENUM(FaultKind, source_empty, destination_full, unreadable_barcode, load_fails, unload_fails, load_hangs, move_hangs,
                    status_hangs, volume_hangs, jam_moved, jam_not_moved, wrong_cartridge, door_open, moved_by_hand, taken_by_hand,
                    swapped_labels, drive_dies, elements_fail, elements_hang)

// Every kind, in the order of the enumeration.
std::vector<FaultKind> all_fault_kinds();
bool hangs(FaultKind kind);
bool done_by_hand(FaultKind kind);
bool about_a_range(FaultKind kind);

using FaultId = std::uint64_t;  // 0: none

// "Until somebody removes the fault": later than every clock.
constexpr TimePoint never = TimePoint::max();

struct Fault {
  FaultId id = 0;  // given by the plan
  FaultKind kind = FaultKind::source_empty;
  std::optional<Element> element;  // source, destination or device that must be concerned
  std::string cartridge;           // name of the cartridge that must be concerned; empty: any
  std::optional<Element> to;       // moved_by_hand: into this slot (empty: the first free one); elements_*: the last of a range
  std::string other;               // swapped_labels: name of the other cartridge; empty: the next one
  std::uint32_t count = 1;         // commands it still hits; 0 in an armed fault: no limit
  bool used_up = false;            // hits nothing more, only holds what it hit
  MaybeTime until;                 // over at this time
  friend bool operator==(Fault const&, Fault const&) = default;
};

// What a command is about, to be compared with the target of a fault.
struct Concerned {
  std::vector<Element> elements;
  std::string cartridge;  // name; empty: none
};

class FaultPlan {
 public:
  FaultPlan() = default;
  // From a stored plan. Errors: bad_format when ids repeat, are zero or not below next_id.
  static Result<FaultPlan> restore(std::vector<Fault> faults, FaultId next_id);

  FaultId add(Fault fault);
  // The first fault of this kind in force that concerns the command: counted, and given as it was. nullopt: none.
  std::optional<Fault> hit(FaultKind kind, Concerned const& command, TimePoint now);
  // The same question without counting.
  bool in_force(FaultKind kind, Concerned const& command, TimePoint now) const;
  // Counts one more hit of this fault.
  void spend(FaultId id);
  // Whether this fault still holds what it hit.
  bool holds(FaultId id, TimePoint now) const;
  // Until when it holds, as far as known today: its end, or never; `now` when it does not hold any more.
  TimePoint holds_until(FaultId id, TimePoint now) const;
  // Removes faults of one kind, or all; says how many.
  std::size_t remove(std::optional<FaultKind> kind);
  void forget_over(TimePoint now);
  void forget_dead(Element drive);  // it was replaced: drive_dies of this one is over

  std::vector<Fault> const& faults() const { return faults_; }
  FaultId next_id() const { return next_id_; }
  friend bool operator==(FaultPlan const&, FaultPlan const&) = default;

 private:
  std::vector<Fault> faults_;  // in the order of their ids
  FaultId next_id_ = 1;
};

}  // namespace rsm::emulated
