#include "drivers/emulated/leftovers.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>

#include "drivers/block/busy_report.hpp"
#include "drivers/block/loop_device.hpp"
#include "drivers/block/volume_link.hpp"
#include "drivers/block/volume_lock.hpp"
#include "drivers/block/folder.hpp"
#include "libmgr/domain/private_text.hpp"

namespace rsm::emulated {
namespace {

namespace fs = std::filesystem;

struct Image {
  std::string path;
  std::optional<Element> place;  // of its cartridge
};

// Whoever holds these locks keeps new handlers away; a drive without one in here has a handler that lives.
using IdleDrives = std::map<std::uint32_t, UniqueFd>;

Result<IdleDrives> lock_idle_drives(LibraryDirectory const& library, HardwareState const& state) {
  IdleDrives idle;
  for (std::uint32_t number = 0; number < state.drives.size(); ++number) {
    auto lock = library.lock_in_use(number, block::LockKind::exclusive);
    if (lock)
      idle.emplace(number, std::move(*lock));
    else if (lock.error().code != Errc::busy)
      return std::unexpected(lock.error());
  }
  return idle;
}

using Images = std::map<std::pair<dev_t, ino_t>, Image>;

Images images_of(LibraryDirectory const& library, HardwareState const& state) {
  Images images;
  for (auto const& [name, cartridge] : state.cartridges)
    for (std::uint32_t side = 0; side < cartridge.labels.size(); ++side) {
      std::string const path = library.image_path(name, side);
      if (auto const id = block::file_identity(path)) images.emplace(std::pair{id->device, id->inode}, Image{path, cartridge.place});
    }
  return images;
}

// Bound loop devices that may be of these images.
std::vector<block::LoopBinding> bindings_of(Images const& images) {
  std::vector<dev_t> file_systems;
  for (auto const& [identity, image] : images)
    if (std::ranges::find(file_systems, identity.first) == file_systems.end()) file_systems.push_back(identity.first);
  return block::bound_loop_devices(file_systems);
}

// Unbinds it, or says why not.
Result<> unbind(block::LoopBinding const& binding) {
  RSM_TRY(auto exclusive, block::open_exclusive_when_settled(binding.loop));
  if (auto const report = block::find_raw_holders(binding.loop); !report.empty())
    return fail(Errc::busy, binding.loop.node, private_text::show(block::holders_text(report.holders), {.uid = ::geteuid(), .administrator = ::geteuid() == 0}));
  return block::clear_loop_device(binding.loop, binding.backing, std::move(exclusive));
}

void remove_bindings(LibraryDirectory const& library, HardwareState const& state, IdleDrives const& idle, Leftovers& found) {
  auto const images = images_of(library, state);
  for (auto const& binding : bindings_of(images)) {
    auto const image = images.find({binding.backing.device, binding.backing.inode});
    if (image == images.end()) continue;
    std::string const what = binding.loop.node + " of " + image->second.path;
    auto const& place = image->second.place;
    if (place && place->kind == ElementKind::drive && !idle.contains(place->number))
      found.left.push_back(what + ": a handler serves " + place->text());
    else if (auto const unbound = unbind(binding); !unbound)
      found.left.push_back(what + ": " + unbound.error().sentence());
    else
      found.removed.push_back(what + " is unbound");
  }
}

void remove_links(LibraryDirectory const& library, HardwareState const& state, IdleDrives const& idle, Leftovers& found) {
  auto const still_bound = bindings_of(images_of(library, state));
  for (std::uint32_t number = 0; number < state.drives.size(); ++number) {
    std::string const link = library.volume_link(number);
    if (idle.contains(number))
      if (auto const aside = block::forget_link_aside(link); !aside) found.left.push_back(link + ": " + aside.error().detail);
    std::error_code error;
    if (!fs::is_symlink(fs::symlink_status(link, error))) continue;
    auto const target = fs::read_symlink(link, error).string();
    bool const bound = std::ranges::any_of(still_bound, [&](block::LoopBinding const& b) { return b.loop.node == target; });
    if (!idle.contains(number))
      found.left.push_back(link + ": a handler serves drive " + std::to_string(number));
    else if (bound)
      found.left.push_back(link + ": " + target + " is still in use");
    else if (auto const removed = block::remove_link(link); removed)
      found.removed.push_back(link + " is removed");
    else
      found.left.push_back(link + ": " + removed.error().detail);
  }
}

}  // namespace

Result<Leftovers> remove_leftovers(LibraryDirectory const& library) {
  RSM_TRY(Hardware const hardware, library.read());
  RSM_TRY(IdleDrives const idle, lock_idle_drives(library, hardware.state()));
  Leftovers found;
  remove_bindings(library, hardware.state(), idle, found);
  remove_links(library, hardware.state(), idle, found);
  return found;
}

}  // namespace rsm::emulated
