// The iron of one library in a simulation: the machine with its cartridges, the volumes in its drives, and the way in which its devices are served.
//
// What for: it outlives the daemon. The hardware goes on by the clock; the step that a handler has in hand is finished also when
// its daemon is gone, and no other handler acts on the device before that. A volume is offline only while the handler that made it
// so lives; whoever opened it keeps it busy. The hardware is the truth about cartridges for every kind of iron: where they are, what their stickers say and which labels
// they bear. Thread rule: one thread. Source: architecture decisions 6, 12, 18.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "drivers/emulated/hardware.hpp"
#include "libmgr/base/random.hpp"
#include "tests/sim/device_work.hpp"
#include "tests/sim/history.hpp"

namespace rsm::sim {

struct Volume {
  bool offline = false;           // protected by its handler
  bool formatted = false;         // since its cartridge was put in
  std::set<std::string> holders;  // who has a file open
};

// A cartridge onto which every block of another one was copied.
struct Copy {
  std::string copy, original;  // names
  std::string sticker, sticker_of_original;  // as they were then
};

class Iron {
 public:
  Iron(std::string name, emulated::Hardware made, Loop& loop, History& history, std::uint64_t seed)
      : library(std::move(name)), hardware(std::move(made)), volumes(hardware.state().drives.size()), random(seed), loop_(loop), history_(history) {}

  std::string library;
  emulated::Hardware hardware;
  std::vector<Volume> volumes;  // by drive
  SeededRandom random;
  std::unique_ptr<DeviceWork> work;  // what its devices are made of
  bool opened_by_person = false;     // the door, and they are still there
  std::set<std::string> laid_aside;  // cartridges taken out to make room: they stay outside
  std::map<Element, std::uint64_t> in_hand;  // devices whose handler carries out a step, and which handler

  TimePoint now() const { return loop_.now(); }
  Loop& loop() { return loop_; }
  History& history() { return history_; }

  void handler_gone(Element device) { work->handler_gone(device); }
  // What the handler of a drive held offline is open to everybody.
  void protection_lost(Element device);
  // What a drive says with a report.
  std::vector<Alert> alerts();
  // A load has brought its volume online.
  void came_online(std::uint32_t drive);
  // After faults were removed or a device became free: whoever waits looks again.
  void wake();
  void on_wake(std::function<bool()> look);  // false: not interested any more
  std::uint64_t next_handler() { return ++handlers_; }
  // Counts faults that have hit something since the last look.
  void count_faults();
  void arm_fault(emulated::Fault fault);
  void heal();

  // The side that is up in a loaded drive.
  Omid const* label_in(std::uint32_t drive);
  // The cartridge in a loaded drive; empty: none is loaded.
  std::string loaded_in(std::uint32_t drive);

  // ---- what persons and programs do to cartridges behind the library's back
  // Who has the volume in this drive open gives it another label.
  void format(std::uint32_t drive);
  // Its own service has written the label of a free medium over what was on the side that is up.
  void write_label(std::uint32_t drive, Omid const& label);
  // This label was replaced by that one, on a cartridge.
  bool became(Omid const& before, Omid const& after) const;
  // A cartridge has borne this label, and has another one since.
  bool had(Omid const& label) const {
    return std::ranges::any_of(relabelled_, [&](auto const& step) { return step.first.key() == label.key(); });
  }
  // Its labels are those it was made with.
  bool formatted(std::string const& cartridge) const { return formatted_.contains(cartridge); }
  // Its sticker is, and always was, the one it was first seen with.
  bool has_its_own_sticker(std::string const& cartridge) const {  // and never had another one
    auto const had = stickers_.find(cartridge);
    auto const now = hardware.state().cartridges.find(cartridge);
    bool const known_by_it = had == stickers_.end() || now == hardware.state().cartridges.end() || had->second.contains(now->second.barcode);
    return known_by_it && (had == stickers_.end() || had->second.size() == 1);
  }
  void look_at_stickers();
  void copied(Copy copy) { copies_.push_back(std::move(copy)); }
  std::vector<Copy> const& copies() const { return copies_; }

  // A command of the drive has failed with this cartridge in it.
  void failed(std::uint32_t drive, bool keeps);
  // With how many cartridges commands of this drive have failed, or how often it has kept the one in it.
  std::size_t failures_of(std::uint32_t drive) const {
    auto const it = failed_with_.find(drive);
    auto const kept = kept_.find(drive);
    return std::max(it == failed_with_.end() ? 0 : it->second.size(), kept == kept_.end() ? 0 : kept->second);
  }
  // A move of this cartridge to the drive has failed.
  void not_reached(std::uint32_t drive, Element from);
  // Whether a command of this drive with this cartridge in it, or a move of it there, has ever failed: by its name, or by a sticker that it had.
  bool has_failed_with(std::uint32_t drive, std::string const& name_or_sticker) const {
    auto const it = ever_failed_with_.find(drive);
    return it != ever_failed_with_.end() && it->second.contains(name_or_sticker);
  }
  std::uint32_t drives() const { return static_cast<std::uint32_t>(volumes.size()); }
  bool by_hand = false;     // one drive without a changer: what is in its slots lies on a shelf, and a person brings it
  bool plugged = true;      // by hand: its drive is there
  bool hints = true;        // by hand: the kernel tells of what comes and goes
  std::map<std::uint32_t, std::string> stickers_told;  // by drive: of what is in it, as the changer has read it last
  TimePoint hand_at{};      // by hand: when somebody was at it last
  bool strangers = true;  // somebody may open a volume that lost its protection, or a tape as soon as it is threaded
  bool tapes = false;     // a label cannot be read while somebody has it open
  unsigned alert_chance = 0;  // in percent of the reports of a drive: it has something to say

 private:
  void stranger_opens(std::uint32_t drive);
  void failed_there(std::uint32_t drive, emulated::Cartridge const* cartridge);

  Loop& loop_;
  History& history_;
  std::uint64_t handlers_ = 0;
  std::vector<std::function<bool()>> waiting_;
  std::map<emulated::FaultId, emulated::FaultKind> armed_;
  std::vector<std::pair<Omid, Omid>> relabelled_;  // before, after
  std::set<std::string> formatted_;
  std::map<std::string, std::set<std::string>> stickers_;  // that each cartridge has had
  std::vector<Copy> copies_;
  std::map<std::uint32_t, std::set<std::string>> failed_with_;  // names and stickers: by a sticker one is taken for another
  std::map<std::uint32_t, std::set<std::string>> ever_failed_with_;  // names, and stickers each by itself
  std::map<std::uint32_t, std::size_t> kept_;
};

}  // namespace rsm::sim
