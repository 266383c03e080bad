// A SCSI library behind the transport: elements and cartridges, commands, and faults at any of them.
//
// What for: tests of the changer driver without one. It plays a model (library_models.hpp): its addresses, its way to send tags and identifiers, what
// it refuses. It counts its commands, and the Nth from now on can be spoiled. The truth is in cell(): tests compare with it what the driver says.
// Time passes on the virtual clock only. A command that is no command of a changer is refused (5/20/00). Thread rule: one thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "drivers/scsi/transport.hpp"
#include "tests/drivers/changer/library_models.hpp"
#include "tests/drivers/scsi/virtual_clock.hpp"

namespace rsm::test {

struct Cell {
  scsi::ElementType type = scsi::ElementType::storage;
  std::string cartridge;  // its bar code; empty: none
  std::optional<std::string> tag;  // what the reader sees, where that is not the bar code
  bool inverted = false;
  std::optional<std::uint16_t> source;
  std::string serial;     // of the drive in it
  bool questionable = false;  // not scanned since somebody was at it
  bool away = false;          // magazine or drive taken out
  std::vector<std::byte> held;  // sense data of a move out of it; empty: nothing holds the cartridge fast
};

struct Fault {
  enum class Kind {
    sense,             // refuses with this sense data
    cut,               // sends the first `bytes` bytes only
    silent,            // no answer in time; nothing happens
    silent_after,      // it happens, and no answer comes
    error_after,       // a move happens, and then this sense data
    error_half_way,    // a move ends in the transport, with this sense data; of an exchange, its second half
  };
  Kind kind = Kind::sense;
  std::vector<std::byte> sense;
  std::size_t bytes = 0;
  unsigned times = 1;  // for so many commands in a row
};

std::vector<std::byte> fixed_sense(unsigned key, unsigned asc, unsigned ascq);

class ScriptedLibrary final : public scsi::Transport {
 public:
  // Cartridges A00000, A00001 ... fill every second slot, from the first on. A reset is pending.
  ScriptedLibrary(LibraryModel model, VirtualClock& clock);

  Result<scsi::Answer> send(scsi::Request const& request) override;
  std::string const& name() const override { return name_; }

  LibraryModel const& model() const { return model_; }
  std::map<std::uint16_t, Cell>& cells() { return cells_; }
  void attention(unsigned key, unsigned asc, unsigned ascq) { attentions_.push_back(fixed_sense(key, asc, ascq)); }
  // As by a reset: PREVENT is over.
  void reset();
  // What TEST UNIT READY and moves get; empty: it is ready.
  void set_not_ready(std::vector<std::byte> sense) { not_ready_ = std::move(sense); }
  void set_serial(std::string serial) { serial_ = std::move(serial); }
  // Slots come or go at the end of their range; an attention tells.
  void set_slots(std::uint16_t count);
  // Somebody gives the slots other addresses; an attention tells.
  void set_first_slot(std::uint16_t address);
  // The command number `nth` from now on, counted from 1.
  void spoil(std::size_t nth, Fault fault) { fault_at_ = commands_ + nth, fault_ = std::move(fault); }
  void heal() { fault_at_ = 0; }

  std::size_t commands() const { return commands_; }
  std::size_t moves() const { return moves_; }
  std::size_t initializations() const { return initializations_; }
  bool removal_prevented() const { return prevented_; }
  std::vector<std::uint8_t> const& operations() const { return operations_; }

 private:
  using Bytes = std::vector<std::byte>;
  struct Reply {
    Bytes data, sense;
  };

  std::optional<Fault> fault();
  Reply carry_out(scsi::Bytes cdb);
  void initialize(scsi::Bytes cdb);
  Reply inquire(scsi::Bytes cdb) const;
  Reply tell_mode(scsi::Bytes cdb) const;
  Reply tell_elements(scsi::Bytes cdb) const;
  void add_page(Bytes& answer, std::size_t& whole, std::vector<std::uint16_t> const& addresses, bool tags, bool identifiers, std::size_t allocation) const;
  Bytes descriptor(std::uint16_t address, Cell const& cell, bool tags, bool identifiers) const;
  // What keeps the transport from moving anything; empty: nothing.
  Bytes arm_stands();
  Reply move(scsi::Bytes cdb, bool half_way);
  Reply exchange(scsi::Bytes cdb, bool half_way);
  std::string identifier_of(Cell const& cell) const;

  LibraryModel model_;
  VirtualClock& clock_;
  std::string name_ = "/dev/sg3", serial_ = "LIB0004711";
  std::map<std::uint16_t, Cell> cells_;
  std::vector<Bytes> attentions_;
  Bytes not_ready_;
  std::vector<std::uint8_t> operations_;
  Fault fault_;
  std::size_t fault_at_ = 0, commands_ = 0, moves_ = 0, initializations_ = 0;
  bool prevented_ = false, initialized_ = true;
};

}  // namespace rsm::test
