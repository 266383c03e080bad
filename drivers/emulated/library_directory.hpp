// An emulated library that outlives every process: its state and its cartridges in a directory of its own.
//
// What for: the handlers of changer and drives, rsm-emu and tests share one piece of hardware. Layout:
//   state.json                     the state, replaced as a whole (state_file.hpp)
//   faults.json                    optional, read once when the library is made
//   lock                           held with flock(2) while the state is read, changed and written
//   cartridges/NAME/side0.img      one image for each side of each cartridge
//   drives/N/volume                symlink: the volume in that drive, made by the volume (drivers/block/volume.hpp)
//   drives/N/in-use, in-use        shared flock(2) of whoever serves the drive, the changer
// A change is read-modify-write under the lock; what it returns is on the disk. Nobody keeps the lock while something moves.
// Errors: object_not_found (no library there), bad_format (damaged: refused, never guessed), access_denied, disk_full, timeout
// (the lock), already_exists (make). Thread rule: any thread and process; calls block.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <type_traits>

#include "drivers/emulated/hardware.hpp"

namespace rsm::emulated {

// The wall clock, in milliseconds.
TimePoint real_now();

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
  std::string in_use_path(std::optional<std::uint32_t> drive) const { return (drive ? drive_folder(*drive) : path_) + "/in-use"; }

  // The hardware as it is now: settled, nothing written, no lock needed.
  Result<Hardware> read() const;
  // Calls act with the hardware, under the lock, and stores what it made of it, also when it returns an error (a refused command
  // may have used up a fault). act returns a Result.
  template <class Act>
  std::invoke_result_t<Act&, Hardware&> change(Act act) const {
    std::optional<std::invoke_result_t<Act&, Hardware&>> outcome;
    RSM_CHECK(apply([&](Hardware& hardware) { outcome.emplace(act(hardware)); }));
    return std::move(*outcome);
  }
  // A new cartridge with its images, outside the library.
  Result<> add_cartridge(std::string const& barcode, std::uint64_t seed) const;
  // The tab of a cartridge, and with it the write permission of its images.
  Result<> set_write_protect(std::string const& barcode, bool on) const;

 private:
  explicit LibraryDirectory(std::string path) : path_(std::move(path)) {}
  Result<> apply(std::function<void(Hardware&)> const& act) const;
  Result<Hardware> load() const;
  Result<> save(Hardware const& hardware) const;
  Result<> fill(Geometry const& geometry) const;
  Result<> make_images(Cartridge const& cartridge, HardwareState const& state) const;

  std::string path_;
};

}  // namespace rsm::emulated
