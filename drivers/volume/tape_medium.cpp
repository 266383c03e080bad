// A tape in a drive of the st driver: no file system, so a lock is the exclusive open, and a dismount rewinds.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mtio.h>

#include <cerrno>
#include <thread>

#include "drivers/block/busy_report.hpp"
#include "drivers/block/limits.hpp"
#include "drivers/block/system_error.hpp"
#include "drivers/volume/medium_device.hpp"
#include "drivers/volume/scsi_command.hpp"

namespace rsm::volume {
namespace {

class TapeMedium final : public MediumDevice {
 public:
  TapeMedium(std::string node, DeviceCalls& calls) : node_(std::move(node)), calls_(calls) {}

  // Write file marks, count 0, without the immediate bit: returns when the buffer of the drive is on the tape. For a tape that may not be
  // written nothing can wait in it.
  Result<> flush() override {
    DeviceFd own;
    RSM_TRY(int const fd, any(own, O_RDWR));
    mtget state{};
    if (calls_.ioctl(fd, MTIOCGET, static_cast<void*>(&state)) >= 0 && GMT_WR_PROT(state.mt_gstat)) return {};
    return operate(fd, MTWEOF, 0, "write the buffer of the drive to the tape", Errc::write_fault);
  }

  // The driver lets one process in; a reservation keeps other computers out, where the drive knows such a thing.
  Result<> lock() override {
    if (!held_) {
      RSM_TRY(held_, open(O_RDWR));
    }
    if (auto const answer = send_scsi(calls_, held_.get(), reserve_unit); answer.reserved_by_another()) {
      if (!offline_) held_.reset();
      return fail(Errc::busy, node_, "it is in use: " + answer.text());
    }
    locked_ = true;
    return {};
  }

  Result<> unlock() override {
    if (held_) send_scsi(calls_, held_.get(), release_unit);
    locked_ = false;
    if (!offline_) held_.reset();
    return {};
  }

  Result<DismountOutcome> dismount() override {
    RSM_CHECK(operate(MTREW, 1, "rewind the tape", Errc::medium_not_accessible));
    return DismountOutcome{.was_mounted = true, .note = "rewound"};
  }

  // A tape carries no file system that could be mounted; it counts as mounted while it is threaded.
  Result<bool> is_mounted() override { return medium().has_value(); }

  Result<> hold_offline() override {
    if (!held_) {
      RSM_TRY(held_, open(O_RDWR));
    }
    offline_ = true;
    return {};
  }
  void release_offline() override {
    offline_ = false;
    if (!locked_) held_.reset();
  }

  // At an open the driver asks the drive; afterwards it answers from memory, and after an unload it only believes that the tape is out.
  Result<std::uint64_t> medium() override {
    if (held_) {
      auto const answer = send_scsi(calls_, held_.get(), test_unit_ready);
      if (!answer.no_scsi() && !answer.not_allowed()) return medium_by(answer);
    }
    RSM_TRY(mtget const state, ask());
    if (GMT_DR_OPEN(state.mt_gstat)) return fail(Errc::no_media_in_drive, node_, "there is no tape in it");
    if (!GMT_ONLINE(state.mt_gstat)) return not_threaded();
    return std::uint64_t{0};
  }

  Result<> answers() override {
    if (held_) {
      auto const answer = send_scsi(calls_, held_.get(), test_unit_ready);
      if (answer.error && !answer.no_scsi() && !answer.not_allowed()) return fail(Errc::not_ready, node_, answer.text());
    }
    RSM_CHECK(ask());
    return {};
  }

  bool has_door() const override { return true; }
  bool door_needs_keeper() const override { return false; }
  Result<> lock_door(bool locked) override {
    return operate(locked ? MTLOCK : MTUNLOCK, 1, locked ? "lock the tape in" : "let the tape go", Errc::not_supported);
  }

  Result<> eject() override {
    (void)operate(MTUNLOCK, 1, "let the tape go", Errc::not_supported);
    RSM_CHECK(operate(MTOFFL, 1, "rewind and unload the tape", Errc::unable_to_unload_media));
    if (medium()) return fail(Errc::unable_to_unload_media, node_, "the drive said yes, and the tape is still threaded");
    offline_ = false;  // neither is left of a tape that is out
    if (locked_) return unlock();
    held_.reset();
    return {};
  }

  Result<> load() override {
    RSM_CHECK(operate(MTLOAD, 1, "thread the tape", Errc::unable_to_load_medium));
    auto const there = medium();
    if (!there && there.error().code == Errc::no_media_in_drive) return fail(Errc::unable_to_load_medium, node_, "the drive said yes, and there is no tape in it");
    return {};
  }

  // Data of a tape are records, not bytes at an offset: programs use the node itself for them.
  Result<std::string> read(std::uint64_t, std::uint32_t) override { return no_bytes(); }
  Result<std::uint64_t> write(std::uint64_t, std::string const&) override { return no_bytes(); }
  Result<std::uint64_t> size() override { return no_bytes(); }

  void describe(VolumeStatus& status) override { status.kind = "tape drive"; }

  void describe_contents(VolumeStatus& status) override {
    if (auto const state = ask()) status.read_only = GMT_WR_PROT(state->mt_gstat) != 0;
  }

  Result<block::BusyReport> holders() override { return users(); }
  Result<bool> await_end(Millis /*limit*/, int /*interrupt_fd*/, std::function<bool()> const& /*interrupted*/) override { return false; }

  Result<> could_lock() override {
    if (held_) return {};
    RSM_TRY(auto const report, users());
    if (!report.empty()) return fail(Errc::busy, node_, block::holders_text(report.holders));
    return {};
  }

 private:
  Result<block::BusyReport> users() const {
    mode_t mode = 0;
    dev_t device = 0;
    if (int const answer = calls_.stat(node_, mode, device); answer < 0) return block::system_failure(-answer, node_, "look at it");
    return block::find_tape_holders(device);
  }

  // The driver's view of the drive, from when it was opened.
  Result<mtget> ask() const {
    DeviceFd own;
    RSM_TRY(int const fd, any(own, O_RDONLY));
    mtget state{};
    if (int const answer = calls_.ioctl(fd, MTIOCGET, static_cast<void*>(&state)); answer < 0) return silent(-answer, "ask the drive for its state");
    return state;
  }

  Result<std::uint64_t> medium_by(ScsiAnswer const& answer) const {
    if (answer.good()) return std::uint64_t{0};
    if (answer.no_medium()) return fail(Errc::no_media_in_drive, node_, "there is no tape in it");
    if (answer.not_ready()) return not_threaded();
    return fail(Errc::not_ready, node_, answer.text());
  }
  std::unexpected<Error> not_threaded() const { return fail(Errc::not_ready, node_, "the tape is not threaded; load it"); }

  // The driver lets one process in, with a short patience for one that only asks; an empty drive would keep a blocking open for two minutes.
  Result<DeviceFd> open(int flags) const {
    for (Millis waited{0};; waited += limits::lock_settle_pause) {
      DeviceFd fd(calls_, calls_.open(node_, flags | O_NONBLOCK));
      if (!fd && flags == O_RDWR && (fd.error() == EROFS || fd.error() == EACCES)) fd = DeviceFd(calls_, calls_.open(node_, O_RDONLY | O_NONBLOCK));
      if (fd) return fd;
      if (fd.error() != EBUSY) return silent(fd.error(), "open the drive");
      if (waited >= limits::lock_settle_limit) return busy();
      std::this_thread::sleep_for(limits::lock_settle_pause);
    }
  }

  // EIO is no fault of writing here.
  std::unexpected<Error> silent(int error, char const* tried) const {
    if (error == EIO) return fail(Errc::not_ready, node_, fmt::format("cannot {}: {}", tried, block::errno_text(error)));
    return block::system_failure(error, node_, tried);
  }

  std::unexpected<Error> busy() const {
    auto const report = users();
    if (!report || report->empty()) return fail(Errc::busy, node_, "it is in use: " + block::unknown_holder(report ? *report : block::BusyReport{}).what);
    return fail(Errc::busy, node_, "it is in use: " + block::holders_text(report->holders));
  }

  Result<int> any(DeviceFd& own, int flags) const {
    if (held_) return held_.get();
    RSM_TRY(own, open(flags));
    return own.get();
  }

  Result<> operate(short operation, int count, char const* tried, Errc refused) const {
    DeviceFd own;
    RSM_TRY(int const fd, any(own, O_RDONLY));
    return operate(fd, operation, count, tried, refused);
  }

  Result<> operate(int fd, short operation, int count, char const* tried, Errc refused) const {
    mtop order{operation, count};
    int const answer = calls_.ioctl(fd, MTIOCTOP, static_cast<void*>(&order));
    if (answer >= 0) return {};
    if (answer == -ENOMEDIUM || answer == -EBUSY || answer == -EACCES || answer == -EPERM) return block::system_failure(-answer, node_, tried);
    if (answer == -ENOSYS || answer == -EINVAL || answer == -ENOTTY) return fail(Errc::not_supported, node_, fmt::format("cannot {}: {}", tried, block::errno_text(-answer)));
    return fail(refused, node_, fmt::format("cannot {}: {}", tried, block::errno_text(-answer)));
  }

  std::unexpected<Error> no_bytes() const { return fail(Errc::not_supported, node_, "a tape has records, not bytes at an offset; open the drive itself for its data"); }

  std::string node_;
  DeviceCalls& calls_;
  DeviceFd held_;
  bool locked_ = false, offline_ = false;
};

}  // namespace

std::unique_ptr<MediumDevice> make_tape_medium(std::string node, DeviceCalls& calls) { return std::make_unique<TapeMedium>(std::move(node), calls); }

}  // namespace rsm::volume
