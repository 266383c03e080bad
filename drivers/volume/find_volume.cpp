#include "drivers/volume/find_volume.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>
#include <vector>

#include "drivers/block/block_device.hpp"
#include "drivers/block/disk_parts.hpp"
#include "drivers/block/label.hpp"
#include "drivers/block/loop_device.hpp"
#include "drivers/block/mount_table.hpp"
#include "drivers/block/system_error.hpp"
#include "drivers/block/unique_fd.hpp"

namespace rsm::volume {
namespace {

std::string real_path(std::string const& path) {
  std::unique_ptr<char, decltype(&std::free)> const resolved(::realpath(path.c_str(), nullptr), std::free);
  return resolved ? std::string(resolved.get()) : path;
}

bool is_node_of(std::string const& path, dev_t device) {
  struct stat st {};
  return path.starts_with('/') && ::stat(path.c_str(), &st) == 0 && S_ISBLK(st.st_mode) && st.st_rdev == device;
}

// The name that the kernel gives the device; what the mount was made with is only a wish of that moment.
std::optional<std::string> kernel_node(dev_t device) {
  auto node = block::kernel_node(device);
  if (!is_node_of(node, device)) return std::nullopt;
  return node;
}

Result<std::string> node_of_mount(block::MountRecord const& mount, std::string const& path) {
  bool const anonymous = major(mount.device) == 0;
  struct stat source {};
  bool const source_is_device = mount.source.starts_with('/') && ::stat(mount.source.c_str(), &source) == 0 && S_ISBLK(source.st_mode);
  if (anonymous && !source_is_device)
    return fail(Errc::invalid_name, path,
                fmt::format("it lies on {} ({}, mounted at {}), which has no device of its own; name a device, or a path on a volume", mount.source, mount.fs_type,
                            mount.mount_point));
  dev_t const device = anonymous ? source.st_rdev : mount.device;
  if (auto node = kernel_node(device)) return *node;
  if (is_node_of(mount.source, device)) return real_path(mount.source);
  return fail(Errc::file_not_found, path, fmt::format("it lies on the device {}:{} ({}), which has no node in /dev", major(device), minor(device), mount.source));
}

std::optional<block::MountRecord> own_mount(std::uint64_t mount_id) {
  std::ifstream in("/proc/self/mountinfo");
  std::string line;
  while (std::getline(in, line))
    if (auto mount = block::parse_mountinfo_line(line); mount && static_cast<std::uint64_t>(mount->mount_id) == mount_id) return mount;
  return std::nullopt;
}

Result<FoundVolume> volume_below(std::string const& path, struct statx const& what) {
  auto const mount = (what.stx_mask & STATX_MNT_ID) != 0 ? own_mount(what.stx_mnt_id) : std::nullopt;
  if (!mount) return fail(Errc::file_not_found, path, "no mount of this process leads to it; name the device");
  RSM_TRY(auto device, node_of_mount(*mount, path));
  bool const at_the_top = real_path(path) == mount->mount_point;
  return FoundVolume{.device = std::move(device),
                     .by = at_the_top ? FoundBy::mount_point : FoundBy::inside,
                     .regular_file = S_ISREG(what.stx_mode),
                     .mount_point = mount->mount_point};
}

// The loop device that is bound to the file; nullopt: none is.
Result<std::optional<FoundVolume>> volume_of_image(std::string const& path, struct statx const& what) {
  block::FileIdentity const file{makedev(what.stx_dev_major, what.stx_dev_minor), what.stx_ino};
  std::vector<std::string> nodes;
  for (auto const& binding : block::bound_loop_devices({file.device}))
    if (binding.backing == file && binding.backing_device == 0) nodes.push_back(binding.loop.node);
  std::ranges::sort(nodes);
  if (nodes.size() > 1) return fail(Errc::object_not_found, path, fmt::format("several loop devices are bound to it: {}; name one of them", fmt::join(nodes, ", ")));
  if (nodes.empty()) return std::nullopt;
  return FoundVolume{.device = nodes.front(), .by = FoundBy::image};
}

// A file with a file system in it is hardly meant as a part of the volume that it lies on.
bool carries_a_file_system(std::string const& path) {
  UniqueFd const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return false;
  auto const label = block::read_label(file.get(), path);
  return label && label->omid;
}

}  // namespace

Result<FoundVolume> find_volume(std::string const& path) {
  if (path.empty()) return fail(Errc::invalid_name, "", "the name of a volume is empty");
  struct statx what {};
  if (::statx(AT_FDCWD, path.c_str(), 0, STATX_BASIC_STATS | STATX_MNT_ID, &what) != 0) {
    int const error_number = errno;
    if (error_number == ENOENT || error_number == ENOTDIR) return fail(Errc::file_not_found, path, "name a device, a mount point, a path on a volume, or a bound image");
    return block::system_failure(error_number, path, "look at it");
  }
  if (S_ISBLK(what.stx_mode) || S_ISCHR(what.stx_mode)) {
    struct stat own {};
    bool const linked = ::lstat(path.c_str(), &own) == 0 && S_ISLNK(own.st_mode);
    return FoundVolume{.device = real_path(path), .by = linked ? FoundBy::link : FoundBy::itself};
  }
  if (S_ISREG(what.stx_mode)) {
    RSM_TRY(auto bound, volume_of_image(path, what));
    if (bound) return *bound;
    if (carries_a_file_system(path))
      return fail(Errc::invalid_name, path,
                  "it is an image that no loop device is bound to ('losetup --find --show' binds it); for the volume that the file lies on, name its mount point");
  }
  return volume_below(path, what);
}

std::optional<Disk> disk_of_partition(std::string const& device) {
  auto const named = block::find_block_device(device);
  auto const disk = named ? block::disk_of(*named) : std::nullopt;
  if (!disk) return std::nullopt;
  return Disk{disk->node, block::as_loop_device(*disk).has_value()};
}

std::vector<dev_t> medium_numbers(std::string const& device) {
  if (auto const named = block::find_block_device(device)) return block::numbers_of(block::whole_medium(*named));
  struct stat st {};  // a tape drive has no parts
  if (::stat(device.c_str(), &st) == 0 && S_ISCHR(st.st_mode)) return {st.st_rdev};
  return {};
}

}  // namespace rsm::volume
