#include "tests/sim/sim_devices.hpp"

#include <algorithm>

#include "libmgr/domain/limits.hpp"

namespace rsm::sim {
namespace {

std::string text_of(port::Move const& what) {
  return "move " + what.from.text() + " to " + what.to.text() + (what.turn ? " turned" : "");
}

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
    status.side_up = view.side_up;
    static_cast<DeviceIdentity&>(status) = view.identity;
    status.alerts = iron_.alerts();
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

template <class T>
std::shared_ptr<Job> job(std::string text, Millis limit, std::function<Step<T>()> work, port::Done<T> done) {
  return std::make_shared<JobOf<T>>(std::move(text), limit, std::move(work), std::move(done));
}

}  // namespace

class SimDevices::SimChanger final : public port::Changer {
 public:
  explicit SimChanger(SimDevices& devices) : devices_(devices), iron_(devices.iron_) {}

  void describe(port::Done<port::ChangerDescription> done) override {
    auto work = [&iron = iron_]() -> Step<port::ChangerDescription> { return Result<port::ChangerDescription>(iron.hardware.describe()); };
    handler().submit(job<port::ChangerDescription>("describe", limits::status_limit, std::move(work), std::move(done)));
  }

  void elements(std::vector<port::ElementRange> ranges, port::Done<port::ElementReport> done) override {
    auto answered = [this, alive = std::weak_ptr(alive_), done = std::move(done)](Result<port::ElementReport> result) mutable {
      if (!alive.expired() && result) devices_.doubt_.reset();
      done(std::move(result));
    };
    auto work = [&iron = iron_, ranges = std::move(ranges), hold = std::optional<emulated::Hold>{}]() mutable { return ask_elements(iron, ranges, hold); };
    handler().submit(job<port::ElementReport>("elements", limits::status_limit, std::move(work), std::move(answered)));
  }

  void move(port::Move what, port::Done<> done) override {
    if (devices_.doubt_) iron_.history().violation(iron_.library + ": a move although nobody asked where the last one ended");
    devices_.border_.before_move(iron_.library, what);
    auto work = [&iron = iron_, what, begun = false]() mutable { return carry_out(iron, what, begun); };
    auto judged = [this, what, alive = std::weak_ptr(alive_), done = std::move(done)](Result<> result) mutable {
      if (!alive.expired() && !result) devices_.doubt_ = what;
      done(std::move(result));
    };
    handler().submit(job<void>(text_of(what), limits::move_limit, std::move(work), std::move(judged)));
  }

  void extend_port(std::uint32_t number, bool extend, port::Done<> done) override {
    auto work = [&iron = iron_, number, extend]() -> Step<void> { return iron.hardware.extend_port(number, extend, iron.now()); };
    std::string const text = (extend ? "extend port " : "retract port ") + std::to_string(number);
    handler().submit(job<void>(text, limits::status_limit, std::move(work), std::move(done)));
  }

 private:
  Handler& handler() { return devices_.handler_of(emulated::arm); }
  SimDevices& devices_;
  Iron& iron_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

class SimDevices::SimDrive final : public port::Drive {
 public:
  SimDrive(SimDevices& devices, std::uint32_t number) : devices_(devices), number_(number) {}

  void status(port::Done<port::DriveStatus> done) override {
    submit<port::DriveStatus>("status", limits::status_limit, [](DriveWork& w) { return w.status(); }, std::move(done));
  }
  void load(port::Done<port::DriveStatus> done) override {
    doubtless("load");
    devices_.border_.before_load(devices_.iron_.library, number_);
    submit<port::DriveStatus>("load", limits::load_limit, [](DriveWork& w) { return w.load(); }, std::move(done));
  }
  void read_label(port::Done<port::Label> done) override {
    submit<port::Label>("read label", limits::volume_limit, [](DriveWork& w) { return w.read_label(); }, std::move(done));
  }
  void dismount(bool force, port::Done<port::DismountReport> done) override {
    if (force) devices_.border_.before_force(devices_.iron_.library, number_, "dismount");
    submit<port::DismountReport>(force ? "dismount with force" : "dismount", limits::volume_limit, [force](DriveWork& w) { return w.dismount(force); },
                                 std::move(done));
  }
  void unload(bool force, port::Done<port::UnloadReport> done) override {
    if (force) devices_.border_.before_force(devices_.iron_.library, number_, "unload");
    submit<port::UnloadReport>(force ? "unload with force" : "unload", limits::unload_limit, [](DriveWork& w) { return w.unload(); }, std::move(done));
  }

 private:
  void doubtless(std::string const& what) {
    Element const here{ElementKind::drive, number_};
    if (devices_.doubt_ && devices_.doubt_->to == here) devices_.iron_.history().violation(devices_.iron_.library + ": " + what + " although nobody asked where the last move ended");
  }
  template <class T, class F>
  void submit(std::string text, Millis limit, F step, port::Done<T> done) {
    auto work = [drive = DriveWork(devices_.iron_, number_), step]() mutable -> Step<T> { return step(drive); };
    auto counted = [&iron = devices_.iron_, number = number_, keeps = text.starts_with("unload") || text.starts_with("dismount"), done = std::move(done)](Result<T> result) mutable {
      if (!result && result.error().code != Errc::busy) iron.failed(number, keeps);
      done(std::move(result));
    };
    devices_.handler_of({ElementKind::drive, number_}).submit(job<T>(std::move(text), limit, std::move(work), std::move(counted)));
  }
  SimDevices& devices_;
  std::uint32_t number_;
};

SimDevices::SimDevices(Iron& iron, Border& border) : iron_(iron), border_(border) {
  changer_ = std::make_unique<SimChanger>(*this);
}

SimDevices::~SimDevices() {
  for (auto const& [device, handler] : handlers_) {
    handler->on_lost = nullptr;
    handler->abandon();
  }
}

port::Changer& SimDevices::changer() { return *changer_; }

port::Drive& SimDevices::drive(std::uint32_t number) {
  auto& drive = drives_[number];
  if (!drive) drive = std::make_unique<SimDrive>(*this, number);
  return *drive;
}

Handler& SimDevices::handler_of(Element device) {
  auto& handler = handlers_[device];
  if (!handler) {
    handler = std::make_shared<Handler>(iron_, device);
    handler->on_lost = [this, device](std::string const& why) {
      if (lost_) lost_(device, why);
    };
  }
  return *handler;
}

Handler* SimDevices::handler(Element device) {
  auto const it = handlers_.find(device);
  return it == handlers_.end() ? nullptr : it->second.get();
}

bool SimDevices::idle() const {
  return std::ranges::all_of(handlers_, [](auto const& entry) { return entry.second->idle(); });
}

std::string SimDevices::handler_text(Element device) const {
  auto const it = handlers_.find(device);
  return it == handlers_.end() ? "not started" : it->second->text();
}

// Their starts and ends are in the trace of the history; nothing in the simulator reads these numbers.
std::vector<port::HandlerFigures> SimDevices::handler_figures() const {
  std::vector<port::HandlerFigures> all;
  for (auto const& [element, handler] : handlers_) all.push_back({.device = element});
  return all;
}

std::string SimDevices::address(Element device) const { return "sim:" + iron_.library + "#" + device.text(); }

}  // namespace rsm::sim
