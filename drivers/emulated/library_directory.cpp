#include "drivers/emulated/library_directory.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <filesystem>

#include "drivers/emulated/files.hpp"
#include "drivers/emulated/side_image.hpp"
#include "drivers/emulated/state_file.hpp"
#include "libmgr/base/random.hpp"

namespace rsm::emulated {
namespace {

namespace fs = std::filesystem;

Result<> make_folder(std::string const& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return system_failure(error.value(), path, "make this folder");
  return {};
}

// True when it exists already; refuses one that holds anything but faults.json.
Result<bool> judge_target(std::string const& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return false;
  auto entries = fs::directory_iterator(path, error);
  if (error) return system_failure(error.value(), path, "look into it");
  for (auto const& entry : entries)
    if (entry.path().filename() != "faults.json") return fail(Errc::already_exists, path, "it is not empty; give a new directory");
  return true;
}

void remove_all_but_faults(std::string const& path, bool existed) {
  std::error_code ignored;
  if (!existed) {
    fs::remove_all(path, ignored);
    return;
  }
  for (char const* made : {"cartridges", "drives", "lock", "in-use", "state.json", "state.json.new"})
    fs::remove_all(path + "/" + made, ignored);
}

}  // namespace

TimePoint real_now() {
  return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
}

std::string LibraryDirectory::image_path(std::string const& cartridge, std::uint32_t side) const {
  return path_ + "/cartridges/" + cartridge + "/side" + std::to_string(side) + ".img";
}

Result<LibraryDirectory> LibraryDirectory::make(std::string const& path, Geometry const& geometry) {
  RSM_CHECK(judge_side_size(geometry.filesystem, geometry.side_bytes));
  RSM_TRY(bool const existed, judge_target(path));
  RSM_CHECK(make_folder(path));
  std::error_code error;
  LibraryDirectory const directory(fs::absolute(path, error).lexically_normal().string());
  auto filled = directory.fill(geometry);
  if (filled) return directory;
  remove_all_but_faults(path, existed);
  return std::unexpected(filled.error());
}

Result<> LibraryDirectory::fill(Geometry const& geometry) const {
  RSM_TRY(Hardware hardware, Hardware::make(geometry));
  std::string const faults_path = path_ + "/faults.json";
  if (std::error_code error; fs::exists(faults_path, error)) {
    RSM_TRY(std::string const text, read_file(faults_path));
    TimePoint const now = real_now();
    RSM_TRY(auto const faults, decode_faults(text, faults_path, now));
    for (auto const& fault : faults)
      if (auto added = hardware.add_fault(fault, now); !added)
        return fail(added.error().code, faults_path, added.error().object + ": " + added.error().detail);
  }
  for (std::uint32_t drive = 0; drive < geometry.drives; ++drive) RSM_CHECK(make_folder(drive_folder(drive)));
  RSM_CHECK(make_folder(path_ + "/cartridges"));
  for (auto const& [name, cartridge] : hardware.state().cartridges) RSM_CHECK(make_images(cartridge, hardware.state()));
  RSM_TRY(FileHandle const lock, lock_file(path_ + "/lock"));
  return save(hardware);
}

Result<> LibraryDirectory::make_images(Cartridge const& cartridge, HardwareState const& state) const {
  RSM_CHECK(make_folder(path_ + "/cartridges/" + cartridge.name));
  for (std::uint32_t side = 0; side < cartridge.labels.size(); ++side)
    RSM_CHECK(make_side_image(image_path(cartridge.name, side), state.filesystem, state.side_bytes, cartridge.labels[side]));
  return {};
}

Result<LibraryDirectory> LibraryDirectory::open(std::string const& path) {
  std::error_code error;
  LibraryDirectory const directory(fs::absolute(path, error).lexically_normal().string());
  if (!fs::exists(directory.state_path(), error))
    return fail(Errc::object_not_found, path, "there is no emulated library in it; make one with rsm-emu make");
  RSM_CHECK(directory.load());
  return directory;
}

Result<Hardware> LibraryDirectory::load() const {
  RSM_TRY(std::string const text, read_file(state_path()));
  return decode_state(text, state_path());
}

Result<> LibraryDirectory::save(Hardware const& hardware) const {
  return replace_file(path_, "state.json", encode_state(hardware.state()));
}

Result<Hardware> LibraryDirectory::read() const {
  RSM_TRY(Hardware hardware, load());
  hardware.settle(real_now());
  return hardware;
}

Result<> LibraryDirectory::apply(std::function<void(Hardware&)> const& act) const {
  RSM_TRY(FileHandle const lock, lock_file(path_ + "/lock"));
  RSM_TRY(Hardware hardware, load());
  HardwareState const before = hardware.state();
  act(hardware);
  if (hardware.state() == before) return {};
  return save(hardware);
}

Result<> LibraryDirectory::add_cartridge(std::string const& barcode, std::uint64_t seed) const {
  return change([&](Hardware& hardware) -> Result<> {
    SeededRandom random(seed);
    auto const& state = hardware.state();
    Cartridge cartridge;
    cartridge.name = cartridge.barcode = barcode;
    for (std::uint32_t side = 0; side < state.sides; ++side)
      cartridge.labels.push_back(made_label(state.filesystem, barcode, side, random.guid()));
    Hardware trial = hardware;
    RSM_CHECK(trial.add_cartridge(cartridge, real_now()));
    if (auto made = make_images(cartridge, state); !made) {
      std::error_code ignored;
      if (made.error().code != Errc::already_exists) fs::remove_all(path_ + "/cartridges/" + barcode, ignored);
      return made;
    }
    hardware = std::move(trial);
    return {};
  });
}

Result<> LibraryDirectory::set_write_protect(std::string const& barcode, bool on) const {
  return change([&](Hardware& hardware) -> Result<> {
    RSM_CHECK(hardware.set_write_protect(barcode, on, real_now()));
    auto const* cartridge = hardware.by_barcode(barcode);
    for (std::uint32_t side = 0; side < cartridge->labels.size(); ++side) {
      std::string const image = image_path(cartridge->name, side);
      if (::chmod(image.c_str(), on ? 0444 : 0644) != 0) return system_failure(errno, image, "change its permissions");
    }
    return {};
  });
}

}  // namespace rsm::emulated
