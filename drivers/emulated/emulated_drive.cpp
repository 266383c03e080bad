#include "drivers/emulated/emulated_drive.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <filesystem>

#include "drivers/emulated/files.hpp"
#include "drivers/emulated/waiting.hpp"

namespace rsm::emulated {
namespace {

class EmulatedDrive final : public handler::BlockingDrive {
 public:
  EmulatedDrive(LibraryDirectory library, std::uint32_t number, std::unique_ptr<block::Volume> volume, FileHandle in_use)
      : library_(std::move(library)), number_(number), volume_(std::move(volume)), in_use_(std::move(in_use)) {
    take_over_volume();
  }

  Result<port::DriveStatus> status() override {
    auto const ask = [&](Hardware& hardware) -> Result<Hold> { return hardware.begin_status(element(), real_now()); };
    RSM_TRY(Hold const hold, library_.change(ask));
    RSM_CHECK(wait_while_held(library_, hold));
    return compose();
  }

  Result<port::DriveStatus> load() override {
    RSM_TRY(bool const threaded_now, thread());
    if (auto attached = attach_side_up(); !attached) {
      if (threaded_now) RSM_CHECK(unthread());
      return cannot_load(attached.error());
    }
    RSM_CHECK(volume_answers());
    if (auto online = volume_->online(); !online) return cannot_load(online.error());
    if (auto label = volume_->read_label(); !label) return cannot_load(label.error());
    return compose();
  }

  Result<port::DismountReport> dismount(bool force) override {
    RSM_TRY(DriveView const view, still());
    if (!view.full) return fail(Errc::no_media_in_drive, name(), "there is nothing to dismount");
    if (!view.loaded) return port::DismountReport{.note = "the cartridge was not loaded"};
    RSM_CHECK(attach_side_up());
    RSM_CHECK(volume_answers());
    return volume_->dismount(force);
  }

  Result<> unload() override {
    RSM_TRY(DriveView const view, still());
    if (!view.full) return fail(Errc::no_media_in_drive, name(), "there is nothing to unload");
    if (!view.loaded) return {};
    RSM_CHECK(release_volume());
    return unthread();
  }

 private:
  Element element() const { return {ElementKind::drive, number_}; }
  std::string name() const { return element().text(); }

  std::unexpected<Error> cannot_load(Error const& reason) const { return fail(Errc::unable_to_load_medium, name(), reason.text()); }

  Result<DriveView> look() {
    RSM_TRY(Hardware hardware, library_.read());
    RSM_TRY(DriveView const view, hardware.drive(number_, real_now()));
    if (!view.answers) return fail(Errc::device_not_available, name(), "the drive does not answer; repair it");
    return view;
  }

  // Waits until the drive is neither loading nor unloading.
  Result<DriveView> still() {
    for (;;) {
      RSM_TRY(DriveView const view, look());
      if (view.phase != DrivePhase::loading && view.phase != DrivePhase::unloading) return view;
      sleep_towards(view.end);
    }
  }

  // False: it was threaded already.
  Result<bool> thread() {
    RSM_TRY(DriveView const before, still());
    if (before.loaded) return false;
    RSM_CHECK(library_.change([&](Hardware& hardware) { return hardware.begin_load(number_, real_now()); }));
    RSM_CHECK(still());
    RSM_CHECK(library_.change([&](Hardware& hardware) { return hardware.finish_load(number_, real_now()); }));
    return true;
  }

  Result<> unthread() {
    RSM_CHECK(library_.change([&](Hardware& hardware) { return hardware.begin_unload(number_, real_now()); }));
    RSM_CHECK(still());
    return library_.change([&](Hardware& hardware) { return hardware.finish_unload(number_, real_now()); });
  }

  Result<> volume_answers() {
    auto const ask = [&](Hardware& hardware) -> Result<Hold> { return hardware.begin_volume_work(number_, real_now()); };
    RSM_TRY(Hold const hold, library_.change(ask));
    return wait_while_held(library_, hold);
  }

  bool has_volume() const { return volume_->state() != port::VolumeState::none; }

  // The image of the side that is up is the volume of this drive.
  Result<> attach_side_up() {
    RSM_TRY(DriveView const view, look());
    std::string const image = library_.image_path(view.cartridge, view.side_up);
    if (has_volume() && image_ == image) return {};
    if (has_volume()) RSM_CHECK(volume_->detach());
    RSM_CHECK(volume_->attach(image));
    image_ = image;
    return {};
  }

  // What the process before this one left: found again, or else no volume until load().
  void take_over_volume() {
    auto const view = look();
    if (view && view->loaded && !attach_side_up()) image_.clear();
  }

  // The volume must be offline, and is unbound. A volume that cannot even be attached here is not ours, unless it is busy.
  Result<> release_volume() {
    if (auto attached = attach_side_up(); !attached) {
      if (attached.error().code == Errc::busy) return attached;
      return {};
    }
    if (volume_->state() != port::VolumeState::offline)
      return fail(Errc::busy, name(), "the volume is " + word(volume_->state()) + "; dismount it first");
    auto detached = volume_->detach();
    if (detached) image_.clear();
    if (!detached && detached.error().code != Errc::busy) return fail(Errc::unable_to_unload_media, name(), detached.error().text());
    return detached;
  }

  Result<port::DriveStatus> compose() {
    RSM_TRY(DriveView const view, look());
    RSM_TRY(Hardware const hardware, library_.read());
    port::DriveStatus status;
    status.full = view.full;
    status.loaded = view.loaded;
    status.side_up = view.side_up;
    status.vendor = hardware.state().vendor;
    status.product = "EMULATED DRIVE";
    status.serial = view.serial;
    status.revision = hardware.state().revision;
    if (!view.loaded || !has_volume()) return status;
    status.volume = volume_->state();
    status.volume_path = library_.volume_link(number_);
    if (auto label = volume_->read_label()) status.omid = std::move(*label);
    return status;
  }

  LibraryDirectory library_;
  std::uint32_t number_;
  std::unique_ptr<block::Volume> volume_;
  std::string image_;  // attached; empty: none
  FileHandle in_use_;  // shared lock: somebody serves this drive
};

}  // namespace

std::string emulated_volume_link(std::string const& directory, std::uint32_t number) {
  std::error_code error;
  auto const absolute = std::filesystem::absolute(directory, error).lexically_normal();
  return (absolute / "drives" / std::to_string(number) / "volume").string();
}

Result<std::unique_ptr<handler::BlockingDrive>> make_emulated_drive(std::string const& directory, std::uint32_t number,
                                                                    std::unique_ptr<block::Volume> volume) {
  RSM_TRY(LibraryDirectory library, LibraryDirectory::open(directory));
  RSM_TRY(Hardware hardware, library.read());
  RSM_CHECK(hardware.drive(number, real_now()));
  RSM_TRY(FileHandle in_use, open_file(library.in_use_path(number), O_RDONLY | O_CREAT));
  if (::flock(in_use.fd(), LOCK_SH | LOCK_NB) != 0)
    return fail(Errc::busy, "drive " + std::to_string(number), "somebody is cleaning this library; try again");
  return std::make_unique<EmulatedDrive>(std::move(library), number, std::move(volume), std::move(in_use));
}

}  // namespace rsm::emulated
