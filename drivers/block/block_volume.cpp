#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "drivers/block/busy_report.hpp"
#include "drivers/block/forced_dismount.hpp"
#include "drivers/block/label.hpp"
#include "drivers/block/loop_device.hpp"
#include "drivers/block/mount_actions.hpp"
#include "drivers/block/system_error.hpp"
#include "drivers/block/system_volume.hpp"
#include "drivers/block/volume.hpp"
#include "drivers/block/volume_link.hpp"
#include "drivers/block/volume_lock.hpp"

namespace rsm::block {
namespace {

using port::DismountReport;
using port::Holder;
using port::VolumeState;

enum class Phase {
  none,         // nothing attached
  offline,      // held exclusively: nothing can mount it
  online,       // honours mounts and opens; the link is there
  interrupted,  // an earlier process ended in mid-dismount: still mounted, no link
  dead          // dismounted by force while handles were open; they keep the device
};

class BlockVolume final : public Volume {
 public:
  explicit BlockVolume(VolumeOptions options) : options_(std::move(options)) {}

  Result<> attach(std::string const& image) override;
  Result<> online() override;
  Result<std::optional<Omid>> read_label() override;
  VolumeState state() const override;
  Result<std::vector<Holder>> holders() override;
  Result<DismountReport> dismount(bool force) override;
  Result<> detach() override;

 private:
  Result<> adopt(LoopBinding const& binding);
  Result<> check_attached() const;
  bool still_bound() const;
  Result<> go_online();
  Result<> flush(MountTable const& table) const;
  Result<DismountReport> dismount_locked(VolumeLock lock, bool was_mounted);
  Result<DismountReport> dismount_forced(bool was_mounted, std::string const& why_no_lock);
  Result<DismountReport> dismount_again();
  Result<> take_offline();
  Error device_busy() const;
  void forget();

  VolumeOptions options_;
  Phase phase_ = Phase::none;
  std::string image_;
  FileIdentity identity_;
  LoopDevice loop_;
  UniqueFd exclusive_;  // held in phase offline
  HeldThing old_;       // phase dead: by what the handles from before are known
  bool old_handles_dead_ = false;
};

Result<> sync_device(int fd, std::string const& object) {
  if (::fsync(fd) != 0) return fail(Errc::write_fault, object, "the medium refused what was still to be written: " + errno_text(errno));
  return {};
}

std::unexpected<Error> give_up(VolumeLock& lock, Error error) {
  if (auto const undone = lock.unlock(); !undone) error.detail += "; and " + undone.error().detail;
  return std::unexpected(std::move(error));
}

// ---- attach and detach

Result<> BlockVolume::attach(std::string const& image) {
  RSM_TRY(FileIdentity const identity, file_identity(image));
  if (phase_ != Phase::none) {
    if (identity == identity_ && still_bound()) return {};
    return fail(Errc::not_empty, options_.link, "the drive has the volume " + image_ + "; detach it first");
  }
  std::optional<LoopBinding> own;
  for (auto& binding : bound_loop_devices()) {
    if (binding.backing != identity) continue;
    if (binding.loop.number < options_.loop_number || own)
      return fail(Errc::busy, image, fmt::format("bound to {}, which is not ours; unbind it (losetup -d) first", binding.loop.node));
    own = std::move(binding);
  }
  image_ = image;
  identity_ = identity;
  if (own) return adopt(*own);
  RSM_TRY(loop_, bind_loop_device(image, options_.loop_number));
  auto held = take_offline();
  if (held) return {};
  clear_loop_device(loop_, UniqueFd(::open(loop_.node.c_str(), O_RDONLY | O_CLOEXEC)));
  return held;
}

// Bound by an earlier process: its link says whether the volume was in use, the device whether it still is.
Result<> BlockVolume::adopt(LoopBinding const& binding) {
  loop_ = binding.loop;
  if (binding.autoclear) RSM_CHECK(keep_bound(loop_));
  if (link_leads_to(options_.link, loop_.node)) {
    phase_ = Phase::online;
    return {};
  }
  auto const held = take_offline();
  if (held || held.error().code != Errc::busy) return held;
  if (!mounts_of(read_mount_table(), loop_.device).empty()) {
    phase_ = Phase::interrupted;
    return {};
  }
  return fail(Errc::busy, image_, "still bound to " + loop_.node + ", which old handles keep: " + held.error().detail);
}

// Exclusive, and with no link that invites anybody.
Result<> BlockVolume::take_offline() {
  auto held = open_exclusive_when_settled(loop_);
  if (!held) return std::unexpected(held.error().code == Errc::busy ? device_busy() : held.error());
  RSM_CHECK(remove_link(options_.link));
  exclusive_ = std::move(*held);
  phase_ = Phase::offline;
  return {};
}

Result<> BlockVolume::detach() {
  if (phase_ == Phase::none) return {};
  if (phase_ == Phase::online || phase_ == Phase::interrupted) return fail(Errc::busy, options_.link, "the volume is online; dismount it first");
  if (!still_bound()) {  // it went by itself, with its last user
    forget();
    return {};
  }
  if (phase_ == Phase::dead) RSM_CHECK(take_offline());
  // Unbinding with the device open elsewhere would only mark it; ask first.
  if (auto const raw = find_raw_holders(loop_.device); !raw.empty()) return fail(Errc::busy, options_.link, holders_text(raw.holders));
  RSM_CHECK(sync_device(exclusive_.get(), options_.link));
  auto const cleared = clear_loop_device(loop_, std::move(exclusive_));
  if (!cleared) {
    old_ = held_volume(loop_.device, read_mount_table());
    phase_ = Phase::dead;
    return cleared;
  }
  forget();
  return {};
}

void BlockVolume::forget() {
  exclusive_.reset();
  image_.clear();
  identity_ = {};
  loop_ = {};
  old_ = {};
  phase_ = Phase::none;
}

Result<> BlockVolume::check_attached() const {
  if (phase_ == Phase::none) return fail(Errc::no_media_in_drive, options_.link, "no volume is attached");
  if (still_bound()) return {};
  return fail(Errc::media_changed, options_.link, loop_.node + " is no longer bound to " + image_ + ": somebody else unbound it; unload and load again");
}

bool BlockVolume::still_bound() const {
  auto const binding = loop_binding(loop_);
  return binding && binding->backing == identity_;
}

// ---- online, label, holders

Result<> BlockVolume::online() {
  RSM_CHECK(check_attached());
  if (phase_ == Phase::interrupted) return fail(Errc::busy, options_.link, "a dismount of this volume was interrupted; dismount it again first");
  if (phase_ == Phase::dead) RSM_CHECK(take_offline());
  return go_online();
}

Result<> BlockVolume::go_online() {
  exclusive_.reset();  // before the link: whoever follows it may mount at once
  auto const linked = set_link(options_.link, loop_.node);
  if (!linked && phase_ == Phase::offline) RSM_CHECK(take_offline());
  RSM_CHECK(linked);
  phase_ = Phase::online;
  return {};
}

Result<std::optional<Omid>> BlockVolume::read_label() {
  RSM_CHECK(check_attached());
  if (exclusive_) return block::read_label(exclusive_.get(), options_.link);
  RSM_TRY(UniqueFd const fd, open_plain(loop_));
  return block::read_label(fd.get(), options_.link);
}

VolumeState BlockVolume::state() const {
  switch (phase_) {
    case Phase::none: return VolumeState::none;
    case Phase::offline:
    case Phase::dead: return VolumeState::offline;
    case Phase::interrupted:
    case Phase::online: break;
  }
  return mounts_of(read_mount_table(), loop_.device).empty() ? VolumeState::online : VolumeState::mounted;
}

Result<std::vector<Holder>> BlockVolume::holders() {
  if (phase_ == Phase::none) return std::vector<Holder>{};
  if (phase_ == Phase::offline) return find_raw_holders(loop_.device).holders;
  MountTable const table = read_mount_table();
  BusyReport report = find_holders(phase_ == Phase::dead ? old_ : held_volume(loop_.device, table), table);
  if (!report.empty()) return std::move(report.holders);
  bool busy = phase_ == Phase::dead && !open_exclusive(loop_);
  for (auto const& mount : mounts_of(table, loop_.device)) {
    auto place = open_place(table, mount);
    if (!place) continue;  // its namespace has ended, and the mount with it
    RSM_TRY(Asked const asked, ask_mount(*place, mount));
    if (asked == Asked::removed) RSM_CHECK(put_back({mount, std::move(*place)}, loop_.node));
    busy |= asked == Asked::busy || asked == Asked::covered;
  }
  if (busy) report.holders.push_back(unknown_holder(report));
  return std::move(report.holders);
}

// Why O_EXCL was refused, with names.
Error BlockVolume::device_busy() const {
  MountTable const table = read_mount_table();
  HeldThing const thing = old_.device != 0 ? old_ : held_volume(loop_.device, table);
  BusyReport report = find_holders(thing, table);
  for (auto const& mount : mounts_of(table, loop_.device)) report.holders.push_back(mount_holder(table, mount, ""));
  if (report.empty()) report.holders.push_back(unknown_holder(report));
  return {Errc::busy, options_.link, loop_.node + " is in use: " + holders_text(report.holders)};
}

// ---- dismount

Result<DismountReport> BlockVolume::dismount(bool force) {
  RSM_CHECK(check_attached());
  if (phase_ == Phase::offline) return DismountReport{.note = "it was offline already"};
  if (phase_ == Phase::dead) return dismount_again();
  RSM_CHECK(refuse_system_volume(loop_.device, options_.link));
  MountTable const table = read_mount_table();
  bool const was_mounted = !mounts_of(table, loop_.device).empty();
  if (auto const flushed = flush(table); !flushed && !force) return std::unexpected(flushed.error());
  auto lock = VolumeLock::take(loop_, options_.link);
  if (lock) {
    if (auto const synced = sync_device(lock->device_fd(), options_.link); !synced && !force) return give_up(*lock, synced.error());
    return dismount_locked(std::move(*lock), was_mounted);
  }
  if (!force || lock.error().code != Errc::busy) return std::unexpected(lock.error());
  return dismount_forced(was_mounted, lock.error().detail);
}

// One mount is enough: syncfs writes the whole file system. Then the device, which also empties the cache of the device itself.
Result<> BlockVolume::flush(MountTable const& table) const {
  for (auto const& mount : mounts_of(table, loop_.device)) {
    auto const synced = sync_mount(mount);
    if (synced) break;
    if (synced.error().code == Errc::write_fault) return synced;  // others: not reachable by this path, try the next
  }
  RSM_TRY(UniqueFd const device, open_plain(loop_));
  return sync_device(device.get(), options_.link);
}

Result<DismountReport> BlockVolume::dismount_locked(VolumeLock lock, bool was_mounted) {
  if (auto const removed = remove_link(options_.link); !removed) return give_up(lock, removed.error());
  exclusive_ = std::move(lock).keep_offline();
  phase_ = Phase::offline;
  return DismountReport{.was_mounted = was_mounted, .note = was_mounted ? "flushed, locked, dismounted, offline" : "flushed, locked, offline; it was not mounted"};
}

Result<DismountReport> BlockVolume::dismount_forced(bool was_mounted, std::string const& why_no_lock) {
  MountTable const table = read_mount_table();
  old_ = held_volume(loop_.device, table);
  RSM_CHECK(remove_link(options_.link));
  ForcedOutcome const outcome = force_dismount(old_, table);
  DismountReport report{.was_mounted = was_mounted, .forced = true, .handles_dead = outcome.shut_down};
  report.note = fmt::format("forced although in use ({}); {}", why_no_lock, outcome.note);
  phase_ = Phase::dead;
  auto const held = take_offline();
  auto const raw = find_raw_holders(loop_.device);
  if (held && raw.empty()) {
    report.handles_dead = true;
    report.note += "; offline";
  } else if (!raw.empty()) {
    report.handles_dead = false;
    report.note += "; the device itself stays open, handles on it live on: " + holders_text(raw.holders);
  }
  if (!held) report.note += "; not offline before the old handles are closed: " + held.error().detail;
  old_handles_dead_ = report.handles_dead;
  return report;
}

// A forced dismount was done before: has the last handle gone meanwhile?
Result<DismountReport> BlockVolume::dismount_again() {
  DismountReport report{.forced = true, .handles_dead = old_handles_dead_, .note = "it was dismounted by force before"};
  auto const held = take_offline();
  if (held) {
    report.handles_dead = true;
    report.note += "; the old handles have gone, it is offline now";
  } else {
    report.note += "; not offline before the old handles are closed: " + held.error().detail;
  }
  return report;
}

}  // namespace

std::unique_ptr<Volume> make_block_volume(VolumeOptions options) { return std::make_unique<BlockVolume>(std::move(options)); }

}  // namespace rsm::block
