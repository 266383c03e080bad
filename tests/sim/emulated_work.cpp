#include <algorithm>

#include "tests/sim/device_work.hpp"
#include "tests/sim/iron.hpp"

namespace rsm::sim {
namespace {

// Waits while a question or work on a volume is held by a fault.
std::optional<Wait> held(Iron& iron, emulated::Hold const& hold) {
  if (!iron.hardware.holds(hold.fault, iron.now())) return std::nullopt;
  return Wait{hold.until};
}

Step<port::ElementReport> ask_elements(Iron& iron, std::vector<port::ElementRange> const& ranges, std::optional<emulated::Hold>& hold) {
  if (!hold) hold = iron.hardware.begin_elements(ranges, iron.now());
  if (auto wait = held(iron, *hold)) return *wait;
  return iron.hardware.elements(ranges, iron.now());
}

Step<void> carry_out(Iron& iron, port::Move const& what, bool& begun) {
  auto& hardware = iron.hardware;
  hardware.settle(iron.now());
  if (!begun) {
    if (hardware.state().motion) return Wait{hardware.state().motion->end};
    auto const end = hardware.begin_move(what, iron.now());
    if (!end) return Result<>(std::unexpected(end.error()));
    begun = true;
  }
  if (hardware.state().motion) return Wait{hardware.state().motion->end};
  return hardware.finish_move(iron.now());
}

class DriveWork {
 public:
  DriveWork(Iron& iron, std::uint32_t number) : iron_(iron), number_(number) {}

  Step<port::DriveStatus> status() {
    if (!hold_) hold_ = iron_.hardware.begin_status(element(), iron_.now());
    if (auto wait = held(iron_, *hold_)) return *wait;
    return compose();
  }

  Step<port::DriveStatus> load() {
    if (!threaded_) {
      auto view = look();
      if (!view) return Result<port::DriveStatus>(std::unexpected(view.error()));
      if (busy(*view)) return Wait{view->end};
      if (!view->loaded && !begun_) {
        auto const end = iron_.hardware.begin_load(number_, iron_.now());
        if (!end) return Result<port::DriveStatus>(std::unexpected(end.error()));
        begun_ = true;
        view = look();
        if (!view) return Result<port::DriveStatus>(std::unexpected(view.error()));
        if (busy(*view)) return Wait{view->end};
      }
      if (auto finished = iron_.hardware.finish_load(number_, iron_.now()); !finished)
        return Result<port::DriveStatus>(std::unexpected(finished.error()));
      threaded_ = true;
    }
    if (auto wait = volume_held()) return *wait;
    iron_.came_online(number_);
    return compose();
  }

  Step<port::Label> read_label() {
    using Outcome = Result<port::Label>;
    auto const view = look();
    if (!view) return Outcome(std::unexpected(view.error()));
    if (busy(*view)) return Wait{view->end};
    if (!view->full) return Outcome(fail(Errc::no_media_in_drive, element().text(), "there is no label to read"));
    if (!view->loaded) return Outcome(fail(Errc::not_ready, element().text(), "the cartridge is not loaded"));
    if (auto wait = volume_held()) return *wait;
    if (iron_.tapes && !volume().holders.empty()) {
      iron_.history().count("label.busy");
      return Outcome(fail(Errc::busy, element().text(), "in use by " + users()));
    }
    port::Label label;
    if (auto const* omid = iron_.label_in(number_); omid != nullptr && !omid->type.empty()) label.omid = *omid;
    return Outcome(std::move(label));
  }

  Step<port::Label> write_label(port::LabelOrder const& order) {
    using Outcome = Result<port::Label>;
    auto const view = look();
    if (!view) return Outcome(std::unexpected(view.error()));
    if (busy(*view)) return Wait{view->end};
    if (!view->loaded) return Outcome(fail(Errc::not_ready, element().text(), "the cartridge is not loaded"));
    if (auto wait = volume_held()) return *wait;
    if (!volume().offline) return Outcome(fail(Errc::busy, element().text(), "the volume is online; dismount it first"));
    auto const* there = iron_.label_in(number_);
    bool const understood = there != nullptr && !there->type.empty();
    if (understood != order.instead_of.has_value() || (understood && *there != *order.instead_of))
      return Outcome(fail(Errc::media_changed, element().text(), "another label is on it than was read before"));
    iron_.write_label(number_, order.label);
    return Outcome(port::Label{order.label});
  }

  Step<port::DismountReport> dismount(bool force) {
    auto const view = look();
    if (!view) return Result<port::DismountReport>(std::unexpected(view.error()));
    if (busy(*view)) return Wait{view->end};
    if (!view->full) return Result<port::DismountReport>(fail(Errc::no_media_in_drive, element().text(), "there is nothing to dismount"));
    if (!view->loaded) return Result<port::DismountReport>(port::DismountReport{.note = "the cartridge was not loaded"});
    if (auto wait = volume_held()) return *wait;
    port::DismountReport report;
    if (volume().offline) return Result<port::DismountReport>(report);
    report.was_mounted = !volume().holders.empty();
    if (!volume().holders.empty()) {
      std::string const who = users();
      if (!force) return Result<port::DismountReport>(fail(Errc::busy, element().text(), "in use by " + who));
      report.forced = true;
      report.note = "was in use by " + who;
      volume().holders.clear();
      iron_.history().count("volume.forced");
    }
    volume().offline = true;
    return Result<port::DismountReport>(report);
  }

  Step<port::UnloadReport> unload() {
    using Outcome = Result<port::UnloadReport>;
    auto const view = look();
    if (!view) return Outcome(std::unexpected(view.error()));
    if (busy(*view)) return Wait{view->end};
    if (!view->full) return Outcome(fail(Errc::no_media_in_drive, element().text(), "there is nothing to unload"));
    if (begun_) return finish_unload();
    if (!view->loaded) return Outcome(port::UnloadReport{});
    if (!volume().offline) return Outcome(fail(Errc::busy, element().text(), "the volume is online; dismount it first"));
    auto const end = iron_.hardware.begin_unload(number_, iron_.now());
    if (!end) return Outcome(std::unexpected(end.error()));
    begun_ = true;
    if (*end > iron_.now()) return Wait{*end};
    return finish_unload();
  }

 private:
  Element element() const { return {ElementKind::drive, number_}; }
  Volume& volume() { return iron_.volumes[number_]; }
  std::string users() {
    std::string who;
    for (auto const& holder : volume().holders) who += (who.empty() ? "" : ", ") + holder;
    return who;
  }
  static bool busy(emulated::DriveView const& view) {
    return view.phase == emulated::DrivePhase::loading || view.phase == emulated::DrivePhase::unloading;
  }

  Result<emulated::DriveView> look() {
    RSM_TRY(auto view, iron_.hardware.drive(number_, iron_.now()));
    if (view.answers) return view;
    iron_.history().count("fault.drive_dies");
    return fail(Errc::device_not_available, element().text(), "the drive does not answer; repair it");
  }

  std::optional<Wait> volume_held() {
    if (!hold_) hold_ = iron_.hardware.begin_volume_work(number_, iron_.now());
    return held(iron_, *hold_);
  }

  Result<port::UnloadReport> finish_unload() {
    RSM_CHECK(iron_.hardware.finish_unload(number_, iron_.now()));
    volume() = {};
    return port::UnloadReport{.alerts = iron_.alerts()};
  }

  Result<port::DriveStatus> compose() {
    RSM_TRY(auto const view, look());
    port::DriveStatus status;
    status.full = view.full;
    status.loaded = view.loaded;
    status.cleaning = view.cleaning;
    status.side_up = view.side_up;
    static_cast<DeviceIdentity&>(status) = view.identity;
    status.alerts = iron_.alerts();
    for (auto& alert : iron_.hardware.untold(number_)) status.alerts.push_back(std::move(alert));
    if (!view.loaded) return status;
    status.volume = volume().offline ? port::VolumeState::offline : volume().holders.empty() ? port::VolumeState::online : port::VolumeState::mounted;
    status.volume_path = "/sim/" + iron_.library + "/drive" + std::to_string(number_);
    return status;
  }

  Iron& iron_;
  std::uint32_t number_;
  bool begun_ = false;
  bool threaded_ = false;
  std::optional<emulated::Hold> hold_;
};

class EmulatedWork final : public DeviceWork {
 public:
  explicit EmulatedWork(Iron& iron) : iron_(iron) {}

  WorkTimes times() const override { return {.elements = limits::status_limit, .port = limits::status_limit}; }
  Work<port::ChangerDescription> describe() override {
    return [&iron = iron_]() -> Step<port::ChangerDescription> { return Result<port::ChangerDescription>(iron.hardware.describe()); };
  }
  Work<port::ElementReport> elements(std::vector<port::ElementRange> const& ranges) override {
    return [&iron = iron_, ranges, hold = std::optional<emulated::Hold>{}]() mutable { return ask_elements(iron, ranges, hold); };
  }
  Work<void> move(port::Move const& what) override {
    return [&iron = iron_, what, begun = false]() mutable { return carry_out(iron, what, begun); };
  }
  Work<void> extend_port(std::uint32_t number, bool extend) override {
    return [&iron = iron_, number, extend]() -> Step<void> { return iron.hardware.extend_port(number, extend, iron.now()); };
  }
  Work<void> unlock_door(bool unlock) override {
    return [&iron = iron_, unlock]() -> Step<void> { return iron.hardware.lock_door(!unlock, iron.now()); };
  }
  Work<port::DriveStatus> status(std::uint32_t drive) override {
    return [work = DriveWork(iron_, drive)]() mutable { return work.status(); };
  }
  Work<port::DriveStatus> load(std::uint32_t drive) override {
    return [work = DriveWork(iron_, drive)]() mutable { return work.load(); };
  }
  Work<port::Label> read_label(std::uint32_t drive) override {
    return [work = DriveWork(iron_, drive)]() mutable { return work.read_label(); };
  }
  Work<port::Label> write_label(std::uint32_t drive, port::LabelOrder const& order) override {
    return [work = DriveWork(iron_, drive), order]() mutable { return work.write_label(order); };
  }
  Work<port::DismountReport> dismount(std::uint32_t drive, bool force) override {
    return [work = DriveWork(iron_, drive), force]() mutable { return work.dismount(force); };
  }
  Work<port::UnloadReport> unload(std::uint32_t drive, bool) override {
    return [work = DriveWork(iron_, drive)]() mutable { return work.unload(); };
  }

  // What it held offline is open to everybody.
  void handler_gone(Element device) override { iron_.protection_lost(device); }
  Omid new_label(std::string const& cartridge, std::uint32_t side) override { return emulated::made_label("xfs", cartridge, side, iron_.random.guid()); }
  bool spoil(SeededRandom&) override { return false; }
  void touched(SeededRandom&) override {}
  void heal() override {}
  bool tells_of_open_ports() const override { return true; }
  bool has_lied(std::uint32_t) const override { return false; }

 private:
  Iron& iron_;
};

}  // namespace

std::unique_ptr<DeviceWork> make_emulated_work(Iron& iron) { return std::make_unique<EmulatedWork>(iron); }

}  // namespace rsm::sim
