// A volume on a block device: file system on a disk, optical disc, loop device.
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <utility>

#include "drivers/block/boot_mounts.hpp"
#include "drivers/block/disk_parts.hpp"
#include "drivers/block/dismount.hpp"
#include "drivers/block/file_system_end.hpp"
#include "drivers/block/label.hpp"
#include "drivers/block/limits.hpp"
#include "drivers/block/loop_device.hpp"
#include "drivers/block/mount_table.hpp"
#include "drivers/block/system_error.hpp"
#include "drivers/block/system_volume.hpp"
#include "drivers/block/volume_lock.hpp"
#include "drivers/block/volume_record.hpp"
#include "drivers/volume/door.hpp"
#include "drivers/volume/limits.hpp"
#include "drivers/volume/medium_device.hpp"

namespace rsm::volume {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t direct_bytes = 4096;  // what O_DIRECT wants buffers to be aligned to

class BlockMedium final : public MediumDevice {
 public:
  BlockMedium(block::BlockDevice device, DeviceCalls& calls, bool system_too, bool lock_is_to_come) : device_(std::move(device)), system_too_(system_too) {
    if (lock_is_to_come) ahead_.emplace(device_);
    door_ = make_door(device_, calls);
  }

  Result<> flush() override {
    RSM_CHECK(block::flush_volume(device_, device_.node));
    flushed_at_ = Clock::now();
    return {};
  }

  // What is written after the flush that came just before is written by the unmount, and asked for below.
  Result<> lock() override {
    bool const just_asked = not_needed_at_ && Clock::now() - *not_needed_at_ < limits::look_counts;  // what the machine has begun to use since then refuses the exclusive descriptor
    if (!just_asked) RSM_CHECK(refuse_what_the_machine_needs(block::parts_of(device_)));
    bool const just_flushed = flushed_at_ && Clock::now() - *flushed_at_ < limits::flush_counts;
    if (!just_flushed) RSM_CHECK(flush());
    RSM_TRY(auto taken, block::VolumeLock::take(device_, device_.node, std::exchange(ahead_, std::nullopt)));
    if (auto synced = block::sync_device(taken.device_fd(), device_.node); !synced) {
      if (auto const back = taken.unlock(); !back) synced.error().detail += "; and " + back.error().detail;
      return synced;
    }
    lock_ = std::move(taken);
    locked_ = true;
    return {};
  }

  Result<> could_lock() override {
    RSM_CHECK(refuse_what_the_machine_needs(block::parts_of(device_)));
    if (lock_ || exclusive_) return {};
    return block::VolumeLock::could_be_taken(device_, device_.node);
  }

  Result<> unlock() override {
    locked_ = false;
    if (!lock_) {
      if (!offline_) exclusive_.reset();
      return {};
    }
    auto lock = std::move(*lock_);
    lock_.reset();
    return lock.unlock();
  }

  Result<DismountOutcome> dismount() override {
    ahead_.reset();  // where the lock was not tried: it looks into the device itself, too
    if (locked_) return dismount_locked();
    RSM_CHECK(refuse_what_the_machine_needs(block::parts_of(device_)));
    RSM_TRY(auto done, block::dismount_volume(device_, device_.node, block::InUse::force, [] { return Result<>(); }));
    DismountOutcome outcome{done.report.was_mounted, done.report.forced, done.report.handles_dead, std::move(done.report.note)};
    if (!outcome.forced) outcome.note = outcome.was_mounted ? "flushed and dismounted" : "no file system of it was mounted";
    old_ = std::move(done.old);
    end_ = std::move(done.end);
    return outcome;
  }

  Result<bool> is_mounted() override { return lock_ ? lock_->removed_mounts() : !mounts(block::read_mount_table()).empty(); }

  Result<> hold_offline() override {
    if (lock_ && lock_->removed_mounts()) return fail(Errc::invalid_state, device_.node, "it was mounted again before it was locked; dismount it first");
    if (lock_) {
      exclusive_ = std::move(*lock_).keep_offline();
      lock_.reset();
    }
    if (!exclusive_) {
      auto held = block::open_exclusive_when_settled(device_, end_);
      if (!held && held.error().code == Errc::busy) return std::unexpected(block::device_busy(device_, old_, device_.node));
      if (!held) return std::unexpected(std::move(held).error());
      exclusive_ = std::move(*held);
      old_ = {};
    }
    offline_ = true;
    return {};
  }

  void release_offline() override {
    offline_ = false;
    if (!locked_) exclusive_.reset();
  }

  Result<std::uint64_t> medium() override {
    RSM_CHECK(door_->medium_present());
    RSM_TRY(UniqueFd const fd, block::open_plain(device_));
    return block::medium_sequence(fd.get());
  }

  Result<> answers() override {
    UniqueFd const fd(::open(device_.node.c_str(), O_RDONLY | O_NONBLOCK | O_DIRECT | O_CLOEXEC));
    if (!fd) return block::system_failure(errno, device_.node, "open it");
    alignas(direct_bytes) std::array<char, direct_bytes> block{};
    if (::pread(fd.get(), block.data(), block.size(), 0) < 0) return fail(Errc::medium_not_accessible, device_.node, "its first block cannot be read: " + block::errno_text(errno));
    return {};
  }

  bool has_door() const override { return door_->can_lock(); }
  bool door_needs_keeper() const override { return door_->lock_needs_keeper(); }
  Result<> lock_door(bool locked) override { return door_->lock(locked); }

  Result<> eject() override {
    if (!holds_the_medium()) RSM_CHECK(refuse_what_the_machine_needs(block::whole_medium(device_)));
    RSM_CHECK(refuse_used_neighbours());
    UniqueFd exclusive = lock_ ? lock_->lend_descriptor() : std::move(exclusive_);
    auto const ejected = door_->eject(exclusive);
    if (!ejected) {
      keep_after_refusal(std::move(exclusive));
      return ejected;
    }
    lock_.reset();
    locked_ = offline_ = false;
    return ejected;
  }

  Result<> load() override { return door_->load(); }

  Result<std::string> read(std::uint64_t offset, std::uint32_t length) override {
    UniqueFd own;
    RSM_TRY(int const fd, data_fd(O_RDONLY, own));
    std::string data(length, '\0');
    std::size_t got = 0;
    while (got < data.size()) {
      ssize_t const part = ::pread(fd, data.data() + got, data.size() - got, static_cast<off_t>(offset + got));
      if (part < 0 && errno == EINTR) continue;
      if (part < 0) return fail(Errc::medium_not_accessible, device_.node, fmt::format("cannot read at byte {}: {}", offset + got, block::errno_text(errno)));
      if (part == 0) break;
      got += static_cast<std::size_t>(part);
    }
    data.resize(got);
    return data;
  }

  Result<std::uint64_t> write(std::uint64_t offset, std::string const& data) override {
    UniqueFd own;
    RSM_TRY(int const fd, data_fd(O_RDWR, own));
    std::size_t put = 0;
    while (put < data.size()) {
      ssize_t const part = ::pwrite(fd, data.data() + put, data.size() - put, static_cast<off_t>(offset + put));
      if (part < 0 && errno == EINTR) continue;
      if (part < 0 && errno == EBADF) return fail(Errc::write_protect, device_.node, "the device may only be read");
      if (part < 0 && put == 0) return fail(Errc::write_fault, device_.node, fmt::format("cannot write at byte {}: {}", offset, block::errno_text(errno)));
      if (part <= 0) break;
      put += static_cast<std::size_t>(part);
    }
    return put;
  }

  Result<std::uint64_t> size() override {
    RSM_TRY(UniqueFd const fd, block::open_plain(device_));
    unsigned long long bytes = 0;
    if (::ioctl(fd.get(), BLKGETSIZE64, &bytes) != 0) return block::system_failure(errno, device_.node, "ask for its size");
    return bytes;
  }

  void describe(VolumeStatus& status) override {
    status.kind = block::disk_of(device_) ? "partition" : door_->kind();
    if (auto const loop = block::as_loop_device(device_))
      if (auto const binding = block::loop_binding(*loop)) status.backing = binding->backing_path;
    if (auto const disk = block::disk_of(device_)) status.disk = disk->node;
    auto const needed = refuse_what_the_machine_needs(block::parts_of(device_));
    if (!needed) status.system_volume = needed.error().detail;
    not_needed_at_ = needed ? std::optional(Clock::now()) : std::nullopt;
  }

  void describe_contents(VolumeStatus& status) override {
    describe_data(status);
    auto const table = block::read_mount_table();
    for (auto const& part : block::parts_of(device_))
      for (auto const& mount : block::mounts_of(table, part.device))
        status.mounts.push_back({mount.mount_point, mount.fs_type, mount.mount_options, mount.name_space == table.own_namespace ? 0 : mount.seen_by,
                                 mount.seen_by == 0 ? block::namespace_text(mount) : std::string{}, part.node});
  }

  Result<block::BusyReport> holders() override {
    if (!lock_ && !exclusive_) return block::who_uses(device_, old_);
    auto const table = block::read_mount_table();
    return block::find_holders(held(table), table);
  }

  Result<bool> await_end(Millis limit, int interrupt_fd, std::function<bool()> const& interrupted) override {
    auto const table = block::read_mount_table();
    if (!mounts(table).empty()) return false;
    block::FileSystemEnd end;
    for (auto const& link : block::find_holders(held(table), table).file_links) end.watch(link);
    return end.wait(limit, interrupt_fd, interrupted) == block::FileSystemEnd::Heard::ended;
  }

 private:
  Result<DismountOutcome> dismount_locked() {
    DismountOutcome outcome{.note = "dismounted; the lock goes on"};
    if (lock_) {
      outcome.was_mounted = lock_->removed_mounts();
      exclusive_ = std::move(*lock_).keep_offline();
      lock_.reset();
    }
    for (auto const& part : block::parts_of(device_))
      if (part.device != device_.device) block::count_dismount(part.device);  // its own the handle counts
    return outcome;
  }

  // With the one exclusive descriptor of the disk, which was taken when the machine had been asked whether it needs it: since then nothing of it can be mounted, become swap
  // or a part of something.
  bool holds_the_medium() const { return (exclusive_ || (lock_ && lock_->device_fd() >= 0)) && !block::disk_of(device_); }

  // A medium that stayed is held as before: by a lock, which has mounts to put back, offline, or not at all.
  void keep_after_refusal(UniqueFd exclusive) {
    if (!locked_ && !offline_) return;
    if (!exclusive)
      if (auto again = block::open_exclusive_when_settled(device_)) exclusive = std::move(*again);
    if (lock_)
      lock_->take_descriptor_back(std::move(exclusive));
    else
      exclusive_ = std::move(exclusive);
  }

  // What data go through: the descriptor that keeps others out, where we have it.
  Result<int> data_fd(int flags, UniqueFd& own) {
    if (lock_) return lock_->device_fd();
    if (exclusive_) return exclusive_.get();
    own.reset(::open(device_.node.c_str(), flags | O_NONBLOCK | O_CLOEXEC));
    if (!own) return block::system_failure(errno, device_.node, "open it");
    return own.get();
  }

  block::HeldThing held(block::MountTable const& table) const { return !old_.devices.empty() ? old_ : block::held_volume(device_, table); }

  std::vector<block::MountRecord> mounts(block::MountTable const& table) const { return block::mounts_of(table, block::numbers_of(block::parts_of(device_))); }

  Result<> refuse_what_the_machine_needs(std::vector<block::BlockDevice> const& parts) const {
    for (auto const& part : parts) {
      RSM_CHECK(block::refuse_system_volume(part.device, device_.node));
      if (system_too_) continue;
      if (auto const boot = block::boot_mount_of(part); !boot.empty())
        return fail(Errc::volume_contains_sys_files, device_.node, fmt::format("{} is a fixed disk, and {} when the machine starts; 'rsm volume … --system' takes it all the same", part.node, boot));
    }
    return {};
  }

  // The medium takes all of its partitions with it: no other one may be in use, nor mounted.
  Result<> refuse_used_neighbours() const {
    if (!old_.devices.empty()) return {};  // taken from them by force: the drive decides
    auto const medium = block::whole_medium(device_);
    if (medium.size() == 1) return {};
    auto const table = block::read_mount_table();
    for (auto const& part : medium) {
      if (part.device == device_.device) continue;
      auto const mounts = block::mounts_of(table, part.device);
      auto report = block::find_holders(block::held_device(part.device, table), table);
      for (auto const& mount : mounts) report.holders.push_back(block::mount_holder(table, mount, ""));
      if (report.empty()) continue;
      return fail(Errc::busy, device_.node, fmt::format("{} is on the same medium and in use: {}", part.node, block::holders_text(report.holders)));
    }
    return {};
  }

  void describe_data(VolumeStatus& status) {
    auto const fd = block::open_plain(device_);
    if (!fd) return;
    unsigned long long bytes = 0;
    if (::ioctl(fd->get(), BLKGETSIZE64, &bytes) == 0) status.size_bytes = static_cast<std::int64_t>(bytes);
    int read_only = 0;
    if (::ioctl(fd->get(), BLKROGET, &read_only) == 0) status.read_only = read_only != 0;
    auto const label = block::read_label(fd->get(), device_.node);
    if (!label) return;
    status.label_note = label->note;
    if (!label->omid) return;
    status.label_type = label->omid->type;
    status.label_id = label->omid->id;
    status.label_info = label->omid->info;
  }

  block::BlockDevice device_;
  std::unique_ptr<Door> door_;
  std::optional<block::LookAhead> ahead_;  // of a lock that is to come
  std::optional<block::VolumeLock> lock_;  // with the mounts that it removed; after a dismount only the descriptor is kept
  UniqueFd exclusive_;
  bool const system_too_;
  bool locked_ = false, offline_ = false;
  std::optional<Clock::time_point> flushed_at_, not_needed_at_;
  block::HeldThing old_;      // of a forced dismount: by what the handles from before are known
  block::FileSystemEnd end_;  // the same: when the last of them is closed
};

}  // namespace

std::unique_ptr<MediumDevice> make_block_medium(block::BlockDevice device, DeviceCalls& calls, bool system_too, bool lock_is_to_come) {
  return std::make_unique<BlockMedium>(std::move(device), calls, system_too, lock_is_to_come);
}

}  // namespace rsm::volume
