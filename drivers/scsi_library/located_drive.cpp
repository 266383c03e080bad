#include "drivers/scsi_library/located_drive.hpp"

namespace rsm::scsi_library {
namespace {

class LocatedDrive final : public handler::BlockingDrive {
 public:
  LocatedDrive(FindDrive find, MakeDrive make, std::uint32_t number, std::function<bool()> take_doubt)
      : find_(std::move(find)), make_(std::move(make)), number_(number), take_doubt_(std::move(take_doubt)) {}

  Result<port::DriveStatus> status() override {
    return ask<port::DriveStatus>([](auto& drive) { return drive.status(); });
  }
  Result<port::DriveStatus> load() override {
    return ask<port::DriveStatus>([](auto& drive) { return drive.load(); });
  }
  Result<port::Label> read_label() override {
    return ask<port::Label>([](auto& drive) { return drive.read_label(); });
  }
  Result<port::Label> write_label(port::LabelOrder const& order) override {
    return ask<port::Label>([&order](auto& drive) { return drive.write_label(order); });
  }
  Result<port::DismountReport> dismount(bool force) override {
    return ask<port::DismountReport>([force](auto& drive) { return drive.dismount(force); });
  }
  Result<port::UnloadReport> unload(bool force) override {
    return ask<port::UnloadReport>([force](auto& drive) { return drive.unload(force); });
  }
  bool take_doubt() override { return take_doubt_(); }

 private:
  template <class T, class Call>
  Result<T> ask(Call call) {
    if (drive_ && gone()) drive_.reset();
    if (!drive_) {
      RSM_TRY(FoundDrive found, find_(number_));
      there_ = found.still_there;
      RSM_TRY(drive_, make_(std::move(found), number_));
    }
    auto answer = call(*drive_);
    if (!answer && gone()) {
      drive_.reset();
      return fail(Errc::device_not_available, answer.error().object, "it has gone: " + answer.error().sentence());
    }
    if (!answer && answer.error().code == Errc::device_not_available) drive_.reset();
    return answer;
  }

  bool gone() const { return there_ && !there_(); }

  FindDrive find_;
  MakeDrive make_;
  std::uint32_t number_;
  std::function<bool()> take_doubt_;
  std::function<bool()> there_;
  std::unique_ptr<handler::BlockingDrive> drive_;
};

}  // namespace

std::unique_ptr<handler::BlockingDrive> make_located_drive(FindDrive find, MakeDrive make, std::uint32_t number, std::function<bool()> take_doubt) {
  return std::make_unique<LocatedDrive>(std::move(find), std::move(make), number, std::move(take_doubt));
}

}  // namespace rsm::scsi_library
