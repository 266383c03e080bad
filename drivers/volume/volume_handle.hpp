// One handle on one volume: the rules of volume-control.md.
//
// What for: who may do what, what is refused and why, what dies with what. A handle is served by a process of its own (the handler), and what
// the others on the same volume must know is in the volume's record. State of a handle: it may hold the lock, keep the volume offline, have
// dismounted it; it is dead once another handle has dismounted the volume (not_ready for ever), and stale once the medium has changed.
// Errors: those of volume_types.hpp at each operation; the sentence names who stands in the way.
// Thread rule: one thread; calls block. Source: volume-control.md.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "drivers/block/volume_record.hpp"
#include "drivers/volume/medium_device.hpp"
#include "drivers/volume/neighbours.hpp"
#include "drivers/volume/notices.hpp"

namespace rsm::volume {

// For whom a handle is opened.
struct Opener {
  Access access;
  bool listening = false;
  pid_t application = 0;
  std::string command;
};

class VolumeHandle {
 public:
  // `interrupt_fd` readable and `interrupted` true: a lock that waits for listeners is given up.
  struct Interrupt {
    int fd = -1;
    std::function<bool()> asked = [] { return false; };
  };
  static Result<std::unique_ptr<VolumeHandle>> open(FoundDevice device, std::unique_ptr<MediumDevice> medium, Opener opener);
  ~VolumeHandle();
  VolumeHandle(VolumeHandle const&) = delete;

  Result<Outcome> carry_out(Command const& command, Interrupt const& interrupt);
  // Releases lock and counted preventions, and the place in the record. Offline stays, and a removal that was prevented for good on a device
  // that forgets it with its last descriptor, as long as this process lives.
  void close();
  bool keeps_offline() const { return offline_; }
  bool keeps_something() const { return offline_ || keeps_door_; }
  // Another handle wants the volume online.
  void let_online();
  // Another handle has allowed the removal.
  void let_door_go() { (void)settle_door(); }
  std::string const& node() const { return device_.node; }
  std::string const& record_path() const { return record_.path(); }

 private:
  VolumeHandle(FoundDevice device, std::unique_ptr<MediumDevice> medium, Opener opener, block::VolumeRecordFile record);
  Result<> enter();
  Result<std::uint64_t> verify();
  Result<> lock(Interrupt const& interrupt);
  Result<> could_lock();
  Result<> unlock();
  Result<DismountOutcome> dismount();
  Result<> take_offline();
  Result<> bring_online();
  Result<> ask_to_let_go(block::ProcessId const& keeper, int signal, char const* what) const;
  Result<> prevent_removal(bool prevent);
  Result<> count_prevention(bool prevent);
  Result<> settle_door();
  Result<> keep_door(block::VolumeRecord const& record);
  Result<> eject();
  Result<Outcome> transfer(Command const& command);
  enum class Detail { condition, everything };  // the operations condition and status
  VolumeStatus status(Detail detail);
  HolderList holders();

  // What processes have written of the volume and of the rest of its medium: looked at once by each command, and judged by all its checks.
  struct Written {
    block::VolumeRecord record;
    std::vector<Neighbour> neighbours;
  };
  Result<Written> look() const;
  Result<> need_alive();
  Result<> need_alive(Written const& now);
  Result<> need_in_service(block::VolumeRecord const& record) const;
  Result<> need_medium();
  std::string why_offline(Written const& now) const;
  Result<> refuse_others_lock(Written const& now, char const* tried) const;
  Result<> claim_lock();
  std::vector<std::string> drop_claim();
  Result<> refuse_lock_of_the_whole(Written const& now, char const* tried) const;
  Result<> refuse_users_of_partitions(Written const& now, char const* tried) const;
  Result<> refuse_other_handles(block::VolumeRecord const& record) const;
  Result<> refuse_kept_neighbours(Written const& now) const;
  std::vector<std::string> listeners(block::VolumeRecord const& record) const;
  block::HandleSlot* own_slot(block::VolumeRecord& record) const;
  std::unexpected<Error> denied(std::string const& why) const { return fail(Errc::access_denied, device_.node, why); }

  FoundDevice device_;
  std::unique_ptr<MediumDevice> medium_;
  Opener opener_;
  block::VolumeRecordFile record_;
  block::ProcessId const self_;
  std::uint64_t born_ = 0;           // dismounts of the volume when this handle was opened, or did one itself
  std::uint64_t medium_seen_ = 0;    // number of the medium that this handle is about; 0: none
  bool locked_ = false, offline_ = false, dismounted_ = false, entered_ = false, keeps_door_ = false;
  bool lock_ejected_ = false;  // the medium went while this handle had it locked: one unlock is still to come
};

}  // namespace rsm::volume
