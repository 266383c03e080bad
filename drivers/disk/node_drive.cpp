#include "drivers/disk/node_drive.hpp"

#include <optional>

#include "drivers/block/disk_parts.hpp"
#include "drivers/block/dismount.hpp"
#include "drivers/block/label.hpp"
#include "drivers/block/mount_table.hpp"
#include "drivers/block/volume_lock.hpp"
#include "drivers/block/write_label.hpp"
#include "drivers/disk/limits.hpp"
#include "drivers/volume/door.hpp"

namespace rsm::disk {
namespace {

class NodeDrive final : public handler::BlockingDrive {
 public:
  NodeDrive(block::BlockDevice device, NodeDrivePlace place, volume::DeviceCalls& calls, scsi::Clock& clock)
      : device_(std::move(device)), place_(std::move(place)), door_(volume::make_door(device_, calls)), clock_(clock) {}

  Result<port::DriveStatus> status() override {
    auto const there = door_->medium_present();
    if (!there && there.error().code != Errc::no_media_in_drive && there.error().code != Errc::not_ready) return std::unexpected(named(there.error()));
    if (!there && there.error().code == Errc::no_media_in_drive) forget_medium();
    port::DriveStatus status;
    static_cast<DeviceIdentity&>(status) = place_.identity;
    status.medium_changed = there && another_medium();
    status.full = there || there.error().code == Errc::not_ready;
    status.loaded = there.has_value();
    if (!status.loaded) return status;
    status.volume = volume_state();
    status.volume_path = place_.path;
    return status;
  }

  Result<port::DriveStatus> load() override {
    if (use_ != Use::online) RSM_CHECK(bring_online());
    auto there = door_->medium_present();
    if (!there && there.error().code == Errc::no_media_in_drive) {
      auto const loaded = door_->load();
      if (!loaded && loaded.error().code != Errc::not_supported) return cannot_load(loaded.error());
    }
    RSM_CHECK(await_medium());
    medium_ = medium_number();
    (void)door_->lock(true);  // a drive without a lock has a button that works
    return status();
  }

  Result<port::Label> read_label() override {
    RSM_CHECK(need_medium("there is no label to read"));
    if (exclusive_) return block::read_label(exclusive_.get(), place_.object);
    RSM_TRY(UniqueFd const fd, block::open_plain(device_));
    return block::read_label(fd.get(), place_.object);
  }

  Result<port::Label> write_label(port::LabelOrder const& order) override {
    RSM_CHECK(need_medium("there is nothing to write to"));
    if (use_ != Use::offline || !exclusive_) return fail(Errc::busy, place_.object, "the volume is " + word(volume_state()) + "; dismount it first");
    return block::write_label(exclusive_.get(), place_.object, order);
  }

  Result<port::DismountReport> dismount(bool force) override {
    RSM_CHECK(need_medium("there is nothing to dismount"));
    if (use_ == Use::offline) return port::DismountReport{.note = "it was offline already"};
    if (use_ == Use::dead) return dismount_again();
    RSM_TRY(auto done, block::dismount_volume(device_, place_.object, force ? block::InUse::force : block::InUse::refuse, [] { return Result<>(); }));
    old_ = std::move(done.old);
    end_ = std::move(done.end);
    old_handles_dead_ = done.report.handles_dead;
    exclusive_ = std::move(done.exclusive);
    use_ = exclusive_ ? Use::offline : Use::dead;
    if (done.report.forced && exclusive_) done.report.note += "; offline";
    if (!done.report.forced) done.report.note = done.report.was_mounted ? "flushed, locked, dismounted, offline" : "flushed, locked, offline; no file system of it was mounted";
    if (!done.not_written.empty()) done.report.note += "; NOT all was written, " + done.not_written;
    return std::move(done.report);
  }

  Result<port::UnloadReport> unload(bool force) override {
    auto const there = door_->medium_present();
    if (!there && there.error().code == Errc::no_media_in_drive) {
      forget_medium();
      return port::UnloadReport{.note = "the drive had let the medium go already"};
    }
    if (use_ == Use::online) return fail(Errc::busy, place_.object, "the volume is " + word(volume_state()) + "; dismount it first");
    RSM_TRY(port::UnloadReport const report, use_ == Use::dead ? take_from_old_handles(force) : Result<port::UnloadReport>(port::UnloadReport{}));
    (void)door_->lock(false);
    auto const ejected = door_->eject(exclusive_);
    if (!ejected && ejected.error().code == Errc::not_supported) return report;  // without a motor: the changer takes it as it is
    if (!ejected) return keep_after_refusal(ejected.error());
    forget_medium();
    return report;
  }

 private:
  enum class Use { online, offline, dead };  // dead: dismounted by force, and old handles keep the device

  std::unexpected<Error> cannot_load(Error const& reason) const { return fail(Errc::unable_to_load_medium, place_.object, reason.sentence()); }
  Error named(Error error) const {
    error.object = place_.object;
    return error;
  }

  port::VolumeState volume_state() const {
    if (use_ != Use::online) return port::VolumeState::offline;
    auto const mounts = block::mounts_of(block::read_mount_table(), block::numbers_of(block::parts_of(device_)));
    return mounts.empty() ? port::VolumeState::online : port::VolumeState::mounted;
  }

  Result<> need_medium(char const* what) {
    auto const there = door_->medium_present();
    if (there && !medium_) medium_ = medium_number();
    if (there && medium_ == medium_number()) return {};
    if (there) {
      forget_medium();
      return fail(Errc::media_changed, place_.object, "another medium is in it than was loaded; unload it and load it again");
    }
    if (there.error().code != Errc::no_media_in_drive) return std::unexpected(named(there.error()));
    bool const lost = use_ == Use::offline;
    forget_medium();
    return fail(Errc::no_media_in_drive, place_.object, std::string(what) + (lost ? "; the medium went while its volume was offline" : ""));
  }

  Result<> await_medium() {
    Millis const end = clock_.now() + limits::disk_ready_limit;
    for (;;) {
      auto const there = door_->medium_present();
      if (there) return {};
      bool const final = there.error().code != Errc::not_ready;
      if (final || clock_.now() + limits::disk_ready_pause > end) return there.error().code == Errc::no_media_in_drive ? std::unexpected(named(there.error())) : Result<>(cannot_load(there.error()));
      clock_.wait(limits::disk_ready_pause);
    }
  }

  Result<> bring_online() {
    if (use_ == Use::dead) RSM_CHECK(hold());
    exclusive_.reset();
    use_ = Use::online;
    return {};
  }

  // busy while handles from before the forced dismount are open.
  Result<> hold() {
    auto held = block::open_exclusive_when_settled(device_, end_);
    if (!held) return std::unexpected(held.error().code == Errc::busy ? block::device_busy(device_, old_, place_.object) : held.error());
    exclusive_ = std::move(*held);
    use_ = Use::offline;
    return {};
  }

  Result<port::DismountReport> dismount_again() {
    port::DismountReport report{.forced = true, .handles_dead = old_handles_dead_, .note = "it was dismounted by force before"};
    auto const held = hold();
    report.handles_dead = held || old_handles_dead_;
    report.note += held ? "; the old handles have gone, it is offline now" : "; not offline before the old handles are closed: " + held.error().detail;
    return report;
  }

  Result<port::UnloadReport> take_from_old_handles(bool force) {
    auto const held = hold();
    if (held) return port::UnloadReport{};
    if (held.error().code != Errc::busy || !force) return std::unexpected(held.error());
    return port::UnloadReport{.cut_off = true, .note = "its device was still in use; the medium was taken away from old handles, which get errors from now on: " + held.error().detail};
  }

  Result<port::UnloadReport> keep_after_refusal(Error const& refused) {
    if (use_ == Use::offline && !exclusive_) (void)hold();
    return std::unexpected(named(refused));
  }

  // Than at the last question; nothing of ours holds the one before.
  bool another_medium() {
    auto const now = medium_number();
    bool const another = medium_ && *medium_ != now;
    if (another) forget_medium();
    medium_ = now;
    return another;
  }

  // 0: the kernel does not count media.
  std::uint64_t medium_number() const {
    auto const fd = block::open_plain(device_);
    return fd ? block::medium_sequence(fd->get()) : 0;
  }

  // It is out: nothing is held of it any more.
  void forget_medium() {
    exclusive_.reset();
    old_ = {};
    end_ = {};
    use_ = Use::online;
    medium_.reset();
  }

  block::BlockDevice device_;
  NodeDrivePlace place_;
  std::unique_ptr<volume::Door> door_;
  scsi::Clock& clock_;
  Use use_ = Use::online;
  UniqueFd exclusive_;
  std::optional<std::uint64_t> medium_;  // the number of what was loaded
  block::HeldThing old_;      // of a forced dismount: by what the handles from before are known
  block::FileSystemEnd end_;  // the same: when the last of them is closed
  bool old_handles_dead_ = true;
};

}  // namespace

std::unique_ptr<handler::BlockingDrive> make_node_drive(block::BlockDevice device, NodeDrivePlace place, volume::DeviceCalls& calls, scsi::Clock& clock) {
  return std::make_unique<NodeDrive>(std::move(device), std::move(place), calls, clock);
}

}  // namespace rsm::disk
