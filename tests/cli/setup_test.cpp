// rsm library discover and certify: what is decided, written and shown.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/rsm/certify/choice.hpp"
#include "cli/rsm/certify/report.hpp"
#include "cli/rsm/discover/library_file.hpp"
#include "cli/rsm/discover/view.hpp"

namespace rsm::cli {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

discovery::FoundLibrary library() {
  discovery::FoundLibrary found{.known = true, .drives = 2, .slots = 24, .ports = 1, .transports = 1, .drive_order = "listed", .usable = true};
  static_cast<DeviceIdentity&>(found.changer) = {.vendor = "IBM", .product = "3573-TL", .serial = "00L4U78W1234", .revision = "D.90"};
  found.changer.kind = "changer";
  found.changer.address = "iscsi://library:3260/iqn.2020-01.org.example:tapes/3";
  found.elements = {
      {.number = 0, .told = "D0", .address = "iscsi://library:3260/iqn.2020-01.org.example:tapes/1", .serial = "D0", .reason = "the library names it"},
      {.number = 1, .told = "", .address = "iscsi://library:3260/iqn.2020-01.org.example:tapes/2", .serial = "D1", .reason = "the only one left"}};
  return found;
}

TEST(Proposals, TheSectionIsTomlAndSaysWhatWasFound) {
  auto const text = section_text(library(), "tapes", "/etc/openrsm/chap");
  auto const parsed = toml::parse(text);
  auto const& section = *parsed["library"].as_array()->get_as<toml::table>(0);
  EXPECT_EQ(section["name"].value<std::string>(), "tapes");
  EXPECT_EQ(section["driver"].value<std::string>(), "scsi");
  EXPECT_EQ(section["changer"].value<std::string>(), library().changer.address);
  EXPECT_EQ(section["drives"].as_array()->size(), 2u);
  EXPECT_EQ(section["drives"][1].value<std::string>(), library().elements[1].address);
  EXPECT_EQ(section["drive_order"].value<std::string>(), "listed");
  EXPECT_EQ(section["chap_file"].value<std::string>(), "/etc/openrsm/chap");
}

TEST(Proposals, OnlyDrivesThatWereGivenAreListedAndNoSecretFileForNodes) {
  auto found = library();
  found.changer.address = "/dev/tape/by-id/scsi-00L4U78W1234";
  for (auto& element : found.elements) element.address.clear();
  found.drive_order = "identity";
  auto const parsed = toml::parse(section_text(found, "tapes", "/etc/openrsm/chap"));
  auto const& section = *parsed["library"].as_array()->get_as<toml::table>(0);
  EXPECT_TRUE(section["drives"].as_array()->empty());
  EXPECT_EQ(section["drive_order"].value<std::string>(), "identity");
  EXPECT_FALSE(section.contains("chap_file"));
}

TEST(Proposals, ADriveThatStandsAloneIsALibraryOfItsOwn) {
  discovery::FoundDevice drive{{.vendor = "LAB", .product = "DVD"}, "optical", "/dev/disk/by-id/ata-DVD", {}, {}, {}, {}, {}};
  auto const parsed = toml::parse(section_text(drive, "dvd", "/etc/openrsm/chap"));
  auto const& section = *parsed["library"].as_array()->get_as<toml::table>(0);
  EXPECT_EQ(section["driver"].value<std::string>(), "standalone");
  EXPECT_EQ(section["drive"].value<std::string>(), "/dev/disk/by-id/ata-DVD");
  EXPECT_FALSE(section.contains("chap_file") || section.contains("media_type"));
  drive.kind = "disk";
  drive.address = "iscsi://library:3260/iqn.2020-01.org.example:disk/1";
  auto const disk = toml::parse(section_text(drive, "disk", "/etc/openrsm/chap"));
  EXPECT_EQ(disk["library"][0]["media_type"].value<std::string>(), "Removable disk");
  EXPECT_EQ(disk["library"][0]["chap_file"].value<std::string>(), "/etc/openrsm/chap");
}

TEST(Proposals, TextsOfDevicesCannotBreakTheFile) {
  auto found = library();
  found.changer.product = "x\n[[library]]\nname = \"other\"";
  found.elements[0].serial = "\"\n]";
  auto const parsed = toml::parse(section_text(found, "a\"\\\n\x01z", ""));
  ASSERT_EQ(parsed["library"].as_array()->size(), 1u);
  EXPECT_EQ(parsed["library"][0]["name"].value<std::string>(), "a\"\\\n\x01z");
}

TEST(Proposals, NamesAreValidAndFree) {
  discovery::FoundDevice changer;
  EXPECT_EQ(free_name(changer, {}), "library");
  changer.vendor = "IBM ";
  EXPECT_EQ(free_name(changer, {}), "ibm");
  changer.product = "  3573/TL  (new)";
  EXPECT_EQ(free_name(changer, {}), "3573-tl-new");
  EXPECT_EQ(free_name(changer, {"3573-tl-new", "3573-tl-new-2"}), "3573-tl-new-3");
  EXPECT_TRUE(is_library_file_name(free_name(changer, {})));
  for (auto const* good : {"a", "Tapes", "tapes-2", "3573.TL_x"}) EXPECT_TRUE(is_library_file_name(good)) << good;
  for (auto const* bad : {"", ".tapes", "-tapes", "a/b", "..", "a b", "a\n", "\xC3\xA4"}) EXPECT_FALSE(is_library_file_name(bad)) << bad;
  EXPECT_TRUE(is_library_file_name(std::string(63, 'a')));
  EXPECT_FALSE(is_library_file_name(std::string(64, 'a')));
}

class LibraryFiles : public testing::Test {
 protected:
  LibraryFiles() : folder_(fs::temp_directory_path() / ("library-file-" + std::to_string(::getpid()))) { fs::create_directories(folder_); }
  ~LibraryFiles() override { fs::remove_all(folder_); }
  std::string text_of(fs::path const& file) const {
    std::ifstream in(file);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
  fs::path folder_;
};

TEST_F(LibraryFiles, WholeReadableForAllAndNothingBesideIt) {
  auto const file = folder_ / "libraries.d" / "tapes.toml";
  ::umask(077);
  ASSERT_TRUE(write_library_file(file.string(), "name = 1\n"));
  EXPECT_EQ(text_of(file), "name = 1\n");
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0644u);
  EXPECT_EQ(std::distance(fs::directory_iterator(file.parent_path()), fs::directory_iterator()), 1);
}

TEST_F(LibraryFiles, NeverOverAnotherOne) {
  auto const file = folder_ / "tapes.toml";
  std::ofstream(file) << "mine";
  auto const written = write_library_file(file.string(), "other");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Errc::already_exists);
  EXPECT_EQ(text_of(file), "mine");
  fs::create_symlink("/nonexistent", folder_ / "link.toml");
  EXPECT_FALSE(write_library_file((folder_ / "link.toml").string(), "other"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 2) << "what was begun is removed";
}

TEST_F(LibraryFiles, WhereItCannotBeIsAnError) {
  auto const written = write_library_file((folder_ / "a/b/tapes.toml").string(), "x");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Errc::file_not_found);
}

TEST(DiscoveryText, SaysWhatIsThereWhatIsWrongAndWhatToDo) {
  Discovered discovered;
  discovered.found.libraries.push_back(library());
  discovered.found.libraries.back().notes = {"drive 7 (X): \x1b[31mno drive"};
  discovered.found.libraries.back().changer.users = {"process 4711 (mtx, user root) has /dev/sg3 open"};
  discovery::LooseDrive loose{.reason = "no changer names it"};
  loose.drive.address = "/dev/sg9";
  discovered.found.loose.push_back(loose);
  discovered.found.portals.push_back({.portal = "127.0.0.1:3260", .targets = 1, .units = 3, .problems = {"nobody answers"}});
  discovered.proposals.push_back({.name = "tapes", .file = "/etc/openrsm/libraries.d/tapes.toml", .text = "[[library]]\n"});
  auto const text = discovery_text(discovered, "/etc/openrsm/rsmd.toml", {});
  for (auto const* part : {"tapes", "IBM 3573-TL", "2 drives, 24 slots, 1 import/export port", "process 4711 (mtx", "/dev/sg9", "no changer names it",
                           "! nobody answers", "Would be written: /etc", "rsm library discover --add"})
    EXPECT_THAT(text, HasSubstr(part));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  discovered.proposals[0].written = true;
  EXPECT_THAT(discovery_text(discovered, "", {}), HasSubstr("systemctl restart rsmd"));
  EXPECT_THAT(discovery_text({}, "", {}), HasSubstr("No library was found"));
  EXPECT_THAT(discovery_json(discovered), HasSubstr("\"written\": true"));
}

// ---- certify

wire::DriveInfo drive(std::int64_t number) {
  wire::DriveInfo info;
  info.id = DriveId{Guid{{static_cast<std::uint8_t>(number + 1)}}};
  info.number = number;
  info.name = "Tapes drive " + std::to_string(number);
  return info;
}

LibraryContents contents() {
  LibraryContents all;
  all.library.id = LibraryId{Guid{{9}}};
  all.library.name = "Tapes";
  all.drives = {drive(0), drive(1)};
  PoolId const free{Guid{{1}}}, import{Guid{{2}}};
  all.pools = {{free, PoolType::scratch}, {import, PoolType::import}};
  for (std::uint8_t i = 0; i < 4; ++i) {
    wire::MediumInfo medium;
    medium.id = MediumId{Guid{{static_cast<std::uint8_t>(i + 1)}}};
    medium.name = medium.barcode = "A0000" + std::to_string(i);
    medium.library = all.library.id;
    medium.place = "slot " + std::to_string(i);
    medium.pool = i == 0 ? import : free;
    medium.sides.emplace_back();
    medium.sides.back().state = SideState::available;
    all.media.push_back(medium);
  }
  return all;
}

std::vector<std::string> names(TrialChoice const& choice) {
  std::vector<std::string> all;
  for (auto const& medium : choice.media) all.push_back(medium.name);
  return all;
}

TEST(Choices, OnlyCartridgesOfThePoolFreeOneForEachDrive) {
  auto const choice = choose(contents(), {});
  ASSERT_TRUE(choice) << choice.error().text();
  EXPECT_THAT(names(*choice), ElementsAre("A00001", "A00002"));
  EXPECT_EQ(choice->drives.size(), 2u);
  EXPECT_THAT(names(*choose(contents(), {.cartridges = 1})), ElementsAre("A00001"));
  EXPECT_THAT(names(*choose(contents(), {.cartridges = 99})), ElementsAre("A00001", "A00002", "A00003"));
}

TEST(Choices, WhatIsInUseAwayOrForbiddenIsNeverTaken) {
  std::vector<std::function<void(wire::MediumInfo&)>> const reasons{[](auto& m) { m.enabled = false; },
                                                                    [](auto& m) { m.state = MediaState::loaded; },
                                                                    [](auto& m) { m.location_type = ObjectType::drive; },
                                                                    [](auto& m) { m.library = LibraryId{Guid{{7}}}; },
                                                                    [](auto& m) { m.sides[0].state = SideState::decommissioned; },
                                                                    [](auto& m) { m.sides.clear(); },
                                                                    [](auto& m) { m.pool = {}; }};
  for (auto const& spoil : reasons) {
    auto all = contents();
    spoil(all.media[1]);
    EXPECT_THAT(names(*choose(all, {})), ElementsAre("A00002", "A00003"));
    for (auto& medium : all.media) spoil(medium);
    auto const none = choose(all, {});
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, Errc::media_unavailable);
  }
}

TEST(Choices, OneThatIsNamedIsTakenFromAnyPoolButNotFromItsUser) {
  EXPECT_THAT(names(*choose(contents(), {.media = {"A00000"}})), ElementsAre("A00000"));
  EXPECT_EQ(choose(contents(), {.media = {"A00009"}}).error().code, Errc::invalid_media);
  auto all = contents();
  all.media[0].state = MediaState::loaded;
  EXPECT_EQ(choose(all, {.media = {"A00000"}}).error().code, Errc::invalid_media);
}

TEST(Choices, DrivesThatCannotBeTriedAreLeftOutWithTheirReason) {
  auto all = contents();
  all.drives[0].enabled = false;
  auto const choice = choose(all, {});
  ASSERT_TRUE(choice);
  ASSERT_EQ(choice->left_out.size(), 1u);
  EXPECT_EQ(choice->left_out[0].drive, "Tapes drive 0");
  EXPECT_THAT(choice->left_out[0].reason, HasSubstr("disabled"));
  EXPECT_EQ(choose(all, {.drives = {"0"}}).error().code, Errc::resource_not_available);
  EXPECT_EQ(choose(all, {.drives = {"7"}}).error().code, Errc::invalid_drive);
  all.library.enabled = false;
  EXPECT_EQ(choose(all, {}).error().code, Errc::resource_disabled);
  all.library.enabled = true;
  all.library.operational_state = OperationalState::initializing;
  EXPECT_EQ(choose(all, {}).error().code, Errc::not_ready);
}

TEST(TrialText, TheVerdictIsThatOfTheSteps) {
  TrialReport report{.library = "Tapes", .good = true};
  report.steps.push_back({.step = "mount", .where = "Tapes drive 0", .what = "A00001:0", .outcome = "done", .reason = "", .milliseconds = 61'234});
  EXPECT_THAT(trial_text(report, {}), HasSubstr("all that was tried works"));
  EXPECT_THAT(trial_text(report, {}), HasSubstr("61.234 s"));
  EXPECT_THAT(trial_text(report, {}), HasSubstr("Everything is where it was."));
  report.steps.push_back({.step = "dismount", .where = "Tapes drive 0", .what = "A00001:0", .outcome = "failed", .reason = "the drive keeps it"});
  report.not_back.push_back("A00001 was in slot 1; it is in drive 0: the drive keeps it");
  report.good = false;
  EXPECT_THAT(trial_text(report, {}), HasSubstr("1 step has failed"));
  EXPECT_THAT(trial_text(report, {}), HasSubstr("! A00001 was in slot 1; it is in drive 0"));
  EXPECT_THAT(to_json(report), HasSubstr("\"milliseconds\": -1"));
}

}  // namespace
}  // namespace rsm::cli
