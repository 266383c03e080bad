// What one seed is about: the library, the clients, the settings and which faults come how often, all drawn from the seed.
// Each seed gets another mix (some have no faults of a sort at all), so that rare mixes occur. Thread rule: values.
#pragma once

#include <vector>

#include "drivers/emulated/hardware.hpp"
#include "libmgr/base/random.hpp"
#include "libmgr/manager.hpp"
#include "tests/drivers/changer/library_models.hpp"
#include "tests/drivers/tape/scripted_tape.hpp"

namespace rsm::sim {

// What people do that the library does not expect.
enum class Visit : std::uint8_t {
  format,               // whoever uses a volume gives it another label
  exchange_stickers,    // of two cartridges
  exchange_cartridges,  // at their places, while the arm moves one of them or another one
  copy,                 // every block onto another cartridge, which is put in
  cleaner,              // a cleaning cartridge is put in
  replace_drive,
  replace_changer,
  fewer_slots,
  bad_cartridge,        // no drive can load it from now on
  bad_drive             // it can load nothing for some time
};
constexpr Visit all_visits[] = {Visit::format, Visit::exchange_stickers, Visit::exchange_cartridges, Visit::copy, Visit::cleaner,
                                Visit::replace_drive, Visit::replace_changer, Visit::fewer_slots, Visit::bad_cartridge,
                                Visit::bad_drive};

// What the devices of a library are.
enum class IronKind : std::uint8_t {
  emulated,  // drivers/emulated
  scsi       // drivers/changer and drivers/tape on a scripted library
};

// Of a scripted library.
struct ScsiMix {
  test::LibraryModel model;
  test::Habits habits;                     // of its drives
  bool drives_load_by_themselves = false;  // what the library puts in
  bool takes_out_of_loaded_drives = false; // where nobody prevents it
  std::vector<std::byte> held_sense;       // else
  std::vector<std::byte> door_sense;
  bool descriptor_sense = false;
  double scale = 1.0;                      // of what its mechanics take
  unsigned fault_per_mille = 0;            // of commands
};

struct Swarm {
  std::vector<emulated::Geometry> libraries;  // those by hand come last
  std::vector<ScsiMix> scsi;  // by library, but those by hand; empty: they are emulated
  std::size_t by_hand = 0;    // how many are stand-alone drives, emulated always
  bool hints = true;          // the kernel tells of their media
  Settings settings;
  unsigned clients = 3;
  unsigned calls = 200;
  Millis pause{5'000};  // mean time between two calls of all clients
  bool full_inventory = false;  // before the last audit

  // Chances in percent, at each turn of fate.
  Millis turn{30'000};
  unsigned hardware_fault = 30;
  std::vector<emulated::FaultKind> hardware_faults;
  unsigned handler_fault = 5;
  unsigned disk_fault = 3;
  unsigned slow_commit = 5;
  unsigned restart = 2;
  unsigned visit = 10;
  std::vector<Visit> visits;
  unsigned restart_at_moment = 0;  // the daemon ends just when a move has ended or a port has opened
  unsigned library_away = 0;       // of each library at each start: it is not in the configuration
  unsigned link_break = 4;  // in percent of a client's deeds
  unsigned exchange = 0;    // in percent of an administrator's deeds: two media change places
  unsigned rights = 0;      // in percent of an administrator's deeds: a user is shut out of all pools, or let in again
  unsigned cleaning = 0;    // in percent of an administrator's deeds: the cleaning cartridge and the door
  unsigned house = 0;       // in percent of an administrator's deeds: pools, names, records, questions to people, many cartridges at a time
  unsigned sides = 0;       // in percent of an administrator's deeds: allocations, and what becomes of them
};

Swarm draw_swarm(SeededRandom& random, SeededRandom& later);
// The same with scripted libraries of models that there are in place of the emulated ones.
void make_scsi(Swarm& swarm, SeededRandom& random);

}  // namespace rsm::sim
