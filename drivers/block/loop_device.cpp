#include "drivers/block/loop_device.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/blkpg.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string_view>
#include <thread>

#include "drivers/block/disk_parts.hpp"
#include "drivers/block/file_system_end.hpp"
#include "drivers/block/folder.hpp"
#include "drivers/block/label.hpp"
#include "drivers/block/limits.hpp"
#include "drivers/block/mount_table.hpp"
#include "drivers/block/sysfs.hpp"
#include "drivers/block/system_error.hpp"

namespace rsm::block {
namespace {

// A device that was cut off ends behind its first sector: no file system begins there, and 0 would mean no limit.
constexpr __u64 cut_off_bytes = 512;
constexpr std::uint32_t disk_sector_bytes = 512, disc_sector_bytes = 2048;

std::string sys_folder(std::uint32_t number) { return fmt::format("/sys/block/loop{}", number); }

std::optional<dev_t> device_number(std::uint32_t number) {
  unsigned major_number = 0, minor_number = 0;
  std::string const text = first_line(sys_folder(number) + "/dev");
  if (std::sscanf(text.c_str(), "%u:%u", &major_number, &minor_number) != 2) return std::nullopt;
  return makedev(major_number, minor_number);
}

bool kernel_makes_nodes() {
  std::string type;
  for_each_line(whole_text("/proc/self/mountinfo"), [&](std::string_view line) {
    if (auto const mount = parse_mountinfo_line(line); mount && mount->mount_point == "/dev") type = mount->fs_type;
  });
  return type == "devtmpfs";
}

// The node, made by hand where the kernel does not. False: the device has gone meanwhile (where the kernel makes nodes, one made by
// hand for a device that is gone would stay for ever).
Result<bool> ensure_node(LoopDevice const& loop) {
  struct stat st {};
  if (::stat(loop.node.c_str(), &st) == 0) {
    if (S_ISBLK(st.st_mode) && st.st_rdev == loop.device) return true;
    return fail(Errc::device_not_available, loop.node, "this name in /dev is not the loop device; remove it");
  }
  if (kernel_makes_nodes()) return false;
  if (::mknod(loop.node.c_str(), S_IFBLK | 0600, loop.device) != 0 && errno != EEXIST)
    return system_failure(errno, loop.node, "make the device node");
  return true;
}

std::optional<LoopDevice> existing_loop(std::uint32_t number) {
  auto const device = device_number(number);
  if (!device) return std::nullopt;
  return LoopDevice{{*device, fmt::format("/dev/loop{}", number)}, number};
}

// A loop device with this number that is not bound; nullopt: it is somebody's.
Result<std::optional<LoopDevice>> free_loop(int control, std::uint32_t number) {
  if (::ioctl(control, LOOP_CTL_ADD, static_cast<long>(number)) < 0 && errno != EEXIST)
    return system_failure(errno, fmt::format("loop device {}", number), "add it");
  auto loop = existing_loop(number);
  if (!loop) return std::nullopt;  // somebody removed it again
  if (is_bound(*loop)) return std::nullopt;
  RSM_TRY(bool const there, ensure_node(*loop));
  return there ? loop : std::nullopt;
}

// What is bound is to look as it does in a drive. Whatever is not surely a disc has the sectors on which every file system mounts: disks, blank images, UDF with
// other blocks, a disc that has been formatted over; and so has an image whose end would be out of reach behind the last whole sector.
std::uint32_t sector_bytes_of(int image) {
  struct stat st {};
  bool const whole = ::fstat(image, &st) == 0 && st.st_size % disc_sector_bytes == 0;
  return whole && read_disc_block(image) == disc_sector_bytes ? disc_sector_bytes : disk_sector_bytes;
}

// Kernels before 5.8 know only the older calls. An errno, or 0.
int configure_in_steps(int device, int image_fd, std::uint32_t sector_bytes) {
  if (::ioctl(device, LOOP_SET_FD, image_fd) != 0) return errno;
  if (sector_bytes == disk_sector_bytes || ::ioctl(device, LOOP_SET_BLOCK_SIZE, static_cast<unsigned long>(sector_bytes)) == 0) return 0;
  int const refused = errno;
  ::ioctl(device, LOOP_CLR_FD, 0);
  return refused;
}

Result<> check_as_asked(LoopDevice const& loop, int device, std::uint32_t sector_bytes) {
  int sector = 0;
  loop_info64 info{};
  if (::ioctl(device, BLKSSZGET, &sector) != 0 || ::ioctl(device, LOOP_GET_STATUS64, &info) != 0) return system_failure(errno, loop.node, "ask how it was bound");
  if (static_cast<std::uint32_t>(sector) != sector_bytes)
    return fail(Errc::not_supported, loop.node, fmt::format("the kernel gave it sectors of {} bytes, and {} were asked for: file systems may not mount on it", sector, sector_bytes));
  if ((info.lo_flags & LO_FLAGS_DIRECT_IO) != 0)
    return fail(Errc::not_supported, loop.node, "the kernel reads and writes its image past the cache (direct I/O), which was not asked for: small file systems may not mount on it");
  return {};
}

// False: somebody else was quicker, try the next one.
Result<bool> configure(LoopDevice const& loop, int image_fd, bool read_only) {
  UniqueFd device(::open(loop.node.c_str(), (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC));
  if (!device) {
    if (errno == ENXIO || errno == ENOENT || errno == ENODEV) return false;
    return system_failure(errno, loop.node, "open it");
  }
  loop_config config{};
  config.fd = static_cast<__u32>(image_fd);
  config.block_size = sector_bytes_of(image_fd);  // left to the kernel it may become 4096, on which smaller file systems do not mount
  config.info.lo_flags = read_only ? LO_FLAGS_READ_ONLY : 0;
  int refused = ::ioctl(device.get(), LOOP_CONFIGURE, &config) == 0 ? 0 : errno;
  if (refused == EINVAL || refused == ENOTTY) refused = configure_in_steps(device.get(), image_fd, config.block_size);
  if (refused == EBUSY || refused == ENXIO) return false;
  if (refused != 0) return system_failure(refused, loop.node, "bind it");
  auto const as_asked = check_as_asked(loop, device.get(), config.block_size);
  if (as_asked) return true;
  ::ioctl(device.get(), LOOP_CLR_FD, 0);
  return std::unexpected(as_asked.error());
}

// `path`: what the kernel calls its image; empty: it has none.
std::optional<LoopBinding> binding_of(LoopDevice const& loop, std::string path) {
  if (path.empty()) return std::nullopt;
  LoopBinding binding{.loop = loop, .backing = {}, .backing_path = std::move(path)};
  UniqueFd device(::open(loop.node.c_str(), O_RDONLY | O_CLOEXEC));
  loop_info64 info{};
  if (device && ::ioctl(device.get(), LOOP_GET_STATUS64, &info) == 0) {
    binding.backing = {static_cast<dev_t>(info.lo_device), static_cast<ino_t>(info.lo_inode)};
    binding.backing_device = static_cast<dev_t>(info.lo_rdevice);
    binding.autoclear = (info.lo_flags & LO_FLAGS_AUTOCLEAR) != 0;
    binding.cut_off = info.lo_sizelimit == cut_off_bytes;
    return binding;
  }
  if (device && errno == ENXIO) return std::nullopt;
  // No right to ask the device: the path says it, as far as it can be looked at.
  struct stat st {};
  if (::stat(binding.backing_path.c_str(), &st) == 0) {
    binding.backing = {st.st_dev, st.st_ino};
    binding.backing_device = S_ISBLK(st.st_mode) ? st.st_rdev : 0;
  }
  return binding;
}

std::optional<LoopBinding> binding_of(LoopDevice const& loop) { return binding_of(loop, first_line(sys_folder(loop.number) + "/loop/backing_file")); }

// File systems whose files a server answers for, which may be silent.
class ServedFileSystems {
 public:
  ServedFileSystems() {
    for_each_line(whole_text("/proc/self/mountinfo"), [this](std::string_view line) {
      if (auto mount = parse_mountinfo_line(line)) mounts_.push_back(std::move(*mount));
    });
  }

  // The one that holds this path; nullopt: no server is asked for it.
  std::optional<dev_t> holding(std::string const& path) const {
    MountRecord const* holds = nullptr;
    for (auto const& mount : mounts_)
      if (lies_under(path, mount.mount_point) && (holds == nullptr || mount.mount_point.size() >= holds->mount_point.size())) holds = &mount;
    if (holds == nullptr || !has_server(holds->fs_type)) return std::nullopt;
    return holds->device;
  }

 private:
  static bool lies_under(std::string const& path, std::string const& folder) {
    return path.starts_with(folder) && (folder == "/" || path.size() == folder.size() || path[folder.size()] == '/');
  }
  static bool has_server(std::string const& type) {
    static constexpr std::array<std::string_view, 7> kinds{"fuse", "nfs", "cifs", "smb", "9p", "ceph", "virtiofs"};
    return std::any_of(kinds.begin(), kinds.end(), [&](std::string_view kind) { return type.starts_with(kind); });
  }

  std::vector<MountRecord> mounts_;
};

// Somebody may be looking at it (udev, another handler). When that does not end it stays, empty, for the next one.
void remove_empty(LoopDevice const& loop) {
  UniqueFd const control(::open("/dev/loop-control", O_RDWR | O_CLOEXEC));
  if (!control) return;
  for (Millis waited{0}; waited < limits::lock_settle_limit; waited += limits::lock_settle_pause) {
    if (::ioctl(control.get(), LOOP_CTL_REMOVE, static_cast<long>(loop.number)) == 0 || errno != EBUSY) return;
    if (is_bound(loop)) return;  // bound again already
    std::this_thread::sleep_for(limits::lock_settle_pause);
  }
}

}  // namespace

std::vector<LoopBinding> bound_loop_devices(std::vector<dev_t> const& looked_for, std::vector<dev_t> const& but) {
  std::vector<LoopBinding> all;
  std::optional<ServedFileSystems> served;  // read for the first that is bound
  UniqueFd const folder = open_folder("/sys/block");
  for_each_entry(folder.get(), [&](char const* name, auto) {
    unsigned number = 0;
    if (std::sscanf(name, "loop%u", &number) != 1) return;
    std::string backing = first_line(std::string(name) + "/loop/backing_file", folder.get());
    auto const loop = backing.empty() ? std::nullopt : existing_loop(number);
    if (!loop || std::find(but.begin(), but.end(), loop->device) != but.end()) return;
    if (!served) served.emplace();
    auto const server = served->holding(backing);
    if (server && std::find(looked_for.begin(), looked_for.end(), *server) == looked_for.end()) return;
    if (auto binding = binding_of(*loop, std::move(backing))) all.push_back(std::move(*binding));
  });
  return all;
}

std::optional<LoopBinding> loop_binding(LoopDevice const& loop) { return binding_of(loop); }

bool is_bound(LoopDevice const& loop) { return ::access((sys_folder(loop.number) + "/loop/backing_file").c_str(), F_OK) == 0; }

Result<> bound_as_asked(LoopDevice const& loop, std::uint32_t sector_bytes) {
  RSM_TRY(UniqueFd const device, open_plain(loop));
  return check_as_asked(loop, device.get(), sector_bytes);
}

std::optional<LoopDevice> as_loop_device(BlockDevice const& device) {
  unsigned number = 0;
  if (std::sscanf(device.node.c_str(), "/dev/loop%u", &number) != 1 || device_number(number) != device.device) return std::nullopt;
  return LoopDevice{device, number};
}

std::optional<LoopDevice> loop_behind(std::string const& link) {
  std::error_code none;
  std::string const target = std::filesystem::read_symlink(link, none).string();
  unsigned number = 0;
  if (none || std::sscanf(target.c_str(), "/dev/loop%u", &number) != 1) return std::nullopt;
  auto const loop = existing_loop(number);
  if (!loop || loop->node != target || !is_bound(*loop)) return std::nullopt;
  return loop;
}

Result<FileIdentity> file_identity(std::string const& path) {
  RSM_TRY(UniqueFd const file, open_image(path, O_PATH));
  struct stat st {};
  if (::fstat(file.get(), &st) != 0) return system_failure(errno, path, "look at it");
  return FileIdentity{st.st_dev, st.st_ino};
}

Result<LoopDevice> bind_loop_device(std::string const& image, std::uint32_t first_number) {
  RSM_TRY(UniqueFd reading, open_image(image, O_RDONLY));
  struct stat st {};
  bool const protect = ::fstat(reading.get(), &st) == 0 && (st.st_mode & 0222) == 0;  // the tab: root could write all the same
  if (protect) return bind_loop_device(reading.get(), true, first_number);
  auto const writing = open_image(image, O_RDWR);
  if (writing) return bind_loop_device(writing->get(), false, first_number);
  if (writing.error().code != Errc::write_protect && writing.error().code != Errc::access_denied) return std::unexpected(writing.error());
  return bind_loop_device(reading.get(), true, first_number);
}

Result<LoopDevice> bind_loop_device(int image_fd, bool read_only, std::uint32_t first_number) {
  UniqueFd control(::open("/dev/loop-control", O_RDWR | O_CLOEXEC));
  if (!control && (errno == ENOENT || errno == ENXIO || errno == ENODEV))
    return fail(Errc::not_supported, "/dev/loop-control", "this machine has no loop devices; load the module loop");
  if (!control) return system_failure(errno, "/dev/loop-control", "open it");
  for (std::uint32_t number = first_number; number < first_number + limits::loop_devices_max; ++number) {
    RSM_TRY(auto loop, free_loop(control.get(), number));
    if (!loop) continue;
    RSM_TRY(bool const bound, configure(*loop, image_fd, read_only));
    if (bound) return *loop;
  }
  return fail(Errc::busy, "loop devices", fmt::format("all of loop{} to loop{} are bound; `losetup -a` shows to what", first_number,
                                                      first_number + limits::loop_devices_max - 1));
}

namespace {

// As it is bound now; nullopt: to nothing, or to something else.
Result<std::optional<loop_info64>> info_of(LoopDevice const& loop, int device, FileIdentity backing) {
  loop_info64 info{};
  if (::ioctl(device, LOOP_GET_STATUS64, &info) != 0) {
    if (errno == ENXIO) return std::nullopt;
    return system_failure(errno, loop.node, "ask what it is bound to");
  }
  FileIdentity const now{static_cast<dev_t>(info.lo_device), static_cast<ino_t>(info.lo_inode)};
  return now == backing ? std::optional(info) : std::nullopt;
}

}  // namespace

Result<> keep_bound(LoopDevice const& loop, FileIdentity backing) {
  RSM_TRY(UniqueFd device, open_plain(loop));
  RSM_TRY(auto info, info_of(loop, device.get(), backing));
  if (!info) return fail(Errc::resource_not_present, loop.node, "it is bound to another image by now, or to none");
  info->lo_flags &= ~static_cast<__u32>(LO_FLAGS_AUTOCLEAR);
  if (::ioctl(device.get(), LOOP_SET_STATUS64, &*info) != 0) return system_failure(errno, loop.node, "keep it bound");
  return {};
}

Result<> cut_off_loop_device(LoopDevice const& loop, FileIdentity backing) {
  RSM_TRY(UniqueFd device, open_plain(loop));
  RSM_TRY(auto info, info_of(loop, device.get(), backing));
  if (!info) return {};  // it has gone with its last user
  info->lo_sizelimit = cut_off_bytes;
  if (::ioctl(device.get(), LOOP_SET_STATUS64, &*info) != 0) return system_failure(errno == EAGAIN ? EBUSY : errno, loop.node, "take its medium away");
  if (::ioctl(device.get(), LOOP_CLR_FD, 0) != 0 && errno != ENXIO) return system_failure(errno, loop.node, "unbind it");
  return {};
}

namespace {

// The kernel keeps partitions that somebody has told it of for the next image.
void forget_partitions(LoopDevice const& loop) {
  auto const parts = parts_of(loop);
  UniqueFd const device(parts.size() == 1 ? -1 : ::open(loop.node.c_str(), O_RDONLY | O_CLOEXEC));
  for (auto const& part : parts) {
    blkpg_partition partition{};
    partition.pno = std::atoi(first_line(fmt::format("/sys/dev/block/{}:{}/partition", major(part.device), minor(part.device))).c_str());
    blkpg_ioctl_arg order{.op = BLKPG_DEL_PARTITION, .flags = 0, .datalen = sizeof partition, .data = &partition};
    if (partition.pno > 0) ::ioctl(device.get(), BLKPG, &order);
  }
}

}  // namespace

Result<> clear_loop_device(LoopDevice const& loop, FileIdentity backing, UniqueFd exclusive, EmptyDevice afterwards) {
  RSM_TRY(auto const ours, info_of(loop, exclusive.get(), backing));
  if (ours && ::ioctl(exclusive.get(), LOOP_CLR_FD, 0) != 0 && errno != ENXIO) return system_failure(errno, loop.node, "unbind it");
  exclusive.reset();  // kernels of today unbind at the last close, whatever the call returned
  std::optional<LoopBinding> binding;
  // Whoever tries to bind it at this moment has it open, too.
  RSM_TRY(bool const gone, once_settled([&]() -> Result<bool> {
    binding = binding_of(loop);
    return !binding || binding->backing != backing;
  }));
  if (!gone)
    return fail(Errc::busy, loop.node, "still bound to " + binding->backing_path + ": somebody has the device open; it goes with its last user");
  if (binding) return {};
  forget_partitions(loop);
  if (afterwards == EmptyDevice::remove) remove_empty(loop);
  return {};
}

}  // namespace rsm::block
