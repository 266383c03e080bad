#include "drivers/scsi_library/scsi_library.hpp"

#include <fmt/format.h>

#include <optional>

#include "drivers/block/block_device.hpp"
#include "drivers/block/busy_report.hpp"
#include "drivers/changer/medium_changer.hpp"
#include "drivers/disk/node_drive.hpp"
#include "drivers/disk/transport_drive.hpp"
#include "drivers/scsi/open_transport.hpp"
#include "drivers/scsi_library/kernel_nodes.hpp"
#include "drivers/scsi_library/located_drive.hpp"
#include "drivers/scsi_library/standalone_drive.hpp"
#include "drivers/tape/tape_drive.hpp"

namespace rsm::scsi_library {
namespace {

std::string drive_name(std::uint32_t number) { return fmt::format("drive {}", number); }

// How the devices of one library are opened: the CHAP file is read at every opening, so a secret that was changed needs no restart.
class Ways {
 public:
  explicit Ways(handler::HardwarePlace const& place) : chap_file_(place.chap_file) {}

  // Whatever keeps a device from being reached: it is not available, and the sentence says why.
  Result<std::unique_ptr<scsi::Transport>> operator()(std::string const& text) const {
    auto transport = open(text);
    if (!transport && transport.error().code != Errc::timeout) return fail(Errc::device_not_available, text, transport.error().sentence());
    return transport;
  }

 private:
  Result<std::unique_ptr<scsi::Transport>> open(std::string const& text) const {
    RSM_TRY(auto const address, scsi::DeviceAddress::parse(text));
    if (auto const* node = address.node()) {
      RSM_TRY(auto const nodes, kernel_nodes(node->path));
      RSM_TRY(auto const commands, scsi::DeviceAddress::parse(nodes.commands));
      return scsi::open_transport(commands);
    }
    scsi::IscsiOptions options;
    if (!chap_file_.empty()) {
      RSM_TRY(options.chap, scsi::read_chap_file(chap_file_));
    }
    return scsi::open_transport(address, options);
  }

  std::string chap_file_;
};

// Opened at the first question, and again after it has gone.
class ReopenedChanger final : public handler::BlockingChanger {
 public:
  explicit ReopenedChanger(handler::HardwarePlace const& place) : address_(place.changer), media_type_(place.media_type), ways_(place) {}

  Result<port::ChangerDescription> describe() override {
    auto description = ask<port::ChangerDescription>([](auto& changer) { return changer.describe(); });
    if (description) description->media_type_code = media_type_;
    return description;
  }
  Result<port::ElementReport> elements(std::vector<port::ElementRange> const& ranges) override {
    return ask<port::ElementReport>([&](auto& changer) { return changer.elements(ranges); });
  }
  Result<> move(port::Move const& what) override {
    return ask<void>([&](auto& changer) { return changer.move(what); });
  }
  Result<> extend_port(std::uint32_t number, bool extend) override {
    return ask<void>([&](auto& changer) { return changer.extend_port(number, extend); });
  }
  Result<> unlock_door(bool unlock) override {
    return ask<void>([&](auto& changer) { return changer.unlock_door(unlock); });
  }
  bool take_doubt() override { return std::exchange(doubt_, false); }

 private:
  template <class T, class Call>
  Result<T> ask(Call call) {
    if (!changer_) {
      RSM_TRY(auto transport, ways_(address_));
      changer_.emplace(std::move(transport));
    }
    auto answer = call(*changer_);
    doubt_ = changer_->take_doubt() || doubt_;
    if (!answer && answer.error().code == Errc::device_not_available) changer_.reset();
    return answer;
  }

  std::string address_;
  std::uint32_t media_type_;
  Ways ways_;
  std::optional<changer::MediumChanger> changer_;
  bool doubt_ = false;
};

Result<std::unique_ptr<handler::BlockingDrive>> make_tape(FoundDrive found, std::uint32_t number) {
  tape::TapeOptions options{.name = drive_name(number), .client_path = found.address};
  if (found.address.starts_with('/')) {
    RSM_TRY(auto const nodes, kernel_nodes(found.address));
    options.client_path = nodes.client;
    if (nodes.tape != 0) options.in_use = [tape = nodes.tape] { return block::holders_text(block::find_tape_holders(tape).holders); };
  }
  return tape::make_tape_drive(std::move(found.transport), std::move(options));
}

Result<std::unique_ptr<handler::BlockingDrive>> make_disk(FoundDrive found, std::uint32_t number) {
  if (found.address.starts_with('/')) {
    RSM_TRY(auto const nodes, kernel_nodes(found.address));
    if (nodes.block) {
      found.transport.reset();  // a disk's door is locked for as long as one has it open
      RSM_TRY(auto device, block::find_block_device(nodes.client));
      return disk::make_node_drive(std::move(device), {.object = drive_name(number), .path = nodes.client, .identity = std::move(found.identity)});
    }
  }
  return disk::make_transport_drive(std::move(found.transport), {.object = drive_name(number), .client_path = found.address, .identity = std::move(found.identity)});
}

Result<std::unique_ptr<handler::BlockingDrive>> make_drive(FoundDrive found, std::uint32_t number) {
  return found.type == scsi::device_type_tape ? make_tape(std::move(found), number) : make_disk(std::move(found), number);
}

}  // namespace

Result<std::unique_ptr<handler::BlockingChanger>> make_scsi_changer(handler::HardwarePlace const& place) {
  RSM_CHECK(scsi::DeviceAddress::parse(place.changer));
  return std::make_unique<ReopenedChanger>(place);
}

Result<std::unique_ptr<handler::BlockingDrive>> make_scsi_drive(handler::HardwarePlace const& place, std::uint32_t number) {
  RSM_CHECK(scsi::DeviceAddress::parse(place.changer));
  auto const finder = std::make_shared<DriveFinder>(place, Ways(place), scsi::real_clock());
  return make_located_drive([finder](std::uint32_t wanted) { return finder->find(wanted); }, make_drive, number, [finder] { return finder->take_doubt(); });
}

Result<std::unique_ptr<handler::BlockingDrive>> make_standalone_drive(handler::HardwarePlace const& place) {
  if (place.drives.size() != 1) return fail(Errc::invalid_parameter, "drive", "a stand-alone library has one");
  RSM_CHECK(scsi::DeviceAddress::parse(place.drives.front()));
  auto const find = [address = place.drives.front(), open = Ways(place)](std::uint32_t) { return find_standalone_drive(address, open, scsi::real_clock()); };
  return make_located_drive(find, make_drive, 0);
}

}  // namespace rsm::scsi_library
