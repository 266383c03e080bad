#include "drivers/volume/door.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/cdrom.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <scsi/sg.h>
#include <sys/sysmacros.h>

#include <array>
#include <cerrno>

#include "drivers/block/busy_report.hpp"
#include "drivers/block/dismount.hpp"
#include "drivers/block/loop_device.hpp"
#include "drivers/block/system_error.hpp"

namespace rsm::volume {
namespace {

constexpr unsigned optical_major = 11;  // sr: Documentation/admin-guide/devices.txt

class LoopDoor final : public Door {
 public:
  explicit LoopDoor(block::LoopDevice loop) : loop_(std::move(loop)) {}

  char const* kind() const override { return "loop device"; }

  Result<> medium_present() override {
    if (block::loop_binding(loop_)) return {};
    return fail(Errc::no_media_in_drive, loop_.node, "no image is bound to it");
  }

  bool can_lock() const override { return false; }
  Result<> lock(bool) override { return {}; }

  // LOOP_CLR_FD gives 0 also when the image goes with the last user only: who uses it is asked first, and what became of it afterwards.
  Result<> eject(UniqueFd& exclusive) override {
    RSM_CHECK(medium_present());
    if (!exclusive) {
      auto held = block::open_exclusive(loop_);
      if (!held) return refused(block::device_busy(loop_, {}, loop_.node).detail);
      exclusive = std::move(*held);
    }
    if (auto const raw = block::find_raw_holders(loop_.device); !raw.empty()) return refused(block::holders_text(raw.holders));
    auto const cleared = block::clear_loop_device(loop_, std::move(exclusive), block::EmptyDevice::keep);
    if (cleared) return {};
    (void)block::keep_bound(loop_);  // it stays with whoever slipped in
    return refused(cleared.error().detail);
  }

  Result<> load() override { return fail(Errc::not_supported, loop_.node, "a loop device has no motor; bind an image with losetup"); }

 private:
  std::unexpected<Error> refused(std::string const& why) const { return fail(Errc::unable_to_unload_media, loop_.node, why); }
  block::LoopDevice loop_;
};

// What the kernel's answers to SCSI like commands have in common.
class DriveDoor : public Door {
 public:
  DriveDoor(block::BlockDevice device, DeviceCalls& calls) : device_(std::move(device)), calls_(calls) {}

 protected:
  Result<DeviceFd> open() const {
    DeviceFd fd(calls_, calls_.open(device_.node, O_RDONLY | O_NONBLOCK));
    if (!fd) return block::system_failure(fd.error(), device_.node, "open it");
    return fd;
  }
  // Every answer but 0 is a refusal, also the positive ones (a locked door answers 2).
  std::unexpected<Error> refusal(Errc code, int answer, char const* tried) const {
    if (answer == -EACCES || answer == -EPERM) return block::system_failure(-answer, device_.node, tried);
    std::string const said = answer < 0 ? block::errno_text(-answer) : fmt::format("the drive answered {}", answer);
    return fail(code, device_.node, fmt::format("cannot {}: {}", tried, said));
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
    int const status = calls_.ioctl(fd.get(), CDROM_DRIVE_STATUS, static_cast<long>(CDSL_CURRENT));
    switch (status) {
      case CDS_DISC_OK: return {};
      case CDS_NO_DISC: return fail(Errc::no_media_in_drive, device_.node, "there is no disc in it");
      case CDS_TRAY_OPEN: return fail(Errc::no_media_in_drive, device_.node, "the tray is open");
      case CDS_DRIVE_NOT_READY: return fail(Errc::not_ready, device_.node, "the drive is becoming ready; ask again");
      default: return refusal(Errc::not_ready, status, "ask the drive for its disc");
    }
  }

  bool can_lock() const override { return true; }
  Result<> lock(bool locked) override {
    RSM_TRY(DeviceFd const fd, open());
    int const answer = calls_.ioctl(fd.get(), CDROM_LOCKDOOR, static_cast<long>(locked));
    if (answer != 0) return refusal(Errc::not_supported, answer, locked ? "lock the door" : "unlock the door");
    return {};
  }

  // A mount locks the door by itself; whether removal is prevented was looked up before, so the door is opened here.
  Result<> eject(UniqueFd& exclusive) override {
    exclusive.reset();
    RSM_TRY(DeviceFd const fd, open());
    calls_.ioctl(fd.get(), CDROM_LOCKDOOR, 0L);
    int const answer = calls_.ioctl(fd.get(), CDROMEJECT, 0L);
    if (answer != 0) return refusal(Errc::unable_to_unload_media, answer, "open the tray");
    int const status = calls_.ioctl(fd.get(), CDROM_DRIVE_STATUS, static_cast<long>(CDSL_CURRENT));
    if (status == CDS_DISC_OK) return fail(Errc::unable_to_unload_media, device_.node, "the drive said yes, and the disc is still in it");
    return {};
  }

  Result<> load() override {
    RSM_TRY(DeviceFd const fd, open());
    int const answer = calls_.ioctl(fd.get(), CDROMCLOSETRAY, 0L);
    if (answer == -ENOSYS || answer == -EINVAL || answer == -ENOTTY || answer == -EDRIVE_CANT_DO_THIS) return refusal(Errc::not_supported, answer, "close the tray");
    if (answer != 0) return refusal(Errc::unable_to_load_medium, answer, "close the tray");
    return {};
  }
};

// Any other disk: SCSI commands through its own node.
class ScsiDoor final : public DriveDoor {
 public:
  using DriveDoor::DriveDoor;
  char const* kind() const override { return "disk"; }

  Result<> medium_present() override {
    RSM_TRY(DeviceFd const fd, open());
    unsigned long long bytes = 0;
    int const asked = calls_.ioctl(fd.get(), BLKGETSIZE64, static_cast<void*>(&bytes));
    if (asked == -ENOMEDIUM || (asked >= 0 && bytes == 0)) return fail(Errc::no_media_in_drive, device_.node, "there is no medium in it");
    if (asked < 0) return refusal(Errc::not_ready, asked, "ask for the size of the medium");
    auto const answer = command(fd, {0x00, 0, 0, 0, 0, 0});  // TEST UNIT READY
    if (!answer && answer.error().code == Errc::no_media_in_drive) return answer;
    return {};  // no SCSI device, or one that is waking up: it has a size
  }

  bool can_lock() const override { return true; }
  Result<> lock(bool locked) override {
    RSM_TRY(DeviceFd const fd, open());
    return command(fd, {0x1E, 0, 0, 0, static_cast<unsigned char>(locked), 0});  // PREVENT ALLOW MEDIUM REMOVAL
  }

  Result<> eject(UniqueFd& exclusive) override {
    exclusive.reset();
    RSM_TRY(DeviceFd const fd, open());
    (void)command(fd, {0x1E, 0, 0, 0, 0, 0});
    auto answer = command(fd, {0x1B, 0, 0, 0, 0x02, 0});  // START STOP UNIT, LOEJ=1, START=0
    if (!answer && answer.error().code != Errc::access_denied) return fail(Errc::unable_to_unload_media, device_.node, answer.error().detail);
    return answer;
  }

  Result<> load() override {
    RSM_TRY(DeviceFd const fd, open());
    auto answer = command(fd, {0x1B, 0, 0, 0, 0x03, 0});  // LOEJ=1, START=1
    if (answer || answer.error().code == Errc::not_supported || answer.error().code == Errc::access_denied) return answer;
    return fail(Errc::unable_to_load_medium, device_.node, answer.error().detail);
  }

 private:
  Result<> command(DeviceFd const& fd, std::array<unsigned char, 6> cdb) const {
    constexpr unsigned limit_ms = 60'000;  // of the command itself; a handle's operation has its own limit around it
    std::array<unsigned char, 32> sense{};
    sg_io_hdr header{};
    header.interface_id = 'S';
    header.dxfer_direction = SG_DXFER_NONE;
    header.cmdp = cdb.data();
    header.cmd_len = static_cast<unsigned char>(cdb.size());
    header.sbp = sense.data();
    header.mx_sb_len = static_cast<unsigned char>(sense.size());
    header.timeout = limit_ms;
    int const answer = calls_.ioctl(fd.get(), SG_IO, static_cast<void*>(&header));
    if (answer == -ENOTTY || answer == -EINVAL || answer == -ENOSYS) return fail(Errc::not_supported, device_.node, "the device takes no SCSI commands: it cannot eject or lock");
    if (answer < 0) return block::system_failure(-answer, device_.node, fmt::format("send SCSI command {:02X}", cdb[0]));
    if ((header.info & SG_INFO_OK_MASK) == SG_INFO_OK) return {};
    return sense_error(cdb[0], header, sense);
  }

  std::unexpected<Error> sense_error(unsigned char operation, sg_io_hdr const& header, std::array<unsigned char, 32> const& sense) const {
    bool const descriptor = (sense[0] & 0x7F) >= 0x72;
    unsigned const key = sense[descriptor ? 1 : 2] & 0x0F, asc = sense[descriptor ? 2 : 12], ascq = sense[descriptor ? 3 : 13];
    std::string said = fmt::format("the device answered SCSI command {:02X} with sense {:X}/{:02X}/{:02X}", operation, key, asc, ascq);
    if (header.sb_len_wr == 0) said = fmt::format("SCSI command {:02X} failed, status {:02X}, host {:02X}, driver {:02X}", operation, header.status, header.host_status, header.driver_status);
    if (asc == 0x3A) return fail(Errc::no_media_in_drive, device_.node, said);
    if (key == 0x05 && asc == 0x20) return fail(Errc::not_supported, device_.node, said + ": it does not know the command");
    if (asc == 0x53 && ascq == 0x02) return fail(Errc::unable_to_unload_media, device_.node, said + ": removal is prevented");
    return fail(Errc::not_ready, device_.node, said);
  }
};

}  // namespace

std::unique_ptr<Door> make_door(block::BlockDevice const& device, DeviceCalls& calls) {
  if (auto loop = block::as_loop_device(device)) return std::make_unique<LoopDoor>(std::move(*loop));
  if (major(device.device) == optical_major) return std::make_unique<OpticalDoor>(device, calls);
  return std::make_unique<ScsiDoor>(device, calls);
}

}  // namespace rsm::volume
