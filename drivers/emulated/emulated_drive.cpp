#include "drivers/emulated/emulated_drive.hpp"

#include <filesystem>

#include "drivers/block/folder.hpp"
#include "drivers/emulated/waiting.hpp"

namespace rsm::emulated {
namespace {

class EmulatedDrive final : public handler::BlockingDrive {
 public:
  EmulatedDrive(LibraryDirectory library, std::uint32_t number, std::unique_ptr<block::Volume> volume, UniqueFd in_use)
      : library_(std::move(library)), number_(number), volume_(std::move(volume)), in_use_(std::move(in_use)) {
    take_over_volume();
  }

  Result<port::DriveStatus> status() override {
    auto const ask = [&](Hardware& hardware) -> Result<Hold> { return hardware.begin_status(element(), real_now()); };
    RSM_TRY(Hold const hold, library_.change(ask));
    RSM_CHECK(wait_while_held(library_, hold));
    RSM_TRY(DriveView const view, look());
    RSM_CHECK(give_up_lost_medium(view));
    auto status = compose(view);
    RSM_TRY(status.alerts, library_.change([&](Hardware& hardware) -> Result<std::vector<Alert>> { return hardware.untold(number_); }));
    return status;
  }

  Result<port::DriveStatus> load() override {
    RSM_TRY(DriveView view, still());
    RSM_CHECK(give_up_lost_medium(view));
    bool const threaded_now = !view.loaded;
    if (threaded_now) {
      RSM_TRY(view, thread());
    }
    if (auto attached = attach_side_up(view); !attached) {
      if (threaded_now) RSM_CHECK(unthread());
      return cannot_load(attached.error());
    }
    RSM_CHECK(volume_answers(view));
    if (auto online = volume_->online(); !online) return cannot_load(online.error());
    return compose(view);
  }

  Result<port::Label> read_label() override {
    RSM_TRY(DriveView const view, still());
    RSM_TRY(auto const lost, give_up_lost_medium(view));
    if (lost) return fail(view.full ? Errc::media_changed : Errc::no_media_in_drive, name(), *lost);
    if (!view.full) return fail(Errc::no_media_in_drive, name(), "there is no label to read");
    if (!view.loaded) return fail(Errc::not_ready, name(), "the cartridge is not loaded");
    RSM_CHECK(attach_side_up(view));
    RSM_CHECK(volume_answers(view));
    return volume_->read_label();
  }

  Result<port::Label> write_label(port::LabelOrder const& order) override {
    RSM_TRY(DriveView const view, still());
    RSM_TRY(auto const lost, give_up_lost_medium(view));
    if (lost) return fail(view.full ? Errc::media_changed : Errc::no_media_in_drive, name(), *lost);
    if (!view.full) return fail(Errc::no_media_in_drive, name(), "there is nothing to write to");
    if (!view.loaded) return fail(Errc::not_ready, name(), "the cartridge is not loaded");
    RSM_CHECK(attach_side_up(view));
    RSM_CHECK(volume_answers(view));
    if (view.write_protected) return fail(Errc::write_protect, name(), "the tab of cartridge " + view.cartridge + " is set");
    return volume_->write_label(order);
  }

  Result<port::DismountReport> dismount(bool force) override {
    RSM_TRY(DriveView const view, still());
    RSM_TRY(auto const lost, give_up_lost_medium(view));
    if (lost) return fail(view.full ? Errc::media_changed : Errc::no_media_in_drive, name(), *lost);
    if (!view.full) return fail(Errc::no_media_in_drive, name(), "there is nothing to dismount");
    if (!view.loaded) return port::DismountReport{.note = "the cartridge was not loaded"};
    RSM_CHECK(attach_side_up(view));
    RSM_CHECK(volume_answers(view));
    return volume_->dismount(force);
  }

  Result<port::UnloadReport> unload(bool force) override {
    RSM_TRY(DriveView const view, still());
    RSM_TRY(auto const lost, give_up_lost_medium(view));
    if (!view.full) return fail(Errc::no_media_in_drive, name(), lost.value_or("there is nothing to unload"));
    if (!view.loaded) {
      RSM_TRY(auto alerts, library_.change([&](Hardware& hardware) -> Result<std::vector<Alert>> { return hardware.untold(number_); }));
      return port::UnloadReport{.alerts = std::move(alerts)};
    }
    RSM_TRY(port::UnloadReport report, release_volume(view, force));
    RSM_CHECK(unthread());
    return report;
  }

 private:
  Element element() const { return {ElementKind::drive, number_}; }
  std::string name() const { return element().text(); }

  std::unexpected<Error> cannot_load(Error const& reason) const { return fail(Errc::unable_to_load_medium, name(), reason.sentence()); }

  Result<DriveView> look() {
    RSM_TRY(DriveView const view, library_.look([&](Hardware const& hardware) { return hardware.view(number_, real_now()); }));
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

  // The drive with the cartridge threaded.
  Result<DriveView> thread() {
    RSM_CHECK(library_.change([&](Hardware& hardware) { return hardware.begin_load(number_, real_now()); }));
    RSM_CHECK(still());
    RSM_CHECK(library_.change([&](Hardware& hardware) { return hardware.finish_load(number_, real_now()); }));
    return look();
  }

  Result<> unthread() {
    RSM_CHECK(library_.change([&](Hardware& hardware) { return hardware.begin_unload(number_, real_now()); }));
    RSM_CHECK(still());
    return library_.change([&](Hardware& hardware) { return hardware.finish_unload(number_, real_now()); });
  }

  // Only a fault keeps it from that: without one there is nothing to be counted and written.
  Result<> volume_answers(DriveView const& view) {
    if (!view.faults_armed) return {};
    auto const ask = [&](Hardware& hardware) -> Result<Hold> { return hardware.begin_volume_work(number_, real_now()); };
    RSM_TRY(Hold const hold, library_.change(ask));
    return wait_while_held(library_, hold);
  }

  bool has_volume() const { return volume_->state() != port::VolumeState::none; }

  // The image of the side that is up is the volume of this drive.
  Result<> attach_side_up(DriveView const& view) {
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
    if (!view) return;
    if (view->phase == DrivePhase::empty || view->phase == DrivePhase::inserted)
      [[maybe_unused]] auto const left = volume_->cut_off();  // of a cartridge that was pulled out meanwhile
    if (view->loaded && !attach_side_up(*view)) image_.clear();
  }

  // The volume must be offline, and is unbound. A volume that cannot even be attached here is not ours, unless it is busy.
  Result<port::UnloadReport> release_volume(DriveView const& view, bool force) {
    if (auto attached = attach_side_up(view); !attached) {
      if (attached.error().code == Errc::busy) return std::unexpected(attached.error());
      return port::UnloadReport{};
    }
    if (volume_->state() != port::VolumeState::offline)
      return fail(Errc::busy, name(), "the volume is " + word(volume_->state()) + "; dismount it first");
    auto detached = volume_->detach();
    if (detached) image_.clear();
    if (detached) return port::UnloadReport{};
    if (detached.error().code != Errc::busy) return fail(Errc::unable_to_unload_media, name(), detached.error().sentence());
    if (!force) return std::unexpected(detached.error());
    RSM_TRY(std::string const users, volume_->cut_off());
    image_.clear();
    return port::UnloadReport{.cut_off = true, .note = "its device was still in use; the medium was taken away from " + users + ", who get errors from now on"};
  }

  // A person pulled the cartridge out while its volume was here, and perhaps put one in again. Says so once; nullopt: nothing of the sort.
  Result<std::optional<std::string>> give_up_lost_medium(DriveView const& view) {
    bool const loaded = view.loaded || view.phase == DrivePhase::unloading;
    bool const same = loaded && library_.image_path(view.cartridge, view.side_up) == image_;
    if (image_.empty() || same) return std::nullopt;
    bool const offline = volume_->state() == port::VolumeState::offline;
    RSM_TRY(std::string const users, volume_->cut_off());
    image_.clear();
    std::string const cost = offline ? "; its volume was offline" : "; what was not flushed is lost";
    return "the cartridge was pulled out of the drive" + cost + (users.empty() ? std::string{} : "; it was in use: " + users);
  }

  port::DriveStatus compose(DriveView const& view) {
    port::DriveStatus status;
    status.full = view.full;
    status.loaded = view.loaded;
    status.cleaning = view.cleaning;
    status.side_up = view.side_up;
    static_cast<DeviceIdentity&>(status) = view.identity;
    if (!view.loaded || !has_volume()) return status;
    status.volume = volume_->state();
    status.volume_path = library_.volume_link(number_);
    return status;
  }

  LibraryDirectory library_;
  std::uint32_t number_;
  std::unique_ptr<block::Volume> volume_;
  std::string image_;  // attached; empty: none
  UniqueFd in_use_;  // shared lock: somebody serves this drive
};

}  // namespace

std::string emulated_volume_link(std::string const& directory, std::uint32_t number) {
  return canonical_path(directory) + "/drives/" + std::to_string(number) + "/volume";
}

Result<std::unique_ptr<handler::BlockingDrive>> make_emulated_drive(std::string const& directory, std::uint32_t number,
                                                                    std::unique_ptr<block::Volume> volume) {
  RSM_TRY(LibraryDirectory library, LibraryDirectory::open(directory));
  RSM_CHECK(library.look([&](Hardware const& hardware) { return hardware.view(number, real_now()); }));
  auto in_use = library.lock_in_use(number, block::LockKind::shared);
  if (!in_use && in_use.error().code == Errc::busy) return fail(Errc::busy, "drive " + std::to_string(number), "somebody is cleaning this library; try again");
  if (!in_use) return std::unexpected(in_use.error());
  return std::make_unique<EmulatedDrive>(std::move(library), number, std::move(volume), std::move(*in_use));
}

}  // namespace rsm::emulated
