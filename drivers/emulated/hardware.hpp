// The emulated library as a machine: changer, arm, drives, slots, ports, one door, cartridges with one or two sides.
//
// What for: the iron of the product's tests, of the simulator (in memory, virtual clock) and of rsm-emu and the handlers (through
// library_directory.hpp). It has no files, no clock, no loop: every operation is told the time, and the same calls give the same
// states. Commands that take time have two halves: begin_...() judges the command and writes down what will happen, and gives
// the time when it is over (`never` while a fault holds it); finish_...() reports the outcome once that time has come. Nobody
// has to call the second half: settle(), which every operation begins with, completes whatever is due.
// Rules: slots and ports keep side 0 up; a move with turn brings a two-sided cartridge the other side up into a drive; a drive
// keeps its cartridge from the begin of a load to the end of an unload; while the arm moves, the door is locked.
// Errors: as drivers/port/changer.hpp and drive.hpp say; busy: the arm is moving; invalid_operation and invalid_parameter for
// what a person asks that cannot be. Error.object names the element or cartridge. A refused command changes nothing except
// that the fault which refused it is counted. Thread rule: one thread at a time.
// A cartridge is said by its bar code, or as "name:A00001" where its bar code is on none or on several; a bar code that is on none
// is taken for a name.
// Source: rsm-model.md sections 2, 3, 4 and 8; architecture decisions 6, 16 and 18; SMC-3.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/emulated/hardware_state.hpp"
#include "drivers/port/changer.hpp"
#include "libmgr/domain/alert.hpp"

namespace rsm::emulated {

constexpr std::uint32_t media_type_two_sides = 0x3B;   // MO 5.25" rewritable
constexpr std::uint32_t media_type_one_side = 0x1004;  // plain removable disk cartridge

// What a new library is made of. The cartridges fill the slots from slot 0 on.
struct Geometry {
  std::uint32_t drives = 2;  // 0: a library that only keeps
  std::uint32_t slots = 12;
  std::uint32_t ports = 1;
  std::uint32_t cartridges = 8;      // not more than slots
  std::uint32_t sides = 2;           // 1 or 2
  std::string barcode_prefix = "A";  // 1 to 4 of A-Z 0-9; "A" gives A00001, A00002 ...
  std::string filesystem = "ext4";   // ext4, xfs, none (blank)
  std::uint64_t side_bytes = 32ull << 20;
  std::uint64_t seed = 1;  // of the labels' UUIDs and the serial number
  Timing timing;
};

// One drive, for whoever asks.
struct DriveView {
  std::uint32_t number = 0;
  bool answers = true;  // false: dead
  DrivePhase phase = DrivePhase::empty;
  bool full = false;
  bool loaded = false;
  std::uint32_t side_up = 0;
  bool cleaning = false;  // a cleaning cartridge is at work in it
  std::string cartridge;  // name; empty: none
  bool write_protected = false;  // the tab of the cartridge is set
  TimePoint end{};        // of the loading or unloading under way
  Identity identity;
  bool faults_armed = false;  // of anything in the library: what is asked of the drive may have to wait
};

// Until when a question is not answered. fault 0: answered at once.
struct Hold {
  FaultId fault = 0;
  TimePoint until{};
};

class Hardware {
 public:
  // Errors: invalid_parameter, naming the member.
  static Result<Hardware> make(Geometry const& geometry);
  // Errors: bad_format when the state contradicts itself (see problems()).
  static Result<Hardware> restore(HardwareState state);

  HardwareState const& state() const { return state_; }
  // What contradicts itself in the state; empty: nothing.
  std::vector<std::string> problems() const;
  // Completes whatever is due.
  void settle(TimePoint now);

  // --- Whoever stores it: what has become different since watch(), and the way back. Costs nothing as long as nobody watches ---
  void watch();
  bool changed() const;
  std::vector<Cartridge> changed_cartridges() const;
  void undo();  // to the moment of watch()
  void start_again();  // undo() and watch()
  // Takes what another process has made of it, of each cartridge the last. Errors: bad_format when that contradicts itself.
  Result<> follow(MachineState machine, std::vector<Cartridge> const& cartridges);

  // --- The changer ---
  port::ChangerDescription describe() const;
  // READ ELEMENT STATUS of these. Counts faults that spoil it; ask begin_elements() first whether it is answered at all.
  Result<port::ElementReport> elements(std::vector<port::ElementRange> const& ranges, TimePoint now);
  Result<TimePoint> begin_move(port::Move const& what, TimePoint now);
  Result<> finish_move(TimePoint now);  // not_ready: it is still under way
  Result<> extend_port(std::uint32_t number, bool extend, TimePoint now);
  Result<> lock_door(bool lock, TimePoint now);  // also while it is open: it locks when it is closed

  // --- Drives ---
  Result<DriveView> drive(std::uint32_t number, TimePoint now);
  Result<DriveView> view(std::uint32_t number, TimePoint now) const;  // the same of a library in which what is due has happened
  Result<TimePoint> begin_load(std::uint32_t number, TimePoint now);  // loaded already: now; loading: its end
  Result<> finish_load(std::uint32_t number, TimePoint now);
  Result<TimePoint> begin_unload(std::uint32_t number, TimePoint now);  // unloaded already: now; unloading: its end
  Result<> finish_unload(std::uint32_t number, TimePoint now);
  // What the drive has to report of itself (TapeAlert), each once.
  std::vector<Alert> untold(std::uint32_t number);

  // --- Questions that may hang: a status of the changer (the arm) or of a drive; work on the volume in a drive ---
  Hold begin_status(Element device, TimePoint now);
  Hold begin_elements(std::vector<port::ElementRange> const& ranges, TimePoint now);
  Hold begin_volume_work(std::uint32_t drive, TimePoint now);
  bool holds(FaultId fault, TimePoint now) const { return fault != 0 && state_.faults.holds(fault, now); }

  // --- A person, behind the library's back: slots, ports and unloaded drives ---
  Result<> hand_move(Element from, Element to, TimePoint now);
  Result<std::string> hand_take(Element from, TimePoint now);  // gives the bar code
  // With force, also out of a drive that holds it: what the drive was doing ends with that.
  Result<std::string> hand_pull(std::uint32_t drive, TimePoint now);
  Result<> hand_put(std::string_view barcode, Element to, TimePoint now);
  Result<> swap_labels(std::string_view barcode_a, std::string_view barcode_b, TimePoint now);
  Result<> soil_label(std::string_view barcode, bool unreadable, TimePoint now);
  Result<> put_label(std::string_view cartridge, std::string_view barcode, TimePoint now);  // another sticker; empty: none
  // Slots from `first` on go, with what is in them, and come back.
  Result<> take_magazine(Magazine magazine, TimePoint now);
  Result<> put_magazine(std::uint32_t first, TimePoint now);
  Result<> set_write_protect(std::string_view barcode, bool on, TimePoint now);
  // --- A person at an extended port, at the door ---
  Result<> port_put(std::uint32_t number, std::string_view barcode, TimePoint now);
  Result<std::string> port_take(std::uint32_t number, TimePoint now);
  Result<> port_press(std::uint32_t number, TimePoint now);  // pushes it in
  Result<> set_door(bool open, TimePoint now);
  // The drive wants to be cleaned from now on.
  Result<> soil_drive(std::uint32_t number, TimePoint now);

  // --- Service ---
  // Another device in the place of this one. Members that are empty: as the old one's, but for the serial number, which is always another.
  Result<Identity> replace_drive(std::uint32_t number, Identity with, TimePoint now);
  Result<Identity> replace_changer(Identity with, TimePoint now);
  // The changer has so many slots from now on; those that are gone keep what is in them, for when they come back.
  Result<> set_slots(std::uint32_t slots, TimePoint now);

  // --- Whoever runs the emulation ---
  // The fault's cartridges are given by bar code. Errors: invalid_parameter, object_not_found, resource_not_present.
  Result<FaultId> add_fault(Fault fault, TimePoint now);
  // Ends faults of one kind or all; what they held goes on from now.
  std::size_t heal(std::optional<FaultKind> kind, TimePoint now);
  Result<> set_scale(double scale, TimePoint now);
  // Whether there can be a new cartridge like this one; a name for one with this bar code that no other has.
  Result<> judge_new(Cartridge const& cartridge) const;
  std::string free_name(std::string_view barcode) const;
  // A new cartridge, outside the library. Errors: already_exists, invalid_parameter.
  Result<> add_cartridge(Cartridge cartridge, TimePoint now);

  Cartridge const* in(Element place) const;
  // Errors: object_not_found; invalid_parameter when several could be meant.
  Result<Cartridge const*> find(std::string_view cartridge) const;
  bool magazine_out(Element slot) const;
  bool exists(Element element) const;
  std::uint32_t address_of(Element element) const;  // as the changer counts: port from 16, drives from 256, slots from 4096 on

 private:
  explicit Hardware(HardwareState state);

  Result<std::vector<Element>> wanted(std::vector<port::ElementRange> const& ranges) const;
  port::ElementStatus look_at(Element element, TimePoint now);
  // For changes: remembers what it was, while somebody watches.
  Cartridge& edit(std::string const& name);
  Cartridge* occupant(Element place);
  Result<Cartridge*> named(std::string_view cartridge);
  void set_place(Cartridge& cartridge, std::optional<Element> place);
  bool element_ever(Element element) const;
  std::vector<std::string> machine_problems() const;  // without a look at every cartridge
  bool dead(std::uint32_t drive, TimePoint now) const;
  DriveState& drive_state(Element drive) { return state_.drives[drive.number]; }
  Millis scaled(Millis real) const;

  Result<> judge_ends(port::Move const& what, TimePoint now) const;
  Result<> judge_source(Element from, TimePoint now);
  Result<> judge_destination(port::Move const& what, TimePoint now);
  Cartridge* delivered_instead(Cartridge* asked, port::Move const& what, TimePoint now);
  void start_motion(Cartridge& cartridge, port::Move const& what, bool wrong, TimePoint now);
  void exchange_for(Motion const& motion);
  void spoil_motion(Motion& motion, TimePoint now);
  void end_motion();

  void happen_by_hand(Concerned const& command, TimePoint now);
  bool happens(Fault const& fault, Concerned const& command, TimePoint now);
  Cartridge* taken_by_person(Fault const& fault, Concerned const& command);
  Cartridge* next_in_library(Cartridge const& after);

  Result<DriveState*> answering(std::uint32_t number, TimePoint now);
  void end_phase(std::uint32_t number);
  Hold held(FaultKind kind, Concerned const& command, TimePoint now);

  Result<> hand_reaches(Element place) const;
  void put_down(Cartridge& cartridge, Element place, std::uint32_t side_up, TimePoint now);
  void begin_cleaning(Element drive, TimePoint now);
  void pick_up(Cartridge& cartridge);
  void take_in_hand(Cartridge& cartridge);
  std::optional<Element> first_free_slot() const;

  struct Before {
    MachineState machine;
    std::map<std::string, std::optional<Cartridge>> cartridges;  // empty: there was none of this name
  };

  HardwareState state_;
  std::map<Element, std::string> occupants_;  // by place: names
  std::optional<Before> before_;
};

// "slot 3", also "slot3", "slot:3" and "slot-3".
std::optional<Element> parse_element(std::string_view text);
// The name of a cartridge and of its folder: 1 to 10 of A-Z and 0-9 (a volume label of XFS has room for 12 characters).
bool valid_name(std::string_view text);
// A bar code: up to limits::emulator_barcode_chars_max printable characters of ASCII, none of them a blank at an end.
bool valid_barcode(std::string_view text);
// Whether libraries take a cartridge with this bar code for a cleaner: CLN..., CLR...
bool cleaner_barcode(std::string_view text);
// Label that a side gets when it is made: the file system, a UUID, bar code and side.
// "A00001", or "name:C00001" of a cartridge without a sticker.
std::string cartridge_word(Cartridge const& cartridge);
Omid made_label(std::string const& filesystem, std::string const& name, std::uint32_t side, Guid uuid);

}  // namespace rsm::emulated
