#include "drivers/standalone/standalone_devices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace rsm::standalone {
namespace {

constexpr Element the_drive{ElementKind::drive, 0};

// Told once, and not handed over yet.
struct Kept {
  std::vector<Alert> alerts;
  bool medium_changed = false;
};

}  // namespace

// The drive, with what it said when it was asked as a changer.
class StandaloneDevices::Drive final : public port::Drive {
 public:
  explicit Drive(port::Drive& drive) : drive_(drive) {}

  void status(port::Done<port::DriveStatus> done) override {
    drive_.status([kept = kept_, done = std::move(done)](Result<port::DriveStatus> status) mutable {
      if (status) {
        auto told = std::exchange(*kept, {});
        status->alerts.insert(status->alerts.begin(), std::make_move_iterator(told.alerts.begin()), std::make_move_iterator(told.alerts.end()));
        status->medium_changed = status->medium_changed || told.medium_changed;
      }
      done(std::move(status));
    });
  }
  void load(port::Done<port::DriveStatus> done) override { drive_.load(std::move(done)); }
  void load(port::Done<port::DriveStatus> done, port::Done<port::Label> label) override { drive_.load(std::move(done), std::move(label)); }
  void read_label(port::Done<port::Label> done) override { drive_.read_label(std::move(done)); }
  void write_label(port::LabelOrder order, port::Done<port::Label> done) override { drive_.write_label(std::move(order), std::move(done)); }
  void dismount(bool force, port::Done<port::DismountReport> done) override { drive_.dismount(force, std::move(done)); }
  void dismount(bool force, port::Done<port::DismountReport> done, port::Done<port::Label> label) override {
    drive_.dismount(force, std::move(done), std::move(label));
  }
  void unload(bool force, port::Done<port::UnloadReport> done) override { drive_.unload(force, std::move(done)); }

  // `told`: what is made of the status, for whoever does not want to hear the rest of it.
  template <class T, class Make>
  void ask(port::Done<T> done, Make told) {
    drive_.status([kept = kept_, done = std::move(done), told = std::move(told)](Result<port::DriveStatus> status) mutable {
      if (!status) return done(std::unexpected(std::move(status).error()));
      std::ranges::move(std::exchange(status->alerts, {}), std::back_inserter(kept->alerts));
      kept->medium_changed = kept->medium_changed || status->medium_changed;
      done(told(*status));
    });
  }

 private:
  port::Drive& drive_;
  std::shared_ptr<Kept> kept_ = std::make_shared<Kept>();  // answers may outlive it
};

class StandaloneDevices::Nobody final : public port::Changer {
 public:
  Nobody(StandaloneDevices& devices, std::uint32_t media_type) : devices_(devices), media_type_(media_type) {}

  void describe(port::Done<port::ChangerDescription> done) override {
    devices_.drive_->ask(std::move(done), [type = media_type_](port::DriveStatus const& status) {
      port::ChangerDescription description;
      static_cast<DeviceIdentity&>(description) = status;
      description.elements = {{ElementKind::drive, 0, 1}};
      description.media_type_code = type;
      return description;
    });
  }

  void elements(std::vector<port::ElementRange> ranges, port::Done<port::ElementReport> done) override {
    devices_.drive_->ask(std::move(done), [ranges = std::move(ranges)](port::DriveStatus const& status) -> Result<port::ElementReport> {
      port::ElementReport report;
      for (auto const& range : ranges) {
        if (range.kind != ElementKind::drive || range.first != 0 || range.count != 1)
          return fail(Errc::resource_not_present, fmt::format("{} {}", word(range.kind), range.first), "a stand-alone library has one drive and nothing else");
        port::ElementStatus drive{.element = the_drive, .full = status.full};
        drive.drive_serial = status.serial;
        report.elements.push_back(std::move(drive));
      }
      return report;
    });
  }

  void move(port::Move, port::Done<> done) override { refuse(std::move(done)); }
  void extend_port(std::uint32_t, bool, port::Done<> done) override { refuse(std::move(done)); }
  void unlock_door(bool, port::Done<> done) override { refuse(std::move(done)); }

 private:
  // The answer comes later, as every one: with that of the drive.
  void refuse(port::Done<> done) {
    devices_.drive_->ask(std::move(done), [](port::DriveStatus const&) -> Result<> { return fail(Errc::not_supported, "changer", "a stand-alone library has none"); });
  }

  StandaloneDevices& devices_;
  std::uint32_t media_type_;
};

StandaloneDevices::StandaloneDevices(port::Devices& inner, Options options)
    : inner_(inner), options_(std::move(options)), drive_(std::make_unique<Drive>(inner_.drive(0))), nobody_(std::make_unique<Nobody>(*this, options_.media_type)) {}
StandaloneDevices::~StandaloneDevices() = default;

port::Changer& StandaloneDevices::changer() { return *nobody_; }
port::Drive& StandaloneDevices::drive(std::uint32_t) { return *drive_; }

std::string StandaloneDevices::handler_text(Element) const { return inner_.handler_text(the_drive); }

std::vector<port::HandlerFigures> StandaloneDevices::handler_figures() const {
  auto figures = inner_.handler_figures();
  std::erase_if(figures, [](auto const& one) { return one.device != the_drive; });
  return figures;
}

void StandaloneDevices::hint(port::DriveHint hint) {
  if (hinted_) hinted_(hint);
}

}  // namespace rsm::standalone
