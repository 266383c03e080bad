// Which drive is given to which changer: by what both say, never where two claim it, by their order only where nothing else can be meant.
#include "drivers/discovery/plan.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>

namespace rsm::test {
namespace {

using discovery::make_plan;
using discovery::Plan;
using discovery::SeenChanger;
using discovery::SeenDrive;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

scsi::Designator claim(std::string_view serial) {
  auto const bytes = std::as_bytes(std::span(serial));
  return {.code_set = scsi::Designator::ascii, .type = scsi::Designator::vendor_own, .bytes = {bytes.begin(), bytes.end()}};
}

SeenDrive drive(std::string serial, std::string address, std::string place = "host 3", std::uint64_t order = 0) {
  SeenDrive seen;
  static_cast<DeviceIdentity&>(seen.shown) = {.vendor = "IBM", .product = "ULT3580-TD5", .serial = std::move(serial), .revision = "1"};
  seen.shown.kind = "tape";
  seen.shown.address = std::move(address);
  seen.place = std::move(place);
  seen.order = order;
  return seen;
}

SeenChanger changer(std::string serial, std::vector<std::string> const& told, std::string place = "host 3") {
  SeenChanger seen;
  static_cast<DeviceIdentity&>(seen.shown) = {.vendor = "IBM", .product = "3573-TL", .serial = serial, .revision = "1"};
  seen.shown.kind = "changer";
  seen.shown.address = "/dev/tape/by-id/scsi-" + serial;
  seen.place = std::move(place);
  seen.asked = true;
  seen.drives = static_cast<std::uint32_t>(told.size());
  for (std::uint32_t i = 0; i < told.size(); ++i)
    if (!told[i].empty()) seen.claims.emplace(i, claim(told[i]));
  return seen;
}

std::vector<std::string> given(discovery::FoundLibrary const& library) {
  std::vector<std::string> addresses;
  for (auto const& element : library.elements) addresses.push_back(element.address);
  return addresses;
}
std::string notes(discovery::FoundLibrary const& library) {
  std::string all;
  for (auto const& note : library.notes) all += note + "\n";
  return all;
}

TEST(Plans, ADriveIsWhereTheLibraryNamesItWhateverTheOrder) {
  auto const plan = make_plan({changer("L1", {"D0", "D1"})}, {drive("D1", "/dev/b"), drive("D0", "/dev/a", "host 9")});
  ASSERT_EQ(plan.libraries.size(), 1u);
  EXPECT_EQ(given(plan.libraries[0]), (std::vector<std::string>{"/dev/a", "/dev/b"}));
  EXPECT_EQ(plan.libraries[0].drive_order, "identity");
  EXPECT_TRUE(plan.libraries[0].usable);
  EXPECT_THAT(plan.libraries[0].notes, IsEmpty());
  EXPECT_THAT(plan.loose, IsEmpty());
}

TEST(Plans, ADriveThatTwoChangersClaimIsGivenToNone) {
  auto const plan = make_plan({changer("L1", {"D0"}), changer("L2", {"D0"})}, {drive("D0", "/dev/a")});
  ASSERT_EQ(plan.libraries.size(), 2u);
  for (auto const& library : plan.libraries) {
    EXPECT_EQ(given(library), std::vector<std::string>{""});
    EXPECT_THAT(notes(library), HasSubstr("drive 0 (D0): IBM 3573-TL L1 (/dev/tape/by-id/scsi-L1) and IBM 3573-TL L2"));
    EXPECT_THAT(notes(library), HasSubstr("no drive is given to this library"));
  }
  ASSERT_EQ(plan.loose.size(), 1u);
  EXPECT_THAT(plan.loose[0].reason, HasSubstr("claim it: it is given to none"));
}

TEST(Plans, ADriveThatNobodyNamesStandsAlone) {
  auto const plan = make_plan({changer("L1", {"D0"})}, {drive("D0", "/dev/a"), drive("D9", "/dev/z")});
  ASSERT_EQ(plan.loose.size(), 1u);
  EXPECT_EQ(plan.loose[0].drive.serial, "D9");
  EXPECT_THAT(plan.loose[0].reason, HasSubstr("no changer names it"));
}

TEST(Plans, TwoElementsOfOneDriveAreGivenNone) {
  auto const plan = make_plan({changer("L1", {"D0", "D0"})}, {drive("D0", "/dev/a")});
  EXPECT_EQ(given(plan.libraries[0]), (std::vector<std::string>{"", ""}));
  EXPECT_THAT(notes(plan.libraries[0]), HasSubstr("the same drive for the elements 0 and 1"));
}

TEST(Plans, OneLeftOverIsTheOneThatTheLibraryDoesNotTell) {
  auto const plan = make_plan({changer("L1", {"D0", ""})}, {drive("D1", "/dev/b", "host 3", 2), drive("D0", "/dev/a", "host 3", 1)});
  EXPECT_EQ(given(plan.libraries[0]), (std::vector<std::string>{"/dev/a", "/dev/b"}));
  EXPECT_EQ(plan.libraries[0].drive_order, "listed");
  EXPECT_THAT(plan.libraries[0].elements[1].reason, HasSubstr("the only one left"));
  EXPECT_THAT(plan.libraries[0].notes, IsEmpty());
}

TEST(Plans, SeveralLeftOverAreTakenInTheirOrderAndThatIsSaid) {
  auto const plan = make_plan({changer("L1", {"", ""})}, {drive("D1", "/dev/b", "host 3", 2), drive("D0", "/dev/a", "host 3", 1)});
  EXPECT_EQ(given(plan.libraries[0]), (std::vector<std::string>{"/dev/a", "/dev/b"}));
  EXPECT_EQ(plan.libraries[0].drive_order, "listed");
  EXPECT_THAT(notes(plan.libraries[0]), HasSubstr("a guess by their addresses"));
}

TEST(Plans, NothingIsGuessedWhereTheNumbersDiffer) {
  for (auto const& drives : {std::vector{drive("D1", "/dev/b")}, std::vector{drive("D1", "/dev/b"), drive("D2", "/dev/c"), drive("D3", "/dev/d")}}) {
    auto const plan = make_plan({changer("L1", {"", ""})}, drives);
    EXPECT_EQ(given(plan.libraries[0]), (std::vector<std::string>{"", ""}));
    EXPECT_EQ(plan.libraries[0].drive_order, "identity");
    EXPECT_EQ(plan.loose.size(), drives.size());
    EXPECT_THAT(notes(plan.libraries[0]), HasSubstr("list the drives by hand"));
  }
}

TEST(Plans, NothingIsGuessedFromAnotherPlaceNorWhereTwoLibrariesWantIt) {
  EXPECT_EQ(given(make_plan({changer("L1", {""})}, {drive("D0", "/dev/a", "host 4")}).libraries[0]), std::vector<std::string>{""});
  auto const plan = make_plan({changer("L1", {""}), changer("L2", {""})}, {drive("D0", "/dev/a")});
  for (auto const& library : plan.libraries) EXPECT_EQ(given(library), std::vector<std::string>{""});
}

// Drive 0 is named and not there: a list would put the drive of element 1 at its place.
TEST(Plans, AListHasNoHoles) {
  auto const plan = make_plan({changer("L1", {"D0", ""})}, {drive("D1", "/dev/b")});
  EXPECT_EQ(given(plan.libraries[0]), (std::vector<std::string>{"", ""}));
  EXPECT_EQ(plan.libraries[0].drive_order, "identity");
  EXPECT_THAT(notes(plan.libraries[0]), HasSubstr("drive 0 (D0): no drive that was found says that it is this one"));
}

TEST(Plans, OfTwoWaysToOneDriveTheOneBesideTheChangerIsTaken) {
  auto const plan = make_plan({changer("L1", {"D0"}, "iscsi://h:1/t/0")}, {drive("D0", "/dev/a"), drive("D0", "iscsi://h:1/t/1", "iscsi://h:1/t/0")});
  EXPECT_EQ(given(plan.libraries[0]), std::vector<std::string>{"iscsi://h:1/t/1"});
  EXPECT_THAT(notes(plan.libraries[0]), HasSubstr("/dev/a is taken for a second way"));
  EXPECT_THAT(plan.loose, IsEmpty());
}

TEST(Plans, TwoAddressesOfOneChangerAreOneLibrary) {
  auto second = changer("L1", {"D0"});
  second.shown.address = "iscsi://h:1/t/3";
  auto const plan = make_plan({changer("L1", {"D0"}), second}, {drive("D0", "/dev/a")});
  ASSERT_EQ(plan.libraries.size(), 1u);
  EXPECT_EQ(given(plan.libraries[0]), std::vector<std::string>{"/dev/a"});
  EXPECT_THAT(notes(plan.libraries[0]), HasSubstr("iscsi://h:1/t/3 says that it is the same changer"));
}

TEST(Plans, WhatTheConfigurationHasIsLeftAlone) {
  auto managed = changer("L1", {"D0"});
  managed.shown.managed_by = "Tapes";
  managed.asked = false;
  managed.claims.clear();
  auto taken = drive("D1", "/dev/b");
  taken.shown.managed_by = "Tapes";
  auto const plan = make_plan({managed, changer("L2", {"D1"})}, {taken});
  EXPECT_FALSE(plan.libraries[0].usable);
  EXPECT_THAT(plan.libraries[0].notes, IsEmpty());
  EXPECT_EQ(given(plan.libraries[1]), std::vector<std::string>{""});
  EXPECT_THAT(notes(plan.libraries[1]), HasSubstr("library Tapes of the configuration has this drive"));
  EXPECT_THAT(plan.loose, IsEmpty());
}

TEST(Plans, AChangerThatWasNotAskedCannotBeConfigured) {
  auto held = changer("L1", {});
  held.asked = false;
  held.shown.problem = "somebody uses it";
  auto const plan = make_plan({held}, {});
  EXPECT_FALSE(plan.libraries[0].usable);
  EXPECT_THAT(plan.libraries[0].notes, Contains("somebody uses it"));
}

TEST(Plans, ADriveThatDoesNotAnswerIsGivenToNone) {
  auto silent = drive("", "/dev/a");
  silent.shown.problem = "no answer within 20 s";
  auto const plan = make_plan({changer("L1", {""})}, {silent});
  EXPECT_EQ(given(plan.libraries[0]), std::vector<std::string>{""});
  ASSERT_EQ(plan.loose.size(), 1u);
  EXPECT_EQ(plan.loose[0].reason, "no answer within 20 s");
}

TEST(Plans, ADriveThatNobodyClaimsStandsAloneWhereNoLibraryCouldBeMeant) {
  auto const alone = [](Plan const& plan, std::string const& address) {
    auto const it = std::ranges::find(plan.loose, address, [](auto const& one) { return one.drive.address; });
    return it != plan.loose.end() && it->alone;
  };
  EXPECT_TRUE(alone(make_plan({}, {drive("D0", "/dev/a")}), "/dev/a"));
  EXPECT_TRUE(alone(make_plan({changer("L1", {"D0"})}, {drive("D0", "/dev/a"), drive("D9", "/dev/b")}), "/dev/b")) << "the library has told all of its own";
  auto const silent = changer("L1", {"", ""});
  EXPECT_FALSE(alone(make_plan({silent}, {drive("D9", "/dev/b")}), "/dev/b")) << "it may stand in the library";
  EXPECT_TRUE(alone(make_plan({silent}, {drive("D9", "/dev/b", "host 9")}), "/dev/b")) << "on another host";
  auto unasked = changer("L1", {});
  unasked.asked = false;
  EXPECT_FALSE(alone(make_plan({unasked}, {drive("D9", "/dev/b")}), "/dev/b"));
  auto const twice = make_plan({}, {drive("D0", "/dev/a"), drive("D0", "/dev/b")});
  EXPECT_TRUE(alone(twice, "/dev/a"));
  EXPECT_FALSE(alone(twice, "/dev/b")) << "a second way";
  EXPECT_FALSE(alone(make_plan({}, {drive("D0", "")}), "")) << "without a name";
}

}  // namespace
}  // namespace rsm::test
