// rsm-changer without a service: homes, lists, words, options, what is refused.
#include <gtest/gtest.h>

#include <map>

#include "changer_shelf.hpp"
#include "cli/changer/changer_text.hpp"
#include "cli/changer/changer_words.hpp"
#include "cli/changer/moves.hpp"
#include "cli/changer/options.hpp"

namespace rsm::changer {
namespace {

using tests::guid;
using tests::medium;
using tests::Room;

wire::MediumInfo cleaner(char const* end) {
  auto out = medium(end, "CLN001L1");
  out.media_type_code = cleaner_media_type;
  return out;
}

TEST(ChangerHome, TheCatalogsWhereItIsFree) {
  auto const shelf = Room().load(medium("01", "A1"), 1, 2).shelf();
  EXPECT_EQ(shelf.drive(1)->home, 3);
  EXPECT_EQ(shelf.slot(3)->drive, 1);
  EXPECT_FALSE(shelf.drive(0)->full);
}

TEST(ChangerHome, ElseTheLowestFreeSlotThatNobodyOwns) {
  // A1's slot is taken by B1; slot 1 (number 0) is the home of C1.
  auto const shelf = Room().load(medium("01", "A1"), 0, 2).put(medium("02", "B1"), 2).load(medium("03", "C1"), 1, 0).shelf();
  EXPECT_EQ(shelf.drive(1)->home, 1);
  EXPECT_EQ(shelf.drive(0)->home, 2);
}

TEST(ChangerHome, NoneInAFullLibraryOrInAMagazineThatIsOut) {
  Room room(2);
  room.put(medium("02", "B1"), 0).load(medium("01", "A1"), 0, {});
  room.facts.slots[1].state = SlotState::not_present;
  EXPECT_EQ(room.shelf().drive(0)->home, 0);
  EXPECT_EQ(room.shelf().slots.size(), 2u);
}

TEST(ChangerHome, WhatOnlyStaysInADriveCountsAsAtHome) {
  auto const shelf = Room().load(medium("01", "A1"), 0, 1, DriveState::dismountable).shelf();
  EXPECT_FALSE(shelf.drive(0)->full);
  ASSERT_TRUE(shelf.slot(2)->medium);
  EXPECT_EQ(list_text(shelf, {}).text, "2:A1\n");
}

TEST(ChangerHome, TheServicesOwnWorkFillsNoDrive) {
  Room room;
  room.load(medium("01", "A1"), 0, 1, DriveState::mounted);
  room.facts.drives[0].request = RequestId{guid("ee")};
  EXPECT_TRUE(room.shelf().drive(0)->full);
  room.facts.service_requests.insert(guid("ee"));
  EXPECT_FALSE(room.shelf().drive(0)->full);
}

TEST(ChangerHome, NumbersAreTheOrderOfTheService) {
  Room room(2);
  room.facts.slots[0].number = 40;
  room.facts.slots[1].number = 7;
  room.put(medium("01", "A1"), 1);
  room.facts.media[0].home_slot = 7;
  EXPECT_EQ(list_text(room.shelf(), {}).text, "1:A1\n");
}

TEST(ChangerList, HoldsOrOwns) {
  auto const shelf = Room().put(medium("01", "A1"), 0).put(medium("02", ""), 1).load(medium("03", "C:1_x.y-z  "), 0, 3).shelf();
  auto const listing = list_text(shelf, {});
  EXPECT_EQ(listing.text, "1:A1\n2:\n4:C:1_x.y-z\n");
  EXPECT_TRUE(listing.remarks.empty());
  EXPECT_EQ(slots_text(shelf, {}), "4\n");
}

TEST(ChangerList, ASlotWithSomethingUnknown) {
  Room room;
  room.facts.slots[2].state = SlotState::full;
  EXPECT_EQ(list_text(room.shelf(), {}).text, "3:\n");
}

TEST(ChangerList, NothingInAnEmptyLibrary) { EXPECT_EQ(list_text(Room().shelf(), {}).text, ""); }

TEST(ChangerList, WhatBaculaWouldTakeOutOfTheChangerIsLeftOut) {
  Room room(6);
  room.put(medium("01", "VOL 2"), 0).put(medium("02", "PLUS+"), 1).put(medium("03", std::string(127, 'a')), 2).put(medium("04", std::string(128, 'a')), 3);
  auto const listing = list_text(room.shelf(), {});
  EXPECT_EQ(listing.text, "3:" + std::string(127, 'a') + "\n");
  ASSERT_EQ(listing.remarks.size(), 3u);
  EXPECT_EQ(listing.remarks[0], "slot 1: VOL 2 is left out: its bar code is no name of a volume: only letters, digits and : . - _ are, at most 127");
}

TEST(ChangerList, OfEqualCodesTheOldestMedium) {
  auto const listing = list_text(Room().put(medium("01", "DUP", 20), 0).put(medium("02", "DUP", 10), 1).put(medium("03", "DUP", 30), 2).shelf(), {});
  EXPECT_EQ(listing.text, "2:DUP\n");
  EXPECT_EQ(listing.remarks.size(), 2u);
}

TEST(ChangerList, CleaningCartridgesWhenAskedFor) {
  auto const shelf = Room().put(cleaner("01"), 0).shelf();
  EXPECT_EQ(list_text(shelf, {}).text, "");
  EXPECT_EQ(list_text(shelf, {}).remarks.size(), 1u);
  EXPECT_EQ(list_text(shelf, {.cleaning = true, .ports = false}).text, "1:CLN001L1\n");
}

TEST(ChangerListall, AllColonsAndNoEmptyCode) {
  Room room(3);
  room.put(medium("01", "A1"), 0).put(medium("02", ""), 1).load(medium("03", "C1"), 0, 2);
  auto& port = room.facts.ports.emplace_back();
  port.content = PortContent::full;
  EXPECT_EQ(listall_text(room.shelf(), {}), "D:0:F:3:C1\nD:1:E\nS:1:F:A1\nS:2:F:00000000-0000-0000-0000-000000000002\nS:3:E\n");
  EXPECT_TRUE(listall_text(room.shelf(), {.cleaning = false, .ports = true}).ends_with("I:4:F:unknown\n"));
  EXPECT_EQ(slots_text(room.shelf(), {.cleaning = false, .ports = true}), "4\n");
}

TEST(ChangerLoaded, TheHomeOrZero) {
  auto const shelf = Room().load(medium("01", "A1"), 0, 3).shelf();
  EXPECT_EQ(loaded_text(*shelf.drive(0)), "4\n");
  EXPECT_EQ(loaded_text(*shelf.drive(1)), "0\n");
}

std::string refused(Result<Load> const& plan) { return plan ? "" : plan.error().sentence(); }
std::string refused(Result<Unload> const& plan) { return plan ? "" : plan.error().sentence(); }

TEST(ChangerMoves, WhatIsRefused) {
  auto const shelf = Room().put(medium("01", "A1"), 0).put(cleaner("02"), 1).load(medium("03", "C1"), 0, 2).shelf();
  EXPECT_EQ(refused(plan_load(shelf, 1, 1)), "");
  EXPECT_EQ(refused(plan_load(shelf, 5, 1)), "slot 5: there is none; Jukebox has slots 1 to 4");
  EXPECT_EQ(refused(plan_load(shelf, 1, 2)), "drive 2: there is none; Jukebox has drives 0 to 1");
  EXPECT_EQ(refused(plan_load(shelf, 1, 0)), "drive 0: it is full, with the medium of slot 3");
  EXPECT_EQ(refused(plan_load(shelf, 3, 1)), "slot 3: it is empty; its medium is in drive 0");
  EXPECT_EQ(refused(plan_load(shelf, 4, 1)), "slot 4: it is empty");
  EXPECT_EQ(refused(plan_load(shelf, 2, 1)), "slot 2: CLN001L1 is a cleaning cartridge; it is not loaded for data");
  EXPECT_EQ(refused(plan_unload(shelf, 3, 0)), "");
  EXPECT_EQ(refused(plan_unload(shelf, 0, 0)), "");
  EXPECT_EQ(refused(plan_unload(shelf, 1, 0)), "slot 1: it is full");
  EXPECT_EQ(refused(plan_unload(shelf, 4, 0)), "slot 4: C1 in drive 0 goes home to slot 3");
  EXPECT_EQ(refused(plan_unload(shelf, 3, 1)), "drive 1: it is empty");
}

TEST(ChangerMoves, ALibraryThatIsNotReady) {
  Room room;
  EXPECT_TRUE(check_usable(room.shelf()));
  room.facts.library.operational_state = OperationalState::initializing;
  room.facts.library.reason = "its inventory is under way";
  EXPECT_EQ(check_usable(room.shelf()).error().sentence(), "library Jukebox: its inventory is under way");
  room.facts.library.enabled = false;
  EXPECT_EQ(check_usable(room.shelf()).error().sentence(), "library Jukebox: it is disabled");
}

TEST(ChangerWords, AsBaculaGivesThem) {
  auto const words = read_changer_words({"/dev/sg3", "load", "12", "/dev/nst0", "1"});
  ASSERT_TRUE(words);
  EXPECT_EQ(words->command, ChangerCommand::load);
  EXPECT_EQ(words->slot, 12);
  EXPECT_EQ(words->drive, 1);
  EXPECT_TRUE(read_changer_words({"/dev/sg3", "loaded", "0", "/dev/nst0", "0"}));
  EXPECT_TRUE(read_changer_words({"/dev/sg3", "listall", "0", "/dev/nst0", "0"}));
  EXPECT_TRUE(read_changer_words({"/dev/sg3", "list"}));
  EXPECT_TRUE(read_changer_words({"/dev/sg3", "slots", "-1", "", ""}));
}

TEST(ChangerWords, WhatIsNone) {
  for (auto const& words : std::vector<std::vector<std::string>>{{}, {"d"}, {"d", "fetch"}, {"d", "load"}, {"d", "load", "0", "a", "0"}, {"d", "load", "-1", "a", "0"},
                                                                 {"d", "load", "1x", "a", "0"}, {"d", "load", "1", "a", "x"}, {"d", "loaded", "0", "a", "-1"}, {"d", "list", "1", "a", "0", "v"}})
    EXPECT_FALSE(read_changer_words(words)) << words.size();
}

TEST(ChangerOptions, BeforeTheFirstWord) {
  std::map<std::string, std::string> set;
  Environment const environment = [&](char const* name) { return set.contains(name) ? set[name].c_str() : nullptr; };
  auto options = read_options({"--library", "Jukebox", "--limit=5", "--cleaning", "dev", "--ports"}, environment);
  ASSERT_TRUE(options);
  EXPECT_EQ(options->library, "Jukebox");
  EXPECT_EQ(options->limit, Millis{5000});
  EXPECT_TRUE(options->cleaning);
  EXPECT_FALSE(options->ports);
  EXPECT_EQ(options->words, (std::vector<std::string>{"dev", "--ports"}));
  EXPECT_EQ(options->device, "/dev/changer");
  set = {{"RSM_LIBRARY", "Other"}, {"RSM_CHANGER_LIMIT_S", "7"}, {"CHANGER", "/dev/sg9"}};
  options = read_options({}, environment);
  ASSERT_TRUE(options);
  EXPECT_EQ(options->library, "Other");
  EXPECT_EQ(options->limit, Millis{7000});
  EXPECT_EQ(options->device, "/dev/sg9");
  EXPECT_FALSE(read_options({"--limit", "0"}, environment));
  EXPECT_FALSE(read_options({"--limit"}, environment));
  EXPECT_FALSE(read_options({"--nothing"}, environment));
  set["RSM_CHANGER_LIMIT_S"] = "soon";
  EXPECT_EQ(read_options({}, environment).error().sentence(), "RSM_CHANGER_LIMIT_S: 'soon' is no number of seconds from 1 to 86400");
}

}  // namespace
}  // namespace rsm::changer
