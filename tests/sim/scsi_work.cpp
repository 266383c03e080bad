// The drivers of real changers and tape drives, on a scripted library, as the work of handlers.
#include "tests/sim/scsi_work.hpp"

#include <algorithm>

#include "drivers/changer/medium_changer.hpp"
#include "drivers/tape/tape_drive.hpp"
#include "tests/sim/scsi_iron.hpp"

namespace rsm::sim {
namespace {

constexpr std::uint32_t media_type_tape = 0x56;  // LTO Ultrium, as the configuration of the library has it

class ScsiWork final : public DeviceWork {
 public:
  ScsiWork(Iron& iron, ScsiMix mix) : iron_(iron), devices_(iron, std::move(mix)) {}

  WorkTimes times() const override { return {}; }

  Work<port::ChangerDescription> describe() override {
    return by_changer<port::ChangerDescription>(times().describe, [](auto& changer) {
      auto description = changer.describe();
      if (description) description->media_type_code = media_type_tape;
      return description;
    });
  }
  Work<port::ElementReport> elements(std::vector<port::ElementRange> const& ranges) override {
    return by_changer<port::ElementReport>(times().elements, [ranges](auto& changer) { return changer.elements(ranges); });
  }
  Work<void> move(port::Move const& what) override {
    return by_changer<void>(times().move, [what](auto& changer) { return changer.move(what); });
  }
  Work<void> extend_port(std::uint32_t number, bool extend) override {
    return by_changer<void>(times().port, [number, extend](auto& changer) { return changer.extend_port(number, extend); });
  }
  Work<void> unlock_door(bool unlock) override {
    return by_changer<void>(times().port, [unlock](auto& changer) { return changer.unlock_door(unlock); });
  }

  Work<port::DriveStatus> status(std::uint32_t drive) override {
    return by_drive<port::DriveStatus>(drive, times().status, [](auto& driver) { return driver.status(); });
  }
  Work<port::DriveStatus> load(std::uint32_t drive) override {
    return by_drive<port::DriveStatus>(drive, times().load, [](auto& driver) { return driver.load(); },
                                       [this, drive](Volume&) { iron_.came_online(drive); });
  }
  Work<port::Label> read_label(std::uint32_t drive) override {
    return by_drive<port::Label>(drive, times().volume, [](auto& driver) { return driver.read_label(); });
  }
  Work<port::Label> write_label(std::uint32_t drive, port::LabelOrder const& order) override {
    return by_drive<port::Label>(drive, times().volume, [order](auto& driver) { return driver.write_label(order); });
  }
  Work<port::DismountReport> dismount(std::uint32_t drive, bool force) override {
    return by_drive<port::DismountReport>(drive, times().volume, [force](auto& driver) { return driver.dismount(force); },
                                          [](Volume& volume) { volume.offline = true; });
  }
  Work<port::UnloadReport> unload(std::uint32_t drive, bool force) override {
    return by_drive<port::UnloadReport>(drive, times().unload, [force](auto& driver) { return driver.unload(force); }, [](Volume& volume) { volume = {}; });
  }

  // A new process begins with nothing in its memory. A tape is protected by nobody.
  void handler_gone(Element device) override {
    if (device == emulated::arm)
      changer_.reset();
    else
      drives_.erase(device.number);
  }
  Omid new_label(std::string const&, std::uint32_t) override { return devices_.new_label(); }
  bool spoil(SeededRandom& random) override {
    devices_.spoil(random);
    return true;
  }
  void touched(SeededRandom& random) override { devices_.touched(random); }
  void heal() override { devices_.heal(); }
  bool take_doubt() override { return changer_ && changer_->take_doubt(); }
  bool tells_of_open_ports() const override { return false; }
  bool has_lied(std::uint32_t drive) const override { return devices_.has_lied(drive); }

 private:
  // All of it is carried out at once; its outcome is there when the clock of the device says so.
  template <class T, class Call>
  Work<T> carry_out(Element device, Millis limit, Call call) {
    return [this, device, killed_at = iron_.now() + limit, call, outcome = std::optional<Result<T>>(), end = TimePoint{}]() mutable -> Step<T> {
      if (!outcome) {
        devices_.begin(device, killed_at);
        outcome = call();
        end = devices_.time_at(device);
      }
      if (iron_.now() < end) return Wait{end};
      return *outcome;
    };
  }

  // After an error that says that the device is not there it is opened anew.
  template <class T, class Call>
  Work<T> by_changer(Millis limit, Call call) {
    return carry_out<T>(emulated::arm, limit, [this, call] {
      if (!changer_) changer_ = std::make_unique<changer::MediumChanger>(devices_.way_to(emulated::arm), devices_.clock(emulated::arm));
      Result<T> outcome = call(*changer_);
      if (!outcome && outcome.error().code == Errc::device_not_available) changer_.reset();
      return outcome;
    });
  }

  static void leaves_as_it_is(Volume&) {}
  template <class T, class Call, class Then = void (*)(Volume&)>
  Work<T> by_drive(std::uint32_t number, Millis limit, Call call, Then then = leaves_as_it_is) {
    auto work = carry_out<T>({ElementKind::drive, number}, limit, [this, number, call] {
      Result<T> outcome = call(driver_of(number));
      if (!outcome && outcome.error().code == Errc::device_not_available) drives_.erase(number);
      return outcome;
    });
    return [this, number, then, work = std::move(work)]() -> Step<T> {
      auto step = work();
      if (auto const* outcome = std::get_if<Result<T>>(&step); outcome != nullptr && *outcome) then(iron_.volumes[number]);
      return step;
    };
  }

  handler::BlockingDrive& driver_of(std::uint32_t number) {
    auto& driver = drives_[number];
    if (driver) return *driver;
    Element const device{ElementKind::drive, number};
    tape::TapeOptions options{.name = device.text(), .client_path = "/sim/" + iron_.library + "/drive" + std::to_string(number)};
    options.in_use = [this, number] {
      std::string holders;
      for (auto const& holder : iron_.volumes[number].holders) holders += (holders.empty() ? "" : ", ") + holder;
      return holders;
    };
    driver = tape::make_tape_drive(devices_.way_to(device), std::move(options), devices_.clock(device));
    return *driver;
  }

  Iron& iron_;
  ScsiIron devices_;
  std::unique_ptr<changer::MediumChanger> changer_;
  std::map<std::uint32_t, std::unique_ptr<handler::BlockingDrive>> drives_;
};

}  // namespace

std::unique_ptr<DeviceWork> make_scsi_work(Iron& iron, ScsiMix mix) { return std::make_unique<ScsiWork>(iron, std::move(mix)); }

}  // namespace rsm::sim
