#include "drivers/volume/door.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/cdrom.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <sys/sysmacros.h>

#include <cerrno>

#include "drivers/block/busy_report.hpp"
#include "drivers/block/dismount.hpp"
#include "drivers/block/loop_device.hpp"
#include "drivers/block/system_error.hpp"
#include "drivers/block/volume_lock.hpp"
#include "drivers/volume/scsi_command.hpp"

namespace rsm::volume {
namespace {

constexpr unsigned optical_major = 11;  // sr: Documentation/admin-guide/devices.txt

class LoopDoor final : public Door {
 public:
  explicit LoopDoor(block::LoopDevice loop) : loop_(std::move(loop)) {}

  char const* kind() const override { return "loop device"; }

  Result<> medium_present() override {
    if (block::is_bound(loop_)) return {};
    return fail(Errc::no_media_in_drive, loop_.node, "no image is bound to it");
  }

  bool can_lock() const override { return false; }
  bool lock_needs_keeper() const override { return false; }
  Result<> lock(bool) override { return {}; }

  // LOOP_CLR_FD gives 0 also when the image goes with the last user only: who uses it is asked first, and what became of it afterwards.
  Result<> eject(UniqueFd& exclusive) override {
    RSM_CHECK(medium_present());
    if (!exclusive) {
      auto held = block::open_exclusive_when_settled(loop_);
      if (!held) return refused(block::device_busy(loop_, {}, loop_.node).detail);
      exclusive = std::move(*held);
      if (auto const raw = block::find_raw_holders(loop_); !raw.empty()) return refused(block::holders_text(raw.holders));
    }
    auto const bound = block::loop_binding(loop_);  // held exclusively: it stays so until it is closed
    block::FileIdentity const backing = bound ? bound->backing : block::FileIdentity{};
    auto const cleared = block::clear_loop_device(loop_, backing, std::move(exclusive), block::EmptyDevice::keep);
    if (cleared) return {};
    (void)block::keep_bound(loop_, backing);  // it stays with whoever slipped in since it was locked
    auto const raw = block::find_raw_holders(loop_);
    return refused(raw.empty() ? cleared.error().detail : block::holders_text(raw.holders));
  }

  Result<> load() override { return fail(Errc::not_supported, loop_.node, "a loop device has no motor; bind an image with losetup"); }

 private:
  std::unexpected<Error> refused(std::string const& why) const { return fail(Errc::unable_to_unload_media, loop_.node, why); }
  block::LoopDevice loop_;
};

// What optical drives and disks have in common.
class DriveDoor : public Door {
 public:
  DriveDoor(block::BlockDevice device, DeviceCalls& calls) : device_(std::move(device)), calls_(calls) {}
  bool can_lock() const override { return true; }

 protected:
  Result<DeviceFd> open() const {
    DeviceFd fd(calls_, calls_.open(device_.node, O_RDONLY | O_NONBLOCK));
    if (!fd) return block::system_failure(fd.error(), device_.node, "open it");
    return fd;
  }

  block::BlockDevice device_;
  DeviceCalls& calls_;
};

class OpticalDoor final : public DriveDoor {
 public:
  using DriveDoor::DriveDoor;
  char const* kind() const override { return "optical drive"; }

  Result<> medium_present() override {
    RSM_TRY(DeviceFd const fd, open());
    return disc_in(fd);
  }

  bool lock_needs_keeper() const override { return false; }  // it stays until it is taken back
  Result<> lock(bool locked) override {
    RSM_TRY(DeviceFd const fd, open());
    int const answer = calls_.ioctl(fd.get(), CDROM_LOCKDOOR, static_cast<long>(locked));
    if (answer == 0) return {};
    char const* const tried = locked ? "lock the door" : "unlock the door";
    if (answer == -EBUSY) return refusal(Errc::busy, answer, tried);
    return refusal(cannot(answer) ? Errc::not_supported : Errc::not_ready, answer, tried);
  }

  // A mount locks the door by itself; whether removal is prevented was looked up before, so the door is opened here.
  Result<> eject(UniqueFd& exclusive) override {
    exclusive.reset();
    RSM_TRY(DeviceFd const fd, open());
    calls_.ioctl(fd.get(), CDROM_LOCKDOOR, 0L);
    int const answer = calls_.ioctl(fd.get(), CDROMEJECT, 0L);
    if (answer != 0) return refusal(Errc::unable_to_unload_media, answer, "open the tray");
    if (status(fd) == CDS_DISC_OK) return fail(Errc::unable_to_unload_media, device_.node, "the drive said yes, and the disc is still in it");
    return {};
  }

  Result<> load() override {
    RSM_TRY(DeviceFd const fd, open());
    int const answer = calls_.ioctl(fd.get(), CDROMCLOSETRAY, 0L);
    if (answer != 0) return refusal(cannot(answer) || has_no_motor(fd) ? Errc::not_supported : Errc::unable_to_load_medium, answer, "close the tray");
    auto const there = disc_in(fd);
    if (!there && there.error().code == Errc::no_media_in_drive) return fail(Errc::unable_to_load_medium, device_.node, "the drive said yes, and " + there.error().detail);
    return {};
  }

 private:
  int status(DeviceFd const& fd) const { return calls_.ioctl(fd.get(), CDROM_DRIVE_STATUS, static_cast<long>(CDSL_CURRENT)); }

  Result<> disc_in(DeviceFd const& fd) const {
    int const answer = status(fd);
    switch (answer) {
      case CDS_DISC_OK: return {};
      case CDS_NO_DISC: return fail(Errc::no_media_in_drive, device_.node, "there is no disc in it");
      case CDS_TRAY_OPEN: return fail(Errc::no_media_in_drive, device_.node, "the tray is open");
      case CDS_DRIVE_NOT_READY: return fail(Errc::not_ready, device_.node, "the drive is becoming ready; ask again");
      case CDS_NO_INFO: return fail(Errc::not_ready, device_.node, "the drive does not tell whether a disc is in it");
      default: return refusal(Errc::not_ready, answer, "ask the drive for its disc");
    }
  }

  // The driver knows that the drive has no such thing, without asking it.
  static bool cannot(int answer) { return answer == -ENOSYS || answer == -EINVAL || answer == -ENOTTY || answer == -EDRIVE_CANT_DO_THIS; }

  // A tray that is pushed in by hand refuses like a broken one; the drive's own description tells them apart.
  bool has_no_motor(DeviceFd const& fd) const {
    int const can = calls_.ioctl(fd.get(), CDROM_GET_CAPABILITY, 0L);
    return can >= 0 && (can & CDC_CLOSE_TRAY) == 0;
  }

  // Every answer but 0 is a refusal, also the positive ones (a locked door answers 2).
  std::unexpected<Error> refusal(Errc code, int answer, char const* tried) const {
    if (answer == -EACCES || answer == -EPERM) return block::system_failure(-answer, device_.node, tried);
    std::string const said = answer < 0 ? block::errno_text(-answer) : fmt::format("the drive answered {}", answer);
    return fail(code, device_.node, fmt::format("cannot {}: {}", tried, said));
  }
};

// Any other disk: SCSI commands through its own node.
class ScsiDoor final : public DriveDoor {
 public:
  using DriveDoor::DriveDoor;
  char const* kind() const override { return "disk"; }

  // What is no SCSI device, or says nothing against it, has a medium when it has a size.
  Result<> medium_present() override {
    RSM_TRY(DeviceFd const fd, open());
    unsigned long long bytes = 0;
    int const asked = calls_.ioctl(fd.get(), BLKGETSIZE64, static_cast<void*>(&bytes));
    if (asked == -ENOMEDIUM || (asked >= 0 && bytes == 0)) return fail(Errc::no_media_in_drive, device_.node, "there is no medium in it");
    if (asked < 0) return fail(Errc::not_ready, device_.node, "cannot ask for the size of the medium: " + block::errno_text(-asked));
    auto const answer = send_scsi(calls_, fd.get(), test_unit_ready);
    if (answer.no_medium() || answer.not_ready()) return refusal(answer, Errc::not_ready);
    return {};
  }

  // The driver unlocks the door with the last descriptor of the disk: it is locked for as long as we keep one.
  bool lock_needs_keeper() const override { return true; }
  Result<> lock(bool locked) override {
    if (!locked) {
      kept_.reset();
      return {};
    }
    RSM_TRY(DeviceFd fd, open());
    if (auto const answer = send_scsi(calls_, fd.get(), prevent_removal); !answer.good()) return refusal(answer, Errc::not_ready);
    kept_ = std::move(fd);
    return {};
  }

  Result<> eject(UniqueFd& exclusive) override {
    exclusive.reset();
    kept_.reset();
    RSM_TRY(DeviceFd const fd, open());
    send_scsi(calls_, fd.get(), allow_removal);
    auto const answer = send_scsi(calls_, fd.get(), eject_unit);
    if (!answer.good()) return refusal(answer, Errc::unable_to_unload_media, Errc::unable_to_unload_media);
    if (send_scsi(calls_, fd.get(), test_unit_ready).good()) return fail(Errc::unable_to_unload_media, device_.node, "the drive said yes, and the medium is still in it");
    return {};
  }

  Result<> load() override {
    RSM_TRY(DeviceFd const fd, open());
    auto const answer = send_scsi(calls_, fd.get(), load_unit);
    if (!answer.good()) return refusal(answer, Errc::unable_to_load_medium);
    auto const ready = send_scsi(calls_, fd.get(), test_unit_ready);
    if (ready.no_medium()) return fail(Errc::unable_to_load_medium, device_.node, "the drive said yes, and there is no medium in it");
    return {};
  }

 private:
  // `otherwise`: what has no code of its own. `unknown`: a drive that does not know the command.
  std::unexpected<Error> refusal(ScsiAnswer const& answer, Errc otherwise, Errc unknown = Errc::not_supported) const {
    if (answer.no_scsi()) return fail(unknown, device_.node, "the device takes no SCSI commands: it cannot eject or lock");
    if (answer.not_allowed()) return fail(Errc::access_denied, device_.node, answer.text());
    if (answer.unknown_command()) return fail(unknown, device_.node, answer.text());
    if (answer.no_medium() && otherwise != Errc::unable_to_load_medium) return fail(Errc::no_media_in_drive, device_.node, answer.text());
    return fail(otherwise, device_.node, answer.text());
  }

  DeviceFd kept_;  // while the door is locked by us
};

}  // namespace

std::unique_ptr<Door> make_door(block::BlockDevice const& device, DeviceCalls& calls) {
  if (auto loop = block::as_loop_device(device)) return std::make_unique<LoopDoor>(std::move(*loop));
  if (major(device.device) == optical_major) return std::make_unique<OpticalDoor>(device, calls);
  return std::make_unique<ScsiDoor>(device, calls);
}

}  // namespace rsm::volume
