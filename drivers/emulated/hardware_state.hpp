// What an emulated library is at one moment: plain values, comparable, without behaviour.
//
// What for: the hardware (hardware.hpp) changes it, the library's directory stores it, rsm-emu shows it. It knows nothing of a
// catalog. Element numbers count from 0 for each kind; there is one arm, number 0. Times are milliseconds UTC.
// A cartridge is in exactly one place: `Cartridge::place` is the only record of it. Thread rule: values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "drivers/emulated/fault_plan.hpp"
#include "libmgr/domain/device.hpp"
#include "libmgr/domain/error.hpp"
#include "libmgr/domain/medium.hpp"
#include "libmgr/domain/place.hpp"
#include "libmgr/domain/time.hpp"

namespace rsm::emulated {

constexpr Element arm{ElementKind::arm, 0};

// How long things take. Real figures of a 5.25" jukebox, times `scale`: 1 real, 0.02 fast, 0 at once.
struct Timing {
  Millis move{9'000};    // from any element to any other
  Millis turn{4'000};    // added to a move that turns the cartridge
  Millis load{15'000};   // thread, spin up
  Millis rewind{2'000};  // before an unload: rewind, spin down
  Millis unload{20'000};
  double scale = 1.0;  // 0 to 1000
  friend bool operator==(Timing const&, Timing const&) = default;
};

struct Cartridge {
  std::string name;                 // never changes, and no other has it; the folder of its images
  std::string barcode;              // what is on the sticker; empty: there is none. Others may have the same
  std::optional<Element> place;     // empty: outside the library
  std::optional<Element> source;    // slot or port from which the arm took it last; empty: nobody knows, a person had it in the hand
  std::vector<Omid> labels;         // of each side, as written when the cartridge was made; its size is the number of sides, 0 for a cleaner
  bool barcode_unreadable = false;  // the sticker is soiled
  bool write_protected = false;     // the tab is set
  bool cleaner = false;             // a cleaning cartridge: a drive that it is put into is cleaned at once, and there is nothing to read
  std::uint32_t cleanings = 0;      // of a cleaner: how often it was used
  friend bool operator==(Cartridge const&, Cartridge const&) = default;
};

// A move under way: written before it begins, so that whoever looks later knows from the clock where the cartridge is.
struct Motion {
  std::string cartridge;  // the one that really moves
  Element from, to;       // of that cartridge
  bool turn = false;
  TimePoint start{};
  TimePoint end{};            // never: held by a fault without an end
  Millis length{0};           // without the time for which it is held
  std::uint32_t side_up = 0;  // at the source
  bool arrives = true;        // false: it will be back at its source
  FaultId held_by = 0;
  std::optional<Error> trouble;  // what the command will report
  std::optional<std::string> other{};  // of an exchange: it goes the other way, and lies in `to` until the end
  friend bool operator==(Motion const&, Motion const&) = default;
};

enum class DrivePhase : std::uint8_t { empty, inserted, loading, loaded, unloading };
BOOST_DESCRIBE_ENUM(DrivePhase, empty, inserted, loading, loaded, unloading)

using Identity = DeviceIdentity;

struct DriveState {
  Identity identity;
  DrivePhase phase = DrivePhase::empty;
  std::uint32_t side_up = 0;
  TimePoint end{};   // of loading and unloading
  Millis length{0};  // of loading and unloading, without the time for which it is held
  FaultId held_by = 0;
  bool will_fail = false;        // the load or unload under way
  std::optional<Error> trouble;  // of the last load or unload
  std::uint64_t loads = 0;       // since the drive was made
  std::optional<bool> dirty{};   // it wants to be cleaned; nothing: it does not
  std::optional<bool> told{};    // it has said so
  friend bool operator==(DriveState const&, DriveState const&) = default;
};

struct PortState {
  bool extended = false;
  friend bool operator==(PortState const&, PortState const&) = default;
};

// Slots of one magazine, from `first` on.
struct Magazine {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  bool has(std::uint32_t slot) const { return slot >= first && slot - first < count; }
  friend bool operator==(Magazine const&, Magazine const&) = default;
};

// Everything but the cartridges: small, however large the library is.
struct MachineState {
  Identity identity;             // of the changer
  std::uint32_t sides = 1;       // of every cartridge the library takes
  std::string filesystem;        // of new cartridges: "ext4", "xfs", "none" (blank)
  std::uint64_t side_bytes = 0;  // size of one side
  std::uint32_t slots = 0;       // that the changer has now
  std::uint32_t slots_ever = 0;  // the most that it had: what lies in those that are gone comes back with them
  std::vector<Magazine> magazines_out;  // their cartridges are in them
  Timing timing;
  bool door_open = false;
  std::optional<bool> door_locked{};  // nothing: nobody has ever locked it
  MaybeTime door_closes;              // by itself, when a fault opened it for a time
  std::uint64_t moves = 0;            // begun since the library was made
  std::optional<Error> move_trouble;  // of the last move that ended
  std::optional<Motion> motion;
  std::vector<DriveState> drives;
  std::vector<PortState> ports;
  FaultPlan faults;
  friend bool operator==(MachineState const&, MachineState const&) = default;
};

struct HardwareState : MachineState {
  std::map<std::string, Cartridge> cartridges;  // by name
  friend bool operator==(HardwareState const&, HardwareState const&) = default;
};

}  // namespace rsm::emulated
