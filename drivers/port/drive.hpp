// What a drive, with the medium in it, can be asked.
//
// What for: libmgr knows this interface and never a concrete driver. Rules of calls, callbacks, limits and threads: as in
// drivers/port/changer.hpp. The order of work on a volume is that of volume-control.md ("the one safe order").
// Errors: timeout; device_not_available; no_media_in_drive; unable_to_load_medium; unable_to_unload_media; busy (the volume is
// in use: Error.detail names the holders); volume_contains_sys_files; write_fault; write_protect; media_changed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drivers/port/changer.hpp"
#include "libmgr/domain/alert.hpp"
#include "libmgr/domain/cartridge.hpp"
#include "libmgr/domain/device.hpp"
#include "libmgr/domain/medium.hpp"

namespace rsm::port {

enum class VolumeState : std::uint8_t { none = 0, online = 1, mounted = 2, offline = 3 };
BOOST_DESCRIBE_ENUM(VolumeState, none, online, mounted, offline)

// Who keeps a volume busy: as fuser -m would say it.
struct Holder {
  std::int64_t pid = 0;  // 0: the kernel, or a process that may not be looked at
  std::string user;
  std::string command;
  std::string what;      // "open file /mnt/a/b", "working directory", "mapping", "swap", "loop device"
  friend bool operator==(Holder const&, Holder const&) = default;
};

struct DriveStatus : DeviceIdentity {
  bool full = false;                   // a cartridge is in the drive
  bool loaded = false;                 // threaded / spun up: its side can be read
  std::uint32_t side_up = 0;           // number of the side that is up, where the device can tell; 0 otherwise
  VolumeState volume = VolumeState::none;  // none: nothing loaded, or the drive offers no volume (a tape drive)
  std::string volume_path;             // stable path of the volume or device node for applications; empty without one
  std::vector<Alert> alerts{};         // what the drive has reported since the last report; each is told once
  std::vector<Density> densities{};    // that the drive reads or writes; empty: it does not tell
  bool cleaning = false;               // a cleaning cartridge is in it and at work; over when this is no more said
  bool medium_changed = false;         // another medium may be in it than at the last question, and not by a command of ours; told once
  friend bool operator==(DriveStatus const&, DriveStatus const&) = default;
};

// The label of the side that is up. Empty omid: none read, or nobody understands it (that is no error); the note says what is there instead,
// for people; empty: nothing is known.
struct Label {
  std::optional<Omid> omid;
  std::string note{};
  CartridgeFacts cartridge{};  // what the drive tells of the cartridge with this label
  friend bool operator==(Label const&, Label const&) = default;
};

// The label of a free medium, for the side that is up.
struct LabelOrder {
  Omid label;
  std::optional<Omid> instead_of{};  // what was read before it was decided to write; none: nobody understood what was there
  friend bool operator==(LabelOrder const&, LabelOrder const&) = default;
};

// What became of a volume.
struct DismountReport {
  bool was_mounted = false;
  bool forced = false;         // something was open and force was given
  bool handles_dead = true;    // after force: old handles get errors (false: they may live on; the medium must not be reused)
  std::string note;            // one sentence for people
  friend bool operator==(DismountReport const&, DismountReport const&) = default;
};

// What became of a volume at its unload.
struct UnloadReport {
  bool cut_off = false;  // the medium was taken away from somebody who had it open: everything they do fails from now on
  std::string note;      // one sentence for people; empty: nobody used it any more
  std::vector<Alert> alerts{};  // as in DriveStatus
  CartridgeFacts cartridge{};   // as it was before the unload, with what was written since its label was read
  friend bool operator==(UnloadReport const&, UnloadReport const&) = default;
};

class Drive {
 public:
  virtual ~Drive() = default;
  // What is in the drive, asked of the device; reads no medium, never moves or loads anything.
  virtual void status(Done<DriveStatus> done) = 0;
  // Readies the cartridge that a changer put in (threads, spins up), makes its volume usable (online) and prevents its removal. Of a
  // cartridge that is ready already (offline volume after a deferred dismount): brings the volume online.
  virtual void load(Done<DriveStatus> done) = 0;
  // Reads the label of the side that is up; the cartridge must be loaded (not_ready otherwise). Only reads, also while the volume is in
  // use or offline; but busy of a tape in use, which would have to be rewound.
  virtual void read_label(Done<Label> done) = 0;
  // Writes the label of a free medium over the beginning of the side that is up, and reads it back: what was there is lost, and that alone (of a tape,
  // everything). The volume must be dismounted: busy, with nothing written, while it is online, mounted or held. First the label is read once more: media_changed,
  // with nothing written, where it is not the one that the order names. write_protect (nothing written), write_fault: what is at the beginning now is not known.
  // The answer is the label as it was read back; its note says what else is still found on the medium.
  virtual void write_label(LabelOrder order, Done<Label> done) = 0;
  // Flush, lock, dismount, offline: after it nothing can mount or read the volume, and the cartridge is still inside.
  // Busy without force: Errc::busy with the holders named, and the volume is as it was. Already offline: success.
  virtual void dismount(bool force, Done<DismountReport> done) = 0;
  // The same two, with the label asked for at once: when the first has succeeded, the label is read without a word in between. Each is told
  // on its own, in this order, as soon as it is known. Of a first one that failed nothing else comes: `label` is dropped without being
  // called.
  virtual void load(Done<DriveStatus> done, Done<Label> label) = 0;
  virtual void dismount(bool force, Done<DismountReport> done, Done<Label> label) = 0;
  // Allows removal, unloads: a changer may take the cartridge now. Needs a dismounted volume that nobody has open any more (busy
  // otherwise). With force also while handles from before a forced dismount live: the medium is taken away from them.
  virtual void unload(bool force, Done<UnloadReport> done) = 0;
};

}  // namespace rsm::port
