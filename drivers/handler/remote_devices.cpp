#include "drivers/handler/remote_devices.hpp"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <map>

#include "drivers/handler/device_name.hpp"
#include "drivers/handler/remote_device.hpp"

namespace rsm::handler {
namespace {

// The completion of a command whose answer is a T.
template <class T>
RemoteDevice::Completion expect(Element device, port::Done<T> done) {
  return [device, done = std::move(done)](Result<Answer> outcome) mutable {
    if (!outcome) return done(std::unexpected(std::move(outcome).error()));
    using Expected = std::conditional_t<std::is_void_v<T>, Nothing, T>;
    auto* answer = std::get_if<Expected>(&*outcome);
    if (answer == nullptr) return done(fail(Errc::device_not_available, device_text(device), "its handler answered something else than what was asked"));
    if constexpr (std::is_void_v<T>)
      done({});
    else
      done(std::move(*answer));
  };
}

class RemoteChanger final : public port::Changer {
 public:
  RemoteChanger(std::shared_ptr<RemoteDevice> device, Element element, DeviceTimes times) : device_(std::move(device)), element_(element), times_(times) {}
  void describe(port::Done<port::ChangerDescription> done) override { device_->submit(Describe{}, times_.status, expect(element_, std::move(done))); }
  void elements(std::vector<port::ElementRange> ranges, port::Done<port::ElementReport> done) override {
    device_->submit(AskElements{std::move(ranges)}, times_.inventory, expect(element_, std::move(done)));
  }
  void move(port::Move what, port::Done<> done) override { device_->submit(MoveCartridge{what}, times_.move, expect(element_, std::move(done))); }
  void extend_port(std::uint32_t number, bool extend, port::Done<> done) override {
    device_->submit(ExtendPort{number, extend}, times_.move, expect(element_, std::move(done)));
  }
  void unlock_door(bool unlock, port::Done<> done) override { device_->submit(UnlockDoor{unlock}, times_.move, expect(element_, std::move(done))); }

 private:
  std::shared_ptr<RemoteDevice> device_;
  Element element_;
  DeviceTimes times_;
};

class RemoteDrive final : public port::Drive {
 public:
  RemoteDrive(std::shared_ptr<RemoteDevice> device, Element element, DeviceTimes times) : device_(std::move(device)), element_(element), times_(times) {}
  void status(port::Done<port::DriveStatus> done) override { device_->submit(AskStatus{}, times_.status, expect(element_, std::move(done))); }
  void load(port::Done<port::DriveStatus> done) override { device_->submit(LoadDrive{}, times_.load, expect(element_, std::move(done))); }
  void load(port::Done<port::DriveStatus> done, port::Done<port::Label> label) override {
    device_->submit({LoadDrive{}, times_.load, expect(element_, std::move(done))}, label_next(std::move(label)));
  }
  void read_label(port::Done<port::Label> done) override { device_->submit(ReadLabel{}, times_.volume, expect(element_, std::move(done))); }
  void write_label(port::LabelOrder order, port::Done<port::Label> done) override {
    device_->submit(WriteLabel{std::move(order)}, times_.volume, expect(element_, std::move(done)));
  }
  void dismount(bool force, port::Done<port::DismountReport> done) override {
    device_->submit(DismountVolume{force}, times_.volume, expect(element_, std::move(done)));
  }
  void dismount(bool force, port::Done<port::DismountReport> done, port::Done<port::Label> label) override {
    device_->submit({DismountVolume{force}, times_.volume, expect(element_, std::move(done))}, label_next(std::move(label)));
  }
  void unload(bool force, port::Done<port::UnloadReport> done) override {
    device_->submit(UnloadDrive{force}, times_.unload, expect(element_, std::move(done)));
  }

 private:
  RemoteDevice::Step label_next(port::Done<port::Label> done) const {
    return {ReadLabel{}, times_.volume, expect(element_, std::move(done))};
  }

  std::shared_ptr<RemoteDevice> device_;
  Element element_;
  DeviceTimes times_;
};

class RemoteDevices final : public port::Devices {
 public:
  RemoteDevices(boost::asio::io_context& context, Loop& loop, Launcher& launcher, std::size_t library, DeviceTimes times)
      : context_(context), loop_(loop), link_(LauncherLink::of(launcher, context, loop)), library_(library), times_(times), changer_(device_of(arm), arm, times) {}
  ~RemoteDevices() override {
    for (auto& [element, device] : devices_) device->close();
  }

  port::Changer& changer() override { return changer_; }

  port::Drive& drive(std::uint32_t number) override {
    Element const element{ElementKind::drive, number};
    auto found = drives_.find(number);
    if (found == drives_.end()) found = drives_.emplace(number, RemoteDrive(device_of(element), element, times_)).first;
    return found->second;
  }

  std::string handler_text(Element device) const override {
    auto const found = devices_.find(device.kind == ElementKind::arm ? arm : device);
    return found == devices_.end() ? "not started" : found->second->handler_text();
  }

  std::vector<port::HandlerFigures> handler_figures() const override {
    std::vector<port::HandlerFigures> all;
    for (auto const& [element, device] : devices_) all.push_back(device->figures());
    return all;
  }

  std::string address(Element device) const override {
    auto const& library = link_->library(library_);
    if (device.kind == ElementKind::arm) return fmt::format("{}:{}", library.driver, library.place.of_library());
    return fmt::format("{}:{}#drive{}", library.driver, library.place.of_library(), device.number);
  }

  void on_lost(std::move_only_function<void(Element, std::string)> callback) override { lost_ = std::move(callback); }
  void on_doubt(std::move_only_function<void(Element)> callback) override { doubt_ = std::move(callback); }

 private:
  static constexpr Element arm{ElementKind::arm, 0};

  std::shared_ptr<RemoteDevice> device_of(Element element) {
    auto& device = devices_[element];
    if (!device) {
      device = std::make_shared<RemoteDevice>(context_, loop_, link_, library_, element, times_);
      device->on_lost([this](Element lost, std::string const& why) {
        if (lost_) lost_(lost, why);
      });
      device->on_doubt([this](Element asked) {
        if (doubt_) doubt_(asked);
      });
    }
    return device;
  }

  boost::asio::io_context& context_;
  Loop& loop_;
  std::shared_ptr<LauncherLink> link_;
  std::size_t library_;
  DeviceTimes times_;
  std::map<Element, std::shared_ptr<RemoteDevice>> devices_;
  RemoteChanger changer_;
  std::map<std::uint32_t, RemoteDrive> drives_;
  std::move_only_function<void(Element, std::string)> lost_;
  std::move_only_function<void(Element)> doubt_;
};

}  // namespace

std::unique_ptr<port::Devices> make_remote_devices(boost::asio::io_context& context, Loop& loop, Launcher& launcher, std::size_t library, DeviceTimes times) {
  return std::make_unique<RemoteDevices>(context, loop, launcher, library, times);
}

}  // namespace rsm::handler
