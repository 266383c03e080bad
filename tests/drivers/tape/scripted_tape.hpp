// A tape drive behind the transport: a cartridge with records and marks, the ways of real drives and of tgt, and faults at any command.
//
// What for: tests of the tape driver without one. The truth is in its members: tests compare with it what the driver says. Every command is counted by its
// operation, and the Nth from now on can be spoiled. Time passes on the virtual clock only. Thread rule: one thread.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "drivers/tape/tape_drive.hpp"
#include "tests/drivers/label/media.hpp"
#include "tests/drivers/scsi/virtual_clock.hpp"

namespace rsm::test {

using Sense = std::vector<std::byte>;
Sense tape_sense(unsigned key, unsigned asc, unsigned ascq, unsigned flags = 0, std::optional<std::int32_t> information = {}, unsigned code = 0x70);

struct Cartridge {
  std::vector<Medium> records;  // an empty one is a file mark
  bool write_protected = false;
  unsigned medium_type = 0;      // in its memory
  unsigned density = 0x5E;
  std::vector<std::byte> memory{};  // more attributes, behind each other
  std::optional<Sense> unreadable;  // what a READ of the record `unreadable_from` or one behind it gets
  std::size_t unreadable_from = 0;
};

// What this drive does otherwise than the standard has it, or does not know.
struct Habits {
  bool ready_without_tape = false;   // tgt: LOAD makes it ready, with a tape or without
  bool keeps_tape = false;           // tgt: UNLOAD is GOOD, and nothing happens
  bool nothing_of_longer = false;    // tgt: no data of a record that is longer than asked for
  bool wrong_residual = false;       // tgt: of a shorter record, the number of bytes delivered; what came behind it is wrong
  bool end_without_code = false;     // tgt: 8/00/00 with EOM at the end of the data
  unsigned fixed_block = 0;          // records of this length only
  unsigned mode_block = 0;           // block length that the mode has; it does not matter to a READ of any length
  unsigned longest = 0x800000;       // READ BLOCK LIMITS
  bool knows_limits = true, knows_mode_6 = true, knows_memory = true, knows_alerts = true, knows_prevent = true;
  Millis load_time{0};
};

struct TapeFault {
  enum class Kind { sense, silent, silent_after, error_after, cut };
  Kind kind = Kind::sense;
  Sense sense;
  std::size_t bytes = 0;
  unsigned times = 1;
};

class ScriptedTape final : public scsi::Transport {
 public:
  ScriptedTape(VirtualClock& clock, Habits habits) : habits(habits), clock_(clock) {}

  Result<scsi::Answer> send(scsi::Request const& request) override;
  std::string const& name() const override { return name_; }

  void spoil(std::size_t nth, TapeFault fault) { fault_at_ = operations.size() + nth, fault_ = std::move(fault); }
  void heal() { fault_at_ = 0; }
  // As the drives do by themselves that load what the library puts in.
  void thread();
  // Commands that touch the tape: they move it, read it or write it.
  std::size_t touched() const;
  std::size_t count(unsigned operation) const;

  Habits habits;
  std::optional<Cartridge> cartridge;
  bool threaded = false;
  bool reserved = false;         // by another computer
  bool prevented = false, prevented_by_another = false;
  std::size_t position = 0;      // number of the next record
  std::size_t marks_written = 0;
  std::deque<Sense> attentions;
  std::optional<Sense> not_ready;   // what TEST UNIT READY says, whatever is in it
  std::optional<Sense> load_fails, unload_fails, write_fails, rewind_fails;
  std::vector<unsigned> alerts;     // set until they are read
  std::vector<unsigned> operations;
  std::string serial = "TAPE004711";
  std::vector<std::byte> densities;  // what REPORT DENSITY SUPPORT gets; empty: the drive does not know it

 private:
  struct Reply {
    std::vector<std::byte> data;
    Sense sense;
    std::optional<std::size_t> told;  // transferred, where it is not the size of the data
  };
  Reply carry_out(scsi::Bytes cdb);
  Reply inquire(scsi::Reader const& cdb) const;
  Reply load_unload(bool load);
  Reply read(scsi::Reader const& cdb);
  Reply write(scsi::Request const& request);
  void append(Medium record);
  Reply tell_mode(bool ten_bytes) const;
  Reply tell_memory() const;
  Reply tell_alerts();
  bool ready() const { return threaded && clock_.now() >= ready_at_; }

  VirtualClock& clock_;
  std::string name_ = "/dev/sg4";
  Millis ready_at_{0};
  bool believes_a_tape_ = false;  // ready_without_tape
  TapeFault fault_;
  std::size_t fault_at_ = 0;
};

// The driver on such a drive; in_use is what the question tells.
struct TapeBench {
  explicit TapeBench(Habits habits = {});
  void insert(Cartridge cartridge, bool threaded = true) { tape->cartridge = std::move(cartridge), tape->threaded = threaded; }

  VirtualClock clock;
  ScriptedTape* tape;  // the driver's
  std::string in_use;
  std::unique_ptr<handler::BlockingDrive> drive;
};

}  // namespace rsm::test
