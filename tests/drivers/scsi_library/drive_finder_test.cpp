// Whose drive stands in an element: by what library and drives say of themselves, never by order, and never by guess.
#include "drivers/scsi_library/drive_finder.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <utility>

#include "drivers/changer/medium_changer.hpp"
#include "drivers/scsi_library/located_drive.hpp"
#include "tests/drivers/changer/scripted_library.hpp"
#include "tests/drivers/scsi/answers.hpp"

namespace rsm::test {
namespace {

using ::testing::HasSubstr;
using handler::DriveOrder;
using scsi_library::DriveFinder;
using scsi_library::FoundDrive;

// What answers at one address.
struct Unit {
  std::uint8_t type = scsi::device_type_tape;
  std::string serial;
};

// A device that tells who it is, and nothing else.
class Teller final : public scsi::Transport {
 public:
  Teller(std::string name, Unit unit) : name_(std::move(name)), unit_(std::move(unit)) {}

  Result<scsi::Answer> send(scsi::Request const& request) override {
    scsi::Reader const command(request.cdb);
    if (command.u8(0) != 0x12) return scsi::Answer{.status = scsi::status_check_condition, .sense = fixed_sense(5, 0x20, 0x00)};
    auto const answer = tell(command.any(1, 1), command.u8(2));
    if (answer.empty()) return scsi::Answer{.status = scsi::status_check_condition, .sense = fixed_sense(5, 0x24, 0x00)};
    std::size_t const sent = std::min(answer.size(), request.in.size());
    std::copy_n(answer.begin(), sent, request.in.begin());
    return scsi::Answer{.transferred = sent};
  }
  std::string const& name() const override { return name_; }

 private:
  Buffer tell(bool page, std::uint8_t number) const {
    if (!page) return bytes(fmt::format("{:02x}80 0602 3d00 0000", unit_.type)) + text_bytes("IBM     ULT3580-TD5     C7R3") + Buffer(32);
    if (number == 0x00) return bytes("0100 0001 80");
    if (number == 0x80) return bytes(fmt::format("0180 00{:02x}", unit_.serial.size())) + text_bytes(unit_.serial);
    return {};
  }

  std::string name_;
  Unit unit_;
};

// The scripted library is the rig's; who opens it gets a way to it.
class Way final : public scsi::Transport {
 public:
  explicit Way(scsi::Transport& to) : to_(to) {}
  Result<scsi::Answer> send(scsi::Request const& request) override { return to_.send(request); }
  std::string const& name() const override { return to_.name(); }

 private:
  scsi::Transport& to_;
};

constexpr char const* place_of_iscsi = "iscsi://host/target/1";

LibraryModel two_drives() {
  LibraryModel model{.id = "two drives", .vendor = "LAB", .product = "VLIB"};
  model.elements = {.transport = {1, 1}, .storage = {0x400, 8}, .import_export = {0x10, 1}, .drive = {0x100, 2}};
  return model;
}

class DriveFinders : public ::testing::Test {
 protected:
  void make(LibraryModel const& model = two_drives()) { library_ = std::make_unique<ScriptedLibrary>(model, clock_); }
  void SetUp() override { make(); }

  void stands(std::uint16_t element, std::string serial) { library_->cells().at(element).serial = std::move(serial); }
  Result<FoundDrive> find(std::uint32_t number, DriveOrder order = DriveOrder::identity) { return finder(order).find(number); }
  DriveFinder finder(DriveOrder order = DriveOrder::identity) {
    handler::HardwarePlace place{.changer = "/dev/changer", .drive_order = order};
    for (auto const& [address, unit] : units_) place.drives.push_back(address);
    return DriveFinder(place, [this](std::string const& address) { return open(address); }, clock_);
  }
  Result<std::unique_ptr<scsi::Transport>> open(std::string const& address) {
    if (address == "/dev/changer") return std::make_unique<Way>(*library_);
    auto const unit = std::ranges::find(units_, address, &std::pair<std::string, Unit>::first);
    if (unit->second.serial == "away") return fail(Errc::resource_not_present, address, "there is no such node");
    ++opened_;
    return std::make_unique<Teller>(address, unit->second);
  }
  std::string why_none(std::uint32_t number, DriveOrder order = DriveOrder::identity) {
    auto const found = find(number, order);
    EXPECT_FALSE(found) << found->address;
    if (found) return {};
    EXPECT_EQ(found.error().code, Errc::device_not_available) << found.error().text();
    return found.error().text();
  }

  VirtualClock clock_;
  std::unique_ptr<ScriptedLibrary> library_;
  std::vector<std::pair<std::string, Unit>> units_{{"/dev/b", {.serial = "DRV0000001"}}, {"/dev/a", {.serial = "DRV0000000"}}};
  int opened_ = 0;
};

TEST_F(DriveFinders, ByWhoTheySayThatTheyAreWhateverTheirOrder) {
  for (std::uint32_t const number : {0u, 1u}) {
    auto const found = find(number);
    ASSERT_TRUE(found) << found.error().text();
    EXPECT_EQ(found->address, number == 0 ? "/dev/a" : "/dev/b");
    EXPECT_EQ(found->type, scsi::device_type_tape);
    EXPECT_EQ(found->identity.product, "ULT3580-TD5");
    EXPECT_EQ(found->transport->name(), found->address);
  }
  EXPECT_EQ(library_->moves(), 0u);
}

TEST_F(DriveFinders, SerialNumbersAreComparedWhole) {
  units_[1].second.serial = "DRV000000";  // begins as the other's
  EXPECT_THAT(why_none(0), HasSubstr("DRV0000000 stands there, and none of the 2 drives"));
  EXPECT_TRUE(find(1));
}

TEST_F(DriveFinders, ADriveThatTheLibraryNamesTwiceIsGivenToNone) {
  stands(0x101, "DRV0000000");
  EXPECT_THAT(why_none(0), HasSubstr("the same drive, DRV0000000, for elements 0 and 1"));
  EXPECT_THAT(why_none(1), HasSubstr("none of them is used"));
}

TEST_F(DriveFinders, AnElementThatTwoAddressesAnswerForHasNone) {
  units_.push_back({"/dev/c", {.serial = "DRV0000001"}});
  EXPECT_THAT(why_none(1), HasSubstr("both /dev/b and /dev/c say that they are DRV0000001; list one of them"));
  EXPECT_TRUE(find(0));
}

TEST_F(DriveFinders, WhatDoesNotAnswerIsNamedWhereNobodyElseDoes) {
  units_[0].second.serial = "away";
  EXPECT_TRUE(find(0)) << "the one that is there does not suffer";
  EXPECT_THAT(why_none(1), HasSubstr("/dev/b: there is no such node"));
}

TEST_F(DriveFinders, WhatIsNoDriveIsNone) {
  units_[0].second.type = scsi::device_type_changer;
  EXPECT_THAT(why_none(1), HasSubstr("/dev/b: IBM ULT3580-TD5 is no drive (device type 08"));
}

TEST_F(DriveFinders, ALibraryThatDoesNotTellWantsAList) {
  auto model = two_drives();
  model.identifiers = false;
  make(model);
  EXPECT_THAT(why_none(0), HasSubstr("drive_order = \"listed\""));
  auto const found = find(0, DriveOrder::listed);
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ(found->address, "/dev/b") << "as the configuration says";
  EXPECT_THAT(why_none(2, DriveOrder::listed), HasSubstr("lists 2 drives"));
}

TEST_F(DriveFinders, AListThatTheLibraryContradictsIsNotFollowed) {
  EXPECT_THAT(why_none(0, DriveOrder::listed), AllOf(HasSubstr("/dev/b for it (serial number DRV0000001)"), HasSubstr("DRV0000000 stands there")));
  std::swap(units_[0], units_[1]);
  EXPECT_EQ(find(0, DriveOrder::listed)->address, "/dev/a");
}

// Some libraries lose the end of their last identifier: a part of a serial number is nobody's.
TEST_F(DriveFinders, AnIdentifierThatWasCutIsNobodys) {
  auto model = two_drives();
  model.bytes_missing = 8;
  make(model);
  EXPECT_TRUE(find(0));
  EXPECT_THAT(why_none(1), HasSubstr("does not say whose drive stands there"));
}

// All who ask through one node of the kernel are one initiator: what the search was told the changer's own process is not told any more.
TEST_F(DriveFinders, AnAttentionThatItTakesAwayFromTheChangerIsToldOnce) {
  changer::MediumChanger changer(std::make_unique<Way>(*library_), clock_);
  ASSERT_TRUE(changer.describe());
  EXPECT_FALSE(changer.take_doubt()) << "who asks for the description asks for everything";
  auto its = finder();
  ASSERT_TRUE(its.find(0));
  EXPECT_FALSE(its.take_doubt());
  for (auto const& [asc, ascq] : {std::pair(0x28u, 0x00u), std::pair(0x28u, 0x01u), std::pair(0x29u, 0x00u), std::pair(0x2Au, 0x01u)}) {
    library_->attention(6, asc, ascq);
    ASSERT_TRUE(its.find(0));
    ASSERT_TRUE(changer.elements({{ElementKind::slot, 0, 1}}));
    EXPECT_FALSE(changer.take_doubt()) << "it does not come to the changer any more";
    EXPECT_TRUE(its.take_doubt()) << asc << "/" << ascq;
    EXPECT_FALSE(its.take_doubt()) << "once";
    library_->attention(6, asc, ascq);
    ASSERT_TRUE(changer.elements({{ElementKind::slot, 0, 1}}));
    EXPECT_TRUE(changer.take_doubt()) << "what the changer's process makes of it: " << asc << "/" << ascq;
    EXPECT_FALSE(changer.take_doubt()) << "once";
  }
  library_->attention(6, 0x28, 0x00);
  ASSERT_TRUE(changer.describe());
  EXPECT_FALSE(changer.take_doubt()) << "everything is asked next";
}

TEST_F(DriveFinders, AnAttentionIsToldAlsoWhereTheDriveIsNotFound) {
  auto its = finder();
  ASSERT_TRUE(its.find(0));
  (void)its.take_doubt();
  stands(0x100, "DRV0000077");
  library_->attention(6, 0x28, 0x00);
  EXPECT_FALSE(its.find(0));
  EXPECT_TRUE(its.take_doubt());
}

TEST_F(DriveFinders, ASessionOfItsOwnTakesNothingAway) {
  handler::HardwarePlace const place{.changer = place_of_iscsi, .drives = {"/dev/b", "/dev/a"}};
  DriveFinder its(place, [this](std::string const& address) -> Result<std::unique_ptr<scsi::Transport>> { return address == place_of_iscsi ? std::make_unique<Way>(*library_) : open(address); }, clock_);
  library_->attention(6, 0x28, 0x00);
  ASSERT_TRUE(its.find(0));
  EXPECT_FALSE(its.take_doubt());
}

class CountingDrive final : public handler::BlockingDrive {
 public:
  explicit CountingDrive(bool& gone) : gone_(gone) {}
  Result<port::DriveStatus> status() override {
    if (gone_) return fail(Errc::device_not_available, "drive", "gone");
    return port::DriveStatus{.full = true};
  }
  Result<port::DriveStatus> load() override { return fail(Errc::not_ready, "drive", "becoming ready"); }
  Result<port::Label> read_label() override { return port::Label{}; }
  Result<port::Label> write_label(port::LabelOrder const& order) override { return port::Label{order.label}; }
  Result<port::DismountReport> dismount(bool force) override { return port::DismountReport{.forced = force}; }
  Result<port::UnloadReport> unload(bool force) override { return port::UnloadReport{.cut_off = force}; }

 private:
  bool& gone_;
};

TEST_F(DriveFinders, ALocatedDriveIsFoundOnceAndAgainAfterItHasGone) {
  bool gone = false, doubt = true;
  std::vector<std::string> made;
  auto const drive = scsi_library::make_located_drive(
      [its = finder()](std::uint32_t number) mutable { return its.find(number); },
      [&](FoundDrive found, std::uint32_t) -> Result<std::unique_ptr<handler::BlockingDrive>> {
        made.push_back(found.address);
        return std::make_unique<CountingDrive>(gone);
      },
      0, [&doubt] { return std::exchange(doubt, false); });
  EXPECT_TRUE(drive->take_doubt());
  EXPECT_FALSE(drive->take_doubt());
  EXPECT_EQ(opened_, 0) << "not before the first question";
  EXPECT_TRUE(drive->status());
  EXPECT_FALSE(drive->load());
  EXPECT_TRUE(drive->read_label());
  EXPECT_TRUE(drive->dismount(true)->forced);
  EXPECT_TRUE(drive->unload(true)->cut_off);
  EXPECT_THAT(made, testing::ElementsAre("/dev/a")) << "another error than that it has gone changes nothing";
  gone = true;
  EXPECT_FALSE(drive->status());
  gone = false;
  stands(0x100, "DRV0000077");  // exchanged
  EXPECT_THAT(drive->status().error().detail, HasSubstr("DRV0000077 stands there"));
  units_.push_back({"/dev/new", {.serial = "DRV0000077"}});
  stands(0x100, "DRV0000000");
  EXPECT_TRUE(drive->status());
  EXPECT_THAT(made, testing::ElementsAre("/dev/a", "/dev/a"));
}

}  // namespace
}  // namespace rsm::test
