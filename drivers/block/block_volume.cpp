#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "drivers/block/busy_report.hpp"
#include "drivers/block/dismount.hpp"
#include "drivers/block/disk_parts.hpp"
#include "drivers/block/forced_dismount.hpp"
#include "drivers/block/label.hpp"
#include "drivers/block/loop_device.hpp"
#include "drivers/block/mount_actions.hpp"
#include "drivers/block/volume.hpp"
#include "drivers/block/volume_link.hpp"
#include "drivers/block/write_label.hpp"
#include "drivers/block/volume_lock.hpp"
#include "drivers/block/volume_record.hpp"

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
  Result<port::Label> read_label() override;
  Result<port::Label> write_label(port::LabelOrder const& order) override;
  VolumeState state() const override;
  Result<std::vector<Holder>> holders() override;
  Result<DismountReport> dismount(bool force) override;
  Result<> detach() override;
  Result<std::string> cut_off() override;

 private:
  Result<> adopt(LoopBinding const& binding);
  Result<> check_attached() const;
  bool still_bound() const;
  Result<> go_online();
  Result<DismountReport> dismount_again();
  Result<> take_offline();
  void forget();

  VolumeOptions options_;
  Phase phase_ = Phase::none;
  std::string image_;
  FileIdentity identity_;
  LoopDevice loop_;
  UniqueFd exclusive_;  // held in phase offline
  HeldThing old_;       // phase dead: by what the handles from before are known
  FileSystemEnd end_;   // phase dead: when the last of them is closed
  bool old_handles_dead_ = false;
};

// ---- attach and detach

Result<> BlockVolume::attach(std::string const& image) {
  RSM_TRY(FileIdentity const identity, file_identity(image));
  if (phase_ != Phase::none) {
    if (identity == identity_ && still_bound()) return {};
    return fail(Errc::not_empty, options_.link, "the drive has the volume " + image_ + "; detach it first");
  }
  std::optional<LoopBinding> own;
  for (auto& binding : bound_loop_devices({identity.device})) {
    if (binding.backing != identity || binding.cut_off) continue;
    if (binding.loop.number < options_.loop_number || own)
      return fail(Errc::busy, image, fmt::format("bound to {}, which is not ours; unbind it (losetup -d) first", binding.loop.node));
    own = std::move(binding);
  }
  image_ = image;
  identity_ = identity;
  if (own) {
    auto const adopted = adopt(*own);
    if (phase_ != Phase::none) say_managed(loop_.device, options_.drive);
    return adopted;
  }
  RSM_TRY(loop_, bind_loop_device(image, options_.loop_number));
  auto held = take_offline();
  if (held) {
    say_managed(loop_.device, options_.drive);
    return {};
  }
  clear_loop_device(loop_, identity_, UniqueFd(::open(loop_.node.c_str(), O_RDONLY | O_CLOEXEC)));
  return held;
}

// Bound by an earlier process: its link says whether the volume was in use, the device whether it still is.
Result<> BlockVolume::adopt(LoopBinding const& binding) {
  loop_ = binding.loop;
  if (binding.autoclear) RSM_CHECK(keep_bound(loop_, identity_));
  if (link_leads_to(options_.link, loop_.node)) {
    phase_ = Phase::online;
    return {};
  }
  auto const held = take_offline();
  if (held || held.error().code != Errc::busy) return held;
  if (!mounts_of(read_mount_table(), numbers_of(parts_of(loop_))).empty()) {
    phase_ = Phase::interrupted;
    return {};
  }
  return fail(Errc::busy, image_, "still bound to " + loop_.node + ", which old handles keep: " + held.error().detail);
}

// Exclusive, and with no link that invites anybody.
Result<> BlockVolume::take_offline() {
  auto held = open_exclusive_when_settled(loop_, end_);
  if (!held) return std::unexpected(held.error().code == Errc::busy ? device_busy(loop_, old_, options_.link) : held.error());
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
  if (auto const raw = find_raw_holders(loop_); !raw.empty()) return fail(Errc::busy, options_.link, holders_text(raw.holders));
  RSM_CHECK(sync_device(exclusive_.get(), options_.link));
  auto const cleared = clear_loop_device(loop_, identity_, std::move(exclusive_));
  if (!cleared) {
    old_ = held_volume(loop_, read_mount_table());
    phase_ = Phase::dead;
    return cleared;
  }
  forget();
  return {};
}

Result<std::string> BlockVolume::cut_off() {
  if (phase_ == Phase::none) {
    auto const left = loop_behind(options_.link);
    auto const bound = left ? loop_binding(*left) : std::nullopt;
    if (!bound) return std::string{};
    loop_ = *left;
    identity_ = bound->backing;
  }
  MountTable const table = read_mount_table();
  if (phase_ != Phase::dead) old_ = held_volume(loop_, table);
  auto users = find_holders(old_, table).holders;
  for (auto const& raw : find_raw_holders(loop_).holders)
    if (std::find(users.begin(), users.end(), raw) == users.end()) users.push_back(raw);
  RSM_CHECK(remove_link(options_.link));
  exclusive_.reset();
  RSM_CHECK(cut_off_loop_device(loop_, identity_));
  count_dismount(loop_.device);
  force_dismount(old_, table, MediumIs::gone);
  forget();
  return holders_text(users);
}

void BlockVolume::forget() {
  say_no_longer_managed(loop_.device);
  exclusive_.reset();
  image_.clear();
  identity_ = {};
  loop_ = {};
  old_ = {};
  end_ = {};
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

Result<port::Label> BlockVolume::read_label() {
  RSM_CHECK(check_attached());
  if (exclusive_) return block::read_label(exclusive_.get(), options_.link);
  RSM_TRY(UniqueFd const fd, open_plain(loop_));
  return block::read_label(fd.get(), options_.link);
}

Result<port::Label> BlockVolume::write_label(port::LabelOrder const& order) {
  RSM_CHECK(check_attached());
  if (phase_ != Phase::offline) return fail(Errc::busy, options_.link, "the volume is not offline; dismount it first");
  if (auto const raw = find_raw_holders(loop_); !raw.empty()) return fail(Errc::busy, options_.link, holders_text(raw.holders));
  return block::write_label(exclusive_.get(), options_.link, order);
}

VolumeState BlockVolume::state() const {
  switch (phase_) {
    case Phase::none: return VolumeState::none;
    case Phase::offline:
    case Phase::dead: return VolumeState::offline;
    case Phase::interrupted:
    case Phase::online: break;
  }
  return mounts_of(read_mount_table(), numbers_of(parts_of(loop_))).empty() ? VolumeState::online : VolumeState::mounted;
}

Result<std::vector<Holder>> BlockVolume::holders() {
  if (phase_ == Phase::none) return std::vector<Holder>{};
  if (phase_ == Phase::offline) return find_raw_holders(loop_).holders;
  RSM_TRY(BusyReport report, who_uses(loop_, phase_ == Phase::dead ? old_ : HeldThing{}));
  return std::move(report.holders);
}

// ---- dismount

Result<DismountReport> BlockVolume::dismount(bool force) {
  RSM_CHECK(check_attached());
  if (phase_ == Phase::offline) return DismountReport{.note = "it was offline already"};
  if (phase_ == Phase::dead) return dismount_again();
  RSM_TRY(Dismounted done, dismount_volume(loop_, options_.link, force ? InUse::force : InUse::refuse, [this] { return remove_link(options_.link); }));
  DismountReport& report = done.report;
  old_ = std::move(done.old);
  end_ = std::move(done.end);
  old_handles_dead_ = report.handles_dead;
  exclusive_ = std::move(done.exclusive);
  phase_ = exclusive_ ? Phase::offline : Phase::dead;
  if (report.forced && exclusive_) report.note += "; offline";
  if (!report.forced) report.note = report.was_mounted ? "flushed, locked, dismounted, offline" : "flushed, locked, offline; no file system of it was mounted";
  if (!done.not_written.empty()) report.note += "; NOT all was written, " + done.not_written;
  return std::move(report);
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
