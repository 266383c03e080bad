#include "drivers/emulated/library_directory.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <filesystem>

#include "drivers/block/image_copy.hpp"
#include "drivers/emulated/limits.hpp"
#include "drivers/emulated/side_image.hpp"
#include "drivers/emulated/state_file.hpp"
#include "drivers/emulated/state_store.hpp"
#include "libmgr/base/random.hpp"

namespace rsm::emulated {
namespace {

namespace fs = std::filesystem;

constexpr char const* faults_name = "faults.json";
constexpr char const* lock_name = "lock";
constexpr char const* in_use_name = "in-use";

std::string image_name(std::uint32_t side) { return "side" + std::to_string(side) + ".img"; }

// True when it exists already; refuses one that holds anything but faults.json.
Result<bool> judge_target(std::string const& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return false;
  auto entries = fs::directory_iterator(path, error);
  if (error) return block::file_failure(error.value(), path, "look into it");
  for (auto const& entry : entries)
    if (entry.path().filename() != faults_name) return fail(Errc::already_exists, path, "it is not empty; give a new directory");
  return true;
}

void remove_all_but_faults(std::string const& path, bool existed) {
  std::error_code ignored;
  if (!existed) {
    fs::remove_all(path, ignored);
    return;
  }
  for (char const* made : {"cartridges", "drives", "lock", "in-use", "state.json", "state.json.new", "cartridges-1.jsonl"})
    fs::remove_all(path + "/" + made, ignored);
}

}  // namespace

std::string canonical_path(std::string const& directory) {
  std::error_code error;
  std::string path = fs::weakly_canonical(directory, error).string();
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return error || path.empty() ? directory : path;
}

TimePoint real_now() {
  return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
}

std::string LibraryDirectory::image_path(std::string const& cartridge, std::uint32_t side) const {
  return path_ + "/cartridges/" + cartridge + "/" + image_name(side);
}

Result<LibraryDirectory> LibraryDirectory::make(std::string const& path, Geometry const& geometry) {
  RSM_CHECK(judge_side_size(geometry.filesystem, geometry.side_bytes));
  RSM_TRY(bool const existed, judge_target(path));
  RSM_CHECK(block::Folder::make(path));
  std::error_code error;
  LibraryDirectory const directory(canonical_path(path));
  auto filled = directory.fill(geometry);
  if (filled) return directory;
  remove_all_but_faults(path, existed);
  return std::unexpected(filled.error());
}

LibraryDirectory::LibraryDirectory(std::string path) : path_(std::move(path)), store_(std::make_shared<StateStore>()) {}

Result<> LibraryDirectory::fill(Geometry const& geometry) const {
  RSM_TRY(Hardware hardware, Hardware::make(geometry));
  RSM_TRY(block::Folder const folder, block::Folder::open(path_));
  std::string const faults_path = folder.path_of(faults_name);
  if (std::error_code error; fs::exists(faults_path, error)) {
    RSM_TRY(std::string const text, folder.read_file(faults_name, limits::emulator_file_bytes_max));
    TimePoint const now = real_now();
    RSM_TRY(auto const faults, decode_faults(text, faults_path, now));
    for (auto const& fault : faults)
      if (auto added = hardware.add_fault(fault, now); !added)
        return fail(added.error().code, faults_path, added.error().object + ": " + added.error().detail);
  }
  RSM_TRY(block::Folder const drives, folder.make_folder("drives"));
  for (std::uint32_t drive = 0; drive < geometry.drives; ++drive) RSM_CHECK(drives.make_folder(std::to_string(drive)));
  RSM_CHECK(folder.make_folder("cartridges"));
  for (auto const& [name, cartridge] : hardware.state().cartridges) RSM_CHECK(make_images(cartridge, hardware.state()));
  RSM_TRY(UniqueFd const lock, folder.lock(lock_name, block::LockKind::exclusive, limits::emulator_lock_limit));
  return StateStore::make(folder, hardware.state());
}

Result<> LibraryDirectory::make_images(Cartridge const& cartridge, HardwareState const& state) const {
  RSM_TRY(block::Folder const library, block::Folder::open(path_));
  RSM_TRY(block::Folder const all, library.folder("cartridges"));
  RSM_TRY(block::Folder const folder, all.make_folder(cartridge.name));
  for (std::uint32_t side = 0; side < cartridge.labels.size(); ++side)
    RSM_CHECK(make_side_image(folder, image_name(side), state.filesystem, state.side_bytes, cartridge.labels[side]));
  return {};
}

Result<LibraryDirectory> LibraryDirectory::open(std::string const& path) {
  std::error_code error;
  LibraryDirectory const directory(canonical_path(path));
  if (!fs::exists(fs::symlink_status(directory.state_path(), error)))
    return fail(Errc::object_not_found, path, "there is no emulated library in it; make one with rsm-emu make");
  RSM_CHECK(directory.look_at([](Hardware const&) {}));
  return directory;
}

Result<UniqueFd> LibraryDirectory::lock_in_use(std::optional<std::uint32_t> drive, block::LockKind kind) const {
  RSM_TRY(block::Folder const library, block::Folder::open(path_));
  if (!drive) return library.lock(in_use_name, kind, Millis{0});
  RSM_TRY(block::Folder const drives, library.folder("drives"));
  RSM_TRY(block::Folder const folder, drives.folder(std::to_string(*drive)));
  return folder.lock(in_use_name, kind, Millis{0});
}

Result<> LibraryDirectory::look_at(std::function<void(Hardware const&)> const& see) const {
  return store_->look(path_, real_now(), see);
}

Result<Hardware> LibraryDirectory::read() const {
  return look([](Hardware const& hardware) -> Result<Hardware> { return hardware; });
}

Result<> LibraryDirectory::apply(std::function<void(Hardware&)> const& act) const {
  RSM_TRY(block::Folder const folder, block::Folder::open(path_));
  RSM_TRY(UniqueFd const lock, folder.lock(lock_name, block::LockKind::exclusive, limits::emulator_lock_limit));
  return store_->change(folder, act);
}

Result<std::string> LibraryDirectory::add(NewCartridge const& wanted, MakeCartridge const& describe, MakeCartridge const& make_files) const {
  return change([&](Hardware& hardware) -> Result<std::string> {
    Cartridge cartridge{.name = wanted.name, .barcode = wanted.barcode, .cleaner = cleaner_barcode(wanted.barcode)};
    if (cartridge.name.empty()) cartridge.name = hardware.free_name(cartridge.barcode);
    RSM_CHECK(describe(cartridge, hardware));
    RSM_CHECK(hardware.judge_new(cartridge));
    std::string const folder = path_ + "/cartridges/" + cartridge.name;
    std::error_code error;
    if (fs::exists(fs::symlink_status(folder, error))) return fail(Errc::already_exists, folder, "no cartridge has this name, but there is something; remove it");
    if (auto made = make_files(cartridge, hardware); !made) {
      RSM_CHECK(remove_images(cartridge));
      return std::unexpected(made.error());
    }
    RSM_CHECK(hardware.add_cartridge(cartridge, real_now()));
    return cartridge.name;
  });
}

Result<> LibraryDirectory::remove_images(Cartridge const& cartridge) const {
  RSM_TRY(block::Folder const library, block::Folder::open(path_));
  RSM_TRY(block::Folder const all, library.folder("cartridges"));
  auto const images = all.folder(cartridge.name);
  if (!images) return {};
  for (std::uint32_t side = 0; side < cartridge.labels.size(); ++side) RSM_CHECK(images->remove_file(image_name(side)));
  return all.remove_folder(cartridge.name);
}

Result<std::string> LibraryDirectory::add_cartridge(NewCartridge const& wanted, std::uint64_t seed) const {
  auto const label = [&](Cartridge& fresh, Hardware const& hardware) -> Result<> {
    SeededRandom random(seed);
    for (std::uint32_t side = 0; !fresh.cleaner && side < hardware.state().sides; ++side)
      fresh.labels.push_back(made_label(hardware.state().filesystem, fresh.name, side, random.guid()));
    return {};
  };
  return add(wanted, label, [this](Cartridge& fresh, Hardware const& hardware) { return make_images(fresh, hardware.state()); });
}

Result<std::string> LibraryDirectory::copy_cartridge(std::string const& of, NewCartridge const& wanted) const {
  Cartridge original;
  auto const look_alike = [&](Cartridge& fresh, Hardware const& hardware) -> Result<> {
    RSM_TRY(auto const* found, hardware.find(of));
    original = *found;
    if (auto const& at = original.place; at && at->kind == ElementKind::drive && hardware.state().drives[at->number].phase != DrivePhase::inserted)
      return fail(Errc::invalid_operation, "cartridge " + of, "it is in " + at->text() + ", which holds it; a copy is made of one that nobody uses");
    fresh.labels = original.labels;
    fresh.cleaner = original.cleaner;
    return {};
  };
  auto const copy = [&](Cartridge& fresh, Hardware const&) -> Result<> {
    RSM_TRY(block::Folder const library, block::Folder::open(path_));
    RSM_TRY(block::Folder const all, library.folder("cartridges"));
    RSM_CHECK(all.make_folder(fresh.name));
    for (std::uint32_t side = 0; side < fresh.labels.size(); ++side) RSM_CHECK(block::copy_image(image_path(original.name, side), image_path(fresh.name, side)));
    return {};
  };
  return add(wanted, look_alike, copy);
}

Result<> LibraryDirectory::set_write_protect(std::string const& barcode, bool on) const {
  return change([&](Hardware& hardware) -> Result<> {
    RSM_CHECK(hardware.set_write_protect(barcode, on, real_now()));
    RSM_TRY(auto const* cartridge, hardware.find(barcode));
    RSM_TRY(block::Folder const folder, block::Folder::open(path_));
    RSM_TRY(block::Folder const all, folder.folder("cartridges"));
    RSM_TRY(block::Folder const images, all.folder(cartridge->name));
    for (std::uint32_t side = 0; side < cartridge->labels.size(); ++side) {
      RSM_TRY(UniqueFd const image, images.open_file(image_name(side), O_RDONLY));
      if (::fchmod(image.get(), on ? 0444 : 0644) != 0) return block::file_failure(errno, images.path_of(image_name(side)), "change its permissions");
    }
    return {};
  });
}

}  // namespace rsm::emulated
