#include "drivers/emulated/directory_check.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

namespace rsm::emulated {
namespace {

namespace fs = std::filesystem;
using Problems = std::vector<std::string>;

std::set<std::string> names_in(std::string const& folder, Problems& problems) {
  std::set<std::string> names;
  std::error_code error;
  auto entries = fs::directory_iterator(folder, error);
  if (error) problems.push_back(folder + ": cannot be read: " + error.message());
  for (auto const& entry : entries) names.insert(entry.path().filename().string());
  return names;
}

void check_image(std::string const& image, std::uint64_t bytes, Problems& problems) {
  std::error_code error;
  auto const status = fs::symlink_status(image, error);
  if (!fs::exists(status)) return problems.push_back(image + ": missing");
  if (!fs::is_regular_file(status)) return problems.push_back(image + ": not a regular file");
  auto const size = fs::file_size(image, error);
  if (error) return problems.push_back(image + ": cannot be read: " + error.message());
  if (size != bytes) problems.push_back(image + ": it has " + std::to_string(size) + " bytes, and should have " + std::to_string(bytes));
}

void check_cartridges(LibraryDirectory const& library, HardwareState const& state, Problems& problems) {
  std::string const folder = library.path() + "/cartridges";
  for (auto const& [name, cartridge] : state.cartridges)
    for (std::uint32_t side = 0; side < cartridge.labels.size(); ++side)
      check_image(library.image_path(name, side), state.side_bytes, problems);
  for (auto const& name : names_in(folder, problems)) {
    auto const known = state.cartridges.find(name);
    if (known == state.cartridges.end()) {
      problems.push_back(folder + "/" + name + ": belongs to no cartridge");
      continue;
    }
    for (auto const& file : names_in(folder + "/" + name, problems)) {
      bool expected = false;
      for (std::uint32_t side = 0; side < known->second.labels.size(); ++side)
        expected = expected || file == "side" + std::to_string(side) + ".img";
      if (!expected) problems.push_back(folder + "/" + name + "/" + file + ": belongs to no side");
    }
  }
}

void check_drives(LibraryDirectory const& library, HardwareState const& state, Problems& problems) {
  for (std::uint32_t number = 0; number < state.drives.size(); ++number) {
    std::error_code error;
    if (!fs::is_directory(library.drive_folder(number), error)) problems.push_back(library.drive_folder(number) + ": missing");
    std::string const link = library.volume_link(number);
    if (!fs::exists(fs::symlink_status(link, error))) continue;
    if (state.drives[number].phase != DrivePhase::loaded)
      problems.push_back(link + ": there is a volume, but the drive is " + word(state.drives[number].phase));
    else if (!fs::exists(link, error))
      problems.push_back(link + ": leads nowhere");
  }
}

}  // namespace

Result<std::vector<std::string>> check_directory(LibraryDirectory const& library) {
  RSM_TRY(Hardware const hardware, library.read());
  Problems problems;
  check_cartridges(library, hardware.state(), problems);
  check_drives(library, hardware.state(), problems);
  return problems;
}

}  // namespace rsm::emulated
