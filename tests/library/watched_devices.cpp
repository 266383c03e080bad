#include "tests/library/watched_devices.hpp"

#include <algorithm>
#include <utility>

namespace rsm {

template <class T>
bool WatchedDevices::pass(Seen what, port::Done<T>& done) {
  auto error = refuse ? refuse(what) : std::nullopt;
  seen.push_back(std::move(what));
  if (!error) return true;
  iron_.loop().after(Millis{1}, [done = std::make_shared<port::Done<T>>(std::move(done)), error = *error] { (*done)(std::unexpected(error)); });
  return false;
}

class WatchedDevices::WatchedChanger final : public port::Changer {
 public:
  explicit WatchedChanger(WatchedDevices& devices) : devices_(devices), inner_(devices.inner_.changer()) {}

  void describe(port::Done<port::ChangerDescription> done) override {
    if (!devices_.pass({emulated::arm, "describe", {}, {}}, done)) return;
    inner_.describe([change = devices_.describes, done = std::move(done)](Result<port::ChangerDescription> said) mutable {
      if (said && change) change(*said);
      done(std::move(said));
    });
  }
  void elements(std::vector<port::ElementRange> ranges, port::Done<port::ElementReport> done) override {
    if (devices_.pass({emulated::arm, "elements", ranges, {}}, done)) inner_.elements(std::move(ranges), std::move(done));
  }
  void move(port::Move what, port::Done<> done) override {
    if (devices_.pass({emulated::arm, "move", {}, what}, done)) inner_.move(what, std::move(done));
  }
  void extend_port(std::uint32_t number, bool extend, port::Done<> done) override {
    if (devices_.pass({{ElementKind::port, number}, extend ? "extend" : "retract", {}, {}}, done)) inner_.extend_port(number, extend, std::move(done));
  }
  void unlock_door(bool unlock, port::Done<> done) override {
    if (devices_.pass({emulated::arm, unlock ? "unlock door" : "lock door", {}, {}}, done)) inner_.unlock_door(unlock, std::move(done));
  }

 private:
  WatchedDevices& devices_;
  port::Changer& inner_;
};

class WatchedDevices::WatchedDrive final : public port::Drive {
 public:
  WatchedDrive(WatchedDevices& devices, std::uint32_t number) : devices_(devices), inner_(devices.inner_.drive(number)), here_{ElementKind::drive, number} {}

  void status(port::Done<port::DriveStatus> done) override {
    if (pass("status", done)) inner_.status(with_reports(late(std::move(done))));
  }
  void load(port::Done<port::DriveStatus> done) override {
    if (pass("load", done)) inner_.load(with_reports(std::move(done)));
  }
  void load(port::Done<port::DriveStatus> done, port::Done<port::Label> label) override { load(then_label(std::move(done), std::move(label))); }
  void read_label(port::Done<port::Label> done) override {
    if (pass("read label", done)) inner_.read_label(with_reports(std::move(done)));
  }
  void write_label(port::LabelOrder order, port::Done<port::Label> done) override {
    if (pass("write label", done)) inner_.write_label(std::move(order), with_reports(std::move(done)));
  }
  void dismount(bool force, port::Done<port::DismountReport> done) override {
    if (pass(force ? "dismount with force" : "dismount", done)) inner_.dismount(force, std::move(done));
  }
  void dismount(bool force, port::Done<port::DismountReport> done, port::Done<port::Label> label) override { dismount(force, then_label(std::move(done), std::move(label))); }
  void unload(bool force, port::Done<port::UnloadReport> done) override {
    if (pass(force ? "unload with force" : "unload", done)) inner_.unload(force, with_reports(std::move(done)));
  }

 private:
  // As a command of its own, which is seen and may be refused.
  template <class T>
  port::Done<T> then_label(port::Done<T> done, port::Done<port::Label> label) {
    return [this, alive = std::weak_ptr(alive_), done = std::move(done), label = std::move(label)](Result<T> result) mutable {
      if (result && !alive.expired()) read_label(std::move(label));
      done(std::move(result));
    };
  }
  template <class T>
  bool pass(std::string what, port::Done<T>& done) {
    return devices_.pass({here_, std::move(what), {}, {}}, done);
  }
  template <class T>
  port::Done<T> with_reports(port::Done<T> done) {
    return [alerts = devices_.alerts_, cartridges = devices_.cartridges_, densities = devices_.densities_, number = here_.number, done = std::move(done)](Result<T> report) mutable {
      if constexpr (requires { report->alerts; })
        if (report) {
          auto const more = std::exchange((*alerts)[number], {});
          report->alerts.insert(report->alerts.end(), more.begin(), more.end());
        }
      if constexpr (requires { report->cartridge; })
        if (report) report->cartridge = (*cartridges)[number];
      if constexpr (requires { report->densities; })
        if (report) report->densities = (*densities)[number];
      done(std::move(report));
    };
  }
  port::Done<port::DriveStatus> late(port::Done<port::DriveStatus> done) {
    if (devices_.status_late == Millis{0}) return done;
    return [&loop = devices_.iron_.loop(), late = devices_.status_late, done = std::move(done)](Result<port::DriveStatus> said) mutable {
      loop.after(late, [done = std::make_shared<port::Done<port::DriveStatus>>(std::move(done)), said = std::move(said)]() mutable { (*done)(std::move(said)); });
    };
  }
  WatchedDevices& devices_;
  port::Drive& inner_;
  Element here_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

class WatchedDevices::NobodyLooks final : public sim::Border {
 public:
  void before_move(std::string const&, port::Move const&) override {}
  void before_load(std::string const&, std::uint32_t) override {}
  void before_label(std::string const&, std::uint32_t, port::LabelOrder const&) override {}
  void before_force(std::string const&, std::uint32_t, std::string const&) override {}
};

WatchedDevices::WatchedDevices(sim::Iron& iron) : iron_(iron), nobody_(std::make_unique<NobodyLooks>()), inner_(iron, *nobody_) {}
WatchedDevices::~WatchedDevices() = default;

port::Changer& WatchedDevices::changer() {
  if (!changer_) changer_ = std::make_unique<WatchedChanger>(*this);
  return *changer_;
}

port::Drive& WatchedDevices::drive(std::uint32_t number) {
  auto& drive = drives_[number];
  if (!drive) drive = std::make_unique<WatchedDrive>(*this, number);
  return *drive;
}

std::size_t WatchedDevices::count(std::string const& what) const {
  return static_cast<std::size_t>(std::ranges::count(seen, what, &Seen::what));
}

std::size_t WatchedDevices::count(std::string const& what, Element device) const {
  return static_cast<std::size_t>(std::ranges::count_if(seen, [&](Seen const& one) { return one.what == what && one.device == device; }));
}

}  // namespace rsm
