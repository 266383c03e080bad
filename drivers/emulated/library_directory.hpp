// An emulated library that outlives every process: its state and its cartridges in a directory of its own.
//
// What for: the handlers of changer and drives, rsm-emu and tests share one piece of hardware. Layout:
//   state.json                     the state of the machine, replaced as a whole; says how much of the log counts (state_file.hpp)
//   cartridges-N.jsonl             the log of cartridges
//   faults.json                    optional, read once when the library is made
//   lock                           held with flock(2) while the state is read, changed and written; nobody else may open it
//   cartridges/NAME/side0.img      one image for each side of each cartridge
//   drives/N/volume                symlink: the volume in that drive, made by the volume (drivers/block/volume.hpp); volume.offline: the same, kept while a volume
//                                  in user space is offline
//   drives/N/in-use, in-use        shared flock(2) of whoever serves the drive, the changer
// A change is read-modify-write under the lock; what it returns is on the disk. Nobody keeps the lock while something moves.
// Everything below the directory is reached by descriptors, and no link is followed there (drivers/block/folder.hpp).
// Errors: object_not_found (no library there), bad_format (damaged: refused, never guessed), access_denied, disk_full, busy
// (the lock), already_exists (make). Thread rule: any thread and process; calls block. Copies share what was read.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "drivers/block/folder.hpp"
#include "drivers/emulated/hardware.hpp"

namespace rsm::emulated {

// The directory of a library without links in its path: what is below it must have none.
std::string canonical_path(std::string const& directory);
// The wall clock, in milliseconds.
TimePoint real_now();

struct NewCartridge {
  std::string barcode;  // empty: no sticker
  std::string name;     // empty: one is found
};

class StateStore;

class LibraryDirectory {
 public:
  // Makes the directory with cartridges and images. It must not exist, or be empty but for faults.json. A library that could
  // not be made whole leaves nothing behind but what was there.
  static Result<LibraryDirectory> make(std::string const& path, Geometry const& geometry);
  static Result<LibraryDirectory> open(std::string const& path);

  std::string const& path() const { return path_; }
  std::string state_path() const { return path_ + "/state.json"; }
  std::string image_path(std::string const& cartridge, std::uint32_t side) const;
  std::string drive_folder(std::uint32_t drive) const { return path_ + "/drives/" + std::to_string(drive); }
  std::string volume_link(std::uint32_t drive) const { return drive_folder(drive) + "/volume"; }
  // The lock of whoever serves the drive, or the changer (shared); exclusive: nobody does. Errors: busy, at once.
  Result<UniqueFd> lock_in_use(std::optional<std::uint32_t> drive, block::LockKind kind) const;

  // The hardware as it is now: settled, nothing written, no lock needed. read() copies all of it.
  Result<Hardware> read() const;
  template <class See>
  std::invoke_result_t<See&, Hardware const&> look(See see) const {
    std::optional<std::invoke_result_t<See&, Hardware const&>> outcome;
    RSM_CHECK(look_at([&](Hardware const& hardware) { outcome.emplace(see(hardware)); }));
    return std::move(*outcome);
  }
  // Calls act with the hardware, under the lock, and stores what it made of it, also when it returns an error (a refused command
  // may have used up a fault). act returns a Result.
  template <class Act>
  std::invoke_result_t<Act&, Hardware&> change(Act act) const {
    std::optional<std::invoke_result_t<Act&, Hardware&>> outcome;
    RSM_CHECK(apply([&](Hardware& hardware) { outcome.emplace(act(hardware)); }));
    return std::move(*outcome);
  }
  // A new cartridge with its images (a cleaner has none), outside the library. Without a name it gets its bar code as name, where it can be one
  // and is free, else a number; gives the name.
  Result<std::string> add_cartridge(NewCartridge const& wanted, std::uint64_t seed) const;
  // Another cartridge with the same on it, block for block, outside the library.
  Result<std::string> copy_cartridge(std::string const& of, NewCartridge const& wanted) const;
  // The tab of a cartridge, and with it the write permission of its images.
  Result<> set_write_protect(std::string const& barcode, bool on) const;

 private:
  explicit LibraryDirectory(std::string path);
  Result<> look_at(std::function<void(Hardware const&)> const& see) const;
  Result<> apply(std::function<void(Hardware&)> const& act) const;
  Result<> fill(Geometry const& geometry) const;
  Result<> make_images(Cartridge const& cartridge, HardwareState const& state) const;
  Result<> remove_images(Cartridge const& cartridge) const;
  using MakeCartridge = std::function<Result<>(Cartridge&, Hardware const&)>;
  // Adds one that `describe` has given its sides, when make_files has made its files; what that leaves of a failure is removed.
  Result<std::string> add(NewCartridge const& wanted, MakeCartridge const& describe, MakeCartridge const& make_files) const;

  std::string path_;
  std::shared_ptr<StateStore> store_;
};

}  // namespace rsm::emulated
