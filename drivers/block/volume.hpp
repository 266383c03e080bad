// The volume in one drive: what a drive handler does to it, with real system calls (block volumes on loop devices) or in user
// space where there are no rights for that.
//
// What for: one place knows each operation of volume-control.md; drives (emulated now, others later) are made of it. The image is
// the cartridge's side; `link` is the stable path that clients use for the volume in this drive.
// Nothing but these calls may change the volume while it is attached. Thread rule: one thread, the handler's; calls block.
// Source: volume-control.md ("The one safe order", "On Linux", "Dead handles"), architecture decisions 14 to 17.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "drivers/block/limits.hpp"
#include "drivers/port/drive.hpp"
#include "libmgr/domain/error.hpp"
#include "libmgr/domain/medium.hpp"

namespace rsm::block {

class Volume {
 public:
  virtual ~Volume() = default;

  // Makes the image the volume of this drive: binds it (an own loop device that is bound to it already is found by the image's
  // inode and reused), offline: nothing can mount or read it until online(). One that an earlier process left online (the link
  // still leads to it) is taken over as it is, mounts and all: ask state(). The same image again: success.
  // Errors: busy when the image is still bound to a foreign loop device or to a dead one of a forced dismount (two writers on one
  // cartridge must be impossible); access_denied without the rights; not_supported where the kernel has no loop devices.
  virtual Result<> attach(std::string const& image) = 0;
  // Mounts and opens are honoured again; the link points to the volume. Needs attach. Online already: success.
  virtual Result<> online() = 0;
  // The label of the file system on it, read from the volume (works online and offline), as drivers/block/label.hpp says.
  virtual Result<port::Label> read_label() = 0;
  // The label of a free medium, as drivers/block/write_label.hpp says. Needs offline (busy otherwise).
  virtual Result<port::Label> write_label(port::LabelOrder const& order) = 0;
  virtual port::VolumeState state() const = 0;  // none before attach
  // Who keeps it busy; empty: nobody.
  virtual Result<std::vector<port::Holder>> holders() = 0;
  // Flush, lock, dismount, offline. Errors: busy (detail names the holders; nothing has changed: mounts that were removed are
  // back), write_fault, volume_contains_sys_files. Offline already: success. With force: rsm volume-control.md "Dead handles".
  virtual Result<port::DismountReport> dismount(bool force) = 0;
  // Unbinds the image. Needs offline (busy otherwise). Verified: the loop device's backing file is really gone.
  // After a forced dismount whose old handles live on: busy, with their holders.
  virtual Result<> detach() = 0;
  // The medium is taken away from whoever has the volume open or mounted, whatever its state: mounts are detached, everything that old
  // handles do fails from now on, and no byte of theirs reaches the image. Nothing is attached afterwards. Of a medium that a person pulled
  // out, also one that an earlier process attached (the link still leads to it). Gives who had it open, for people; empty: nobody.
  // Errors: busy where the kernel keeps the medium.
  virtual Result<std::string> cut_off() = 0;
};

struct VolumeOptions {
  std::string link;         // stable path of the volume in this drive, made and removed by the volume
  std::uint32_t loop_number = 1000;  // block volumes: loop devices from here up (decision 17)
  std::chrono::milliseconds file_time_grain = limits::file_time_grain;  // user volumes: two changes that are farther apart have two times in the file system
  std::string drive = {};   // for people: "drive 0 of /var/lib/openrsm/emu"; others learn by it that the device is managed. Empty: nobody is told
};

// True when this process may make loop devices and mount: the reason why not, else.
Result<> block_volumes_possible();
std::unique_ptr<Volume> make_block_volume(VolumeOptions options);
// The same states and errors with plain files: the link leads to the image itself while online; holders are found in /proc of
// the same user; a forced dismount moves the old handles to a dead copy.
std::unique_ptr<Volume> make_user_volume(VolumeOptions options);

}  // namespace rsm::block
