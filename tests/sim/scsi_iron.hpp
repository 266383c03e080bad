// A library as its SCSI devices show it: the scripted changer and tape drives of the drivers' tests, on the hardware of a simulation.
//
// What for: what real drivers talk to. The hardware of the iron is the one truth about cartridges; before each command the elements and the tapes in the drives
// are what it says, and what a command has moved, threaded or unlocked is done there before the answer goes out. Every device has a clock of its own: its
// commands take time on it, so do the waits of whoever sends them. A device that is still at work lets the next command wait. Each command may meet a
// fault, drawn by chance: any sense code that the device's model is known to give, no answer, half an answer, and what else comes over such a way.
// Errors: those of scsi::Transport. Thread rule: one thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/drivers/changer/scripted_library.hpp"
#include "tests/drivers/tape/scripted_tape.hpp"
#include "tests/sim/iron.hpp"
#include "tests/sim/swarm.hpp"
#include "tests/sim/tape_labels.hpp"

namespace rsm::sim {

class ScsiIron {
 public:
  ScsiIron(Iron& iron, ScsiMix mix);

  // For one process that serves the device; it must not outlive this.
  std::unique_ptr<scsi::Transport> way_to(Element device);
  // A process carries out a call from now on; it is killed then: nothing that it sends later goes out.
  void begin(Element device, TimePoint killed_at);
  TimePoint time_at(Element device) { return from_ms(line(device).clock.now().count()); }
  test::VirtualClock& clock(Element device) { return line(device).clock; }

  // ---- what happens to it, beside faults of single commands
  void spoil(SeededRandom& random);
  void touched(SeededRandom& random);
  void heal();
  bool has_lied(std::uint32_t drive) const { return drives_[drive]->lied; }
  Omid new_label() { return labels_.make(); }

 private:
  class Way;
  enum class Trouble : std::uint8_t { none, sense, sense_after, sense_half_way, silent, silent_after, cut, busy, reserved, attention };
  struct Line {
    test::VirtualClock clock;
    TimePoint busy_until{}, killed_at = TimePoint::max(), silent_until{}, reserved_until{}, not_ready_until{};
  };
  struct Drive {
    Drive(test::VirtualClock& clock, test::Habits habits) : tape(clock, habits) {}
    test::ScriptedTape tape;
    std::string shown;  // name of the cartridge whose tape it has
    std::string label;  // key of its label
    bool lied = false;
  };
  struct Code {  // of the table of sense codes
    std::vector<std::byte> sense;
    unsigned key = 0, asc = 0;
  };

  Result<scsi::Answer> send(Element device, scsi::Request const& request);
  scsi::Answer reserved_by_another(Element device);
  Result<scsi::Answer> carry_out(Element device, scsi::Request const& request, unsigned operation);
  Result<scsi::Answer> done_with_sense(Element device, scsi::Request const& request);
  Result<scsi::Answer> by_device(Element device, scsi::Request const& request);
  Trouble draw(Element device, unsigned operation);
  Code const& code_for(Element device);
  void spoil_next(Element device, Trouble trouble);
  Millis duration(Element device, unsigned operation);

  Line& line(Element device) { return *lines_.at(device); }
  std::uint16_t address_of(Element element) const;
  std::optional<Element> element_at(std::uint16_t address) const;
  test::Cell& cell_of(Element element) { return library_.cells().at(address_of(element)); }

  // From the hardware to the devices.
  void show(TimePoint now);
  void show_elements();
  void show_cell(Element element, test::Cell& cell);
  void show_tape(std::uint32_t number, TimePoint now);
  void show_cleaning(std::uint32_t number);
  // And back.
  void take_over_moves();
  void take_over_lock();
  void take_over_tape(std::uint32_t number);
  void take_over_label(std::uint32_t number);
  void put(emulated::HardwareState& state, std::string const& cartridge, Element from, Element to);
  void edit(std::function<void(emulated::HardwareState&)> const& change);

  Iron& iron_;
  ScsiMix mix_;
  TapeLabels labels_;
  std::map<Element, std::unique_ptr<Line>> lines_;
  scsi::ElementAddresses addresses_;  // as the library has them, announced or not
  test::ScriptedLibrary library_;
  std::vector<std::unique_ptr<Drive>> drives_;
  std::vector<Code> changer_codes_, tape_codes_;
  bool sound_ = false;  // no faults any more
};

}  // namespace rsm::sim
