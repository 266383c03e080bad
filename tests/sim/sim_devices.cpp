#include "tests/sim/sim_devices.hpp"

#include <algorithm>

namespace rsm::sim {
namespace {

std::string text_of(port::Move const& what) {
  if (what.exchange) return "exchange " + what.from.text() + " and " + what.to.text();
  return "move " + what.from.text() + " to " + what.to.text() + (what.turn ? " turned" : "");
}

template <class T>
std::shared_ptr<Job> job(std::string text, Millis limit, Work<T> work, port::Done<T> done) {
  return std::make_shared<JobOf<T>>(std::move(text), limit, std::move(work), std::move(done));
}

}  // namespace

class SimDevices::SimChanger final : public port::Changer {
 public:
  explicit SimChanger(SimDevices& devices) : devices_(devices), iron_(devices.iron_) {}

  void describe(port::Done<port::ChangerDescription> done) override {
    handler().submit(job<port::ChangerDescription>("describe", iron_.work->times().describe, iron_.work->describe(), with_doubt(std::move(done))));
  }

  void elements(std::vector<port::ElementRange> ranges, port::Done<port::ElementReport> done) override {
    auto answered = [this, alive = std::weak_ptr(alive_), done = with_doubt(std::move(done))](Result<port::ElementReport> result) mutable {
      if (!alive.expired() && result) devices_.doubt_.reset();
      if (!alive.expired() && result) devices_.heard(*result);
      done(std::move(result));
    };
    handler().submit(job<port::ElementReport>("elements", iron_.work->times().elements, iron_.work->elements(ranges), std::move(answered)));
  }

  void move(port::Move what, port::Done<> done) override {
    if (devices_.doubt_) iron_.history().violation(iron_.library + ": a move although nobody asked where the last one ended");
    if (moving_) iron_.history().violation(iron_.library + ": the arm is sent from " + what.from.text() + " to " + what.to.text() + " while it is on another way");
    moving_ = true;
    devices_.border_.before_move(iron_.library, what);
    devices_.check_against_told(what);
    auto judged = [this, what, alive = std::weak_ptr(alive_), done = with_doubt(std::move(done))](Result<> result) mutable {
      if (!alive.expired()) moving_ = false;
      if (!alive.expired() && !result) devices_.doubt_ = what;
      if (!alive.expired() && !result && what.from.kind == ElementKind::drive) iron_.failed(what.from.number, true);  // or it holds what it should give back
      if (!alive.expired() && !result && what.to.kind == ElementKind::drive) iron_.not_reached(what.to.number, what.from);
      if (!alive.expired()) devices_.told_full_.erase(what.from), devices_.told_full_.erase(what.to);
      done(std::move(result));
    };
    handler().submit(job<void>(text_of(what), iron_.work->times().move, iron_.work->move(what), std::move(judged)));
  }

  void extend_port(std::uint32_t number, bool extend, port::Done<> done) override {
    if (extend || iron_.hardware.state().ports.at(number).extended) std::erase_if(devices_.told_full_, [](auto const& told) { return told.first.kind == ElementKind::port; });  // a person may be at it
    std::string const text = (extend ? "extend port " : "retract port ") + std::to_string(number);
    handler().submit(job<void>(text, iron_.work->times().port, iron_.work->extend_port(number, extend), with_doubt(std::move(done))));
  }

  void unlock_door(bool unlock, port::Done<> done) override {
    if (unlock) devices_.told_full_.clear();  // a person may be at everything
    handler().submit(job<void>(unlock ? "unlock the door" : "lock the door", iron_.work->times().port, iron_.work->unlock_door(unlock), with_doubt(std::move(done))));
  }

 private:
  Handler& handler() { return devices_.handler_of(emulated::arm); }
  template <class T>
  port::Done<T> with_doubt(port::Done<T> done) {
    return [this, alive = std::weak_ptr(alive_), done = std::move(done)](Result<T> result) mutable {
      bool const doubt = !alive.expired() && iron_.work->take_doubt();
      if (doubt) iron_.history().count("changer.doubt");
      if (doubt && devices_.told_of_doubt_) devices_.told_of_doubt_(emulated::arm);
      done(std::move(result));
    };
  }
  SimDevices& devices_;
  Iron& iron_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  bool moving_ = false;  // a move has been sent and is not answered
};

class SimDevices::SimDrive final : public port::Drive {
 public:
  SimDrive(SimDevices& devices, std::uint32_t number) : devices_(devices), number_(number) {}

  void status(port::Done<port::DriveStatus> done) override {
    submit<port::DriveStatus>("status", times().status, work().status(number_), std::move(done));
  }
  void load(port::Done<port::DriveStatus> done) override {
    doubtless("load");
    devices_.border_.before_load(devices_.iron_.library, number_);
    submit<port::DriveStatus>("load", times().load, work().load(number_), std::move(done));
  }
  void load(port::Done<port::DriveStatus> done, port::Done<port::Label> label) override {
    doubtless("load");
    devices_.border_.before_load(devices_.iron_.library, number_);
    submit<port::DriveStatus>("load", times().load, work().load(number_), std::move(done), label_next(std::move(label)));
  }
  void read_label(port::Done<port::Label> done) override {
    submit<port::Label>("read label", times().volume, work().read_label(number_), std::move(done));
  }
  void write_label(port::LabelOrder order, port::Done<port::Label> done) override {
    doubtless("write label");
    devices_.border_.before_label(devices_.iron_.library, number_, order);
    submit<port::Label>("write label", times().volume, work().write_label(number_, order), std::move(done));
  }
  void dismount(bool force, port::Done<port::DismountReport> done) override {
    if (force) devices_.border_.before_force(devices_.iron_.library, number_, "dismount");
    submit<port::DismountReport>(force ? "dismount with force" : "dismount", times().volume, work().dismount(number_, force), std::move(done));
  }
  void dismount(bool force, port::Done<port::DismountReport> done, port::Done<port::Label> label) override {
    if (force) devices_.border_.before_force(devices_.iron_.library, number_, "dismount");
    submit<port::DismountReport>(force ? "dismount with force" : "dismount", times().volume, work().dismount(number_, force),
                                 std::move(done), label_next(std::move(label)));
  }
  void unload(bool force, port::Done<port::UnloadReport> done) override {
    if (force) devices_.border_.before_force(devices_.iron_.library, number_, "unload");
    submit<port::UnloadReport>(force ? "unload with force" : "unload", times().unload, work().unload(number_, force), std::move(done));
  }

 private:
  void doubtless(std::string const& what) {
    Element const here{ElementKind::drive, number_};
    if (devices_.doubt_ && devices_.doubt_->to == here) devices_.iron_.history().violation(devices_.iron_.library + ": " + what + " although nobody asked where the last move ended");
  }
  DeviceWork& work() { return *devices_.iron_.work; }
  WorkTimes times() { return work().times(); }
  template <class T>
  void submit(std::string text, Millis limit, Work<T> work, port::Done<T> done, std::shared_ptr<Job> then = nullptr) {
    if (!devices_.iron_.plugged) {
      auto const gone = [done = std::make_shared<port::Done<T>>(std::move(done))] { (*done)(fail(Errc::device_not_available, "drive 0", "there is no such node")); };
      devices_.iron_.loop().after(Millis{1}, gone);
      return;
    }
    bool const keeps = text.starts_with("unload") || text.starts_with("dismount"), loads = text == "load";
    auto asked = job<T>(std::move(text), limit, std::move(work), counted<T>(keeps, loads, std::move(done)));
    asked->then = std::move(then);
    devices_.handler_of({ElementKind::drive, number_}).submit(std::move(asked));
  }
  std::shared_ptr<Job> label_next(port::Done<port::Label> done) {
    return job<port::Label>("read label", times().volume, work().read_label(number_), counted<port::Label>(false, false, std::move(done)));
  }
  template <class T>
  port::Done<T> counted(bool keeps, bool loads, port::Done<T> done) {
    return [&iron = devices_.iron_, number = number_, keeps, loads, done = std::move(done)](Result<T> result) mutable {
      if (!result && (result.error().code != Errc::busy || loads)) iron.failed(number, keeps);
      done(std::move(result));
    };
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

void SimDevices::heard(port::ElementReport const& report) {
  for (auto const& status : report.elements) {
    bool const says_nothing = !status.full && !status.accessible && status.exception;
    if (status.element.kind == ElementKind::drive && !says_nothing) drives_told_of_.insert(status.element.number);
    if (status.element.kind == ElementKind::drive) iron_.stickers_told[status.element.number] = status.barcode;
    if (status.accessible && !status.exception)
      told_full_[status.element] = status.full;
    else
      told_full_.erase(status.element);
  }
}

void SimDevices::check_against_told(port::Move const& what) {
  auto const told = [&](Element element, bool full) {
    auto const at = told_full_.find(element);
    return at != told_full_.end() && at->second == full;
  };
  for (auto const& end : {what.from, what.to})
    if (end.kind == ElementKind::drive && !drives_told_of_.contains(end.number)) iron_.history().violation(iron_.library + ": " + text_of(what) + " although the library has not said what is in " + end.text());
  if (told(what.from, false)) iron_.history().violation(iron_.library + ": " + text_of(what) + " although the library had said that there is nothing in its source");
  if (what.exchange && told(what.to, false)) iron_.history().violation(iron_.library + ": " + text_of(what) + " although the library had said that there is nothing in one of them");
  if (!what.exchange && what.from != what.to && told(what.to, true)) iron_.history().violation(iron_.library + ": " + text_of(what) + " although the library had said that its destination is full");
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
