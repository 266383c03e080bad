#include "drivers/block/system_volume.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <optional>
#include <vector>

#include "drivers/block/mount_table.hpp"
#include "drivers/block/swap_table.hpp"
#include "drivers/block/sysfs.hpp"

namespace rsm::block {
namespace {

std::vector<std::string> entries(std::string const& path) {
  std::vector<std::string> names;
  UniqueFd const folder = open_folder(path);
  for_each_entry(folder.get(), [&](char const* name, auto) { names.emplace_back(name); });
  return names;
}

void add_with_parents(dev_t device, std::string const& sys, std::set<dev_t>& all) {
  if (major(device) == 0 || !all.insert(device).second) return;
  std::string const folder = fmt::format("{}/dev/block/{}:{}", sys, major(device), minor(device));
  if (::access((folder + "/partition").c_str(), F_OK) == 0)
    if (auto const disk = device_number_in(folder + "/../dev")) add_with_parents(*disk, sys, all);
  for (auto const& member : entries(folder + "/slaves"))
    if (auto const below = device_number_in(folder + "/slaves/" + member + "/dev")) add_with_parents(*below, sys, all);
  std::string const file = first_line(folder + "/loop/backing_file");
  struct stat st {};
  if (!file.empty() && ::stat(file.c_str(), &st) == 0) add_with_parents(S_ISBLK(st.st_mode) ? st.st_rdev : st.st_dev, sys, all);
}

// The devices under a path, also where the file system (btrfs) hides them behind an anonymous number.
std::vector<dev_t> devices_under(std::string const& path, MountTable const& table) {
  struct stat st {};
  if (::stat(path.c_str(), &st) != 0) return {};
  if (major(st.st_dev) != 0) return {st.st_dev};
  std::vector<dev_t> found;
  for (auto const& mount : table.mounts) {
    bool const here = mount.name_space == table.own_namespace && mount.mount_point == path;
    if (here && mount.source_device != 0) found.push_back(mount.source_device);
  }
  return found;
}

}  // namespace

std::set<dev_t> device_and_parents(dev_t device, std::string const& sys) {
  std::set<dev_t> all;
  add_with_parents(device, sys, all);
  return all;
}

std::set<dev_t> system_devices(std::string const& sys, std::string const& swaps) {
  std::set<dev_t> all;
  MountTable const table = read_own_mounts();
  for (auto const* path : {"/", "/boot", "/usr", "/var"})
    for (dev_t const device : devices_under(path, table)) add_with_parents(device, sys, all);
  for (auto const& swap : read_swap_table(swaps)) add_with_parents(swap.device, sys, all);
  return all;
}

Result<> refuse_system_volume(dev_t device, std::string const& object) {
  if (!system_devices().contains(device)) return {};
  return fail(Errc::volume_contains_sys_files, object,
              fmt::format("device {}:{} carries /, /boot, /usr, /var or swap, or something that does; it is never dismounted", major(device), minor(device)));
}

}  // namespace rsm::block
