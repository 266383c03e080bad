// What rsm-changer and rsm-mtx make of a view: its own numbers, nothing of other views; and transfers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "changer_shelf.hpp"
#include "cli/changer/changer_text.hpp"
#include "cli/changer/changer_words.hpp"
#include "cli/changer/moves.hpp"
#include "cli/changer/mtx_text.hpp"

namespace rsm::changer {
namespace {

using testing::HasSubstr;
using tests::guid;
using tests::medium;
using tests::Room;

std::string refusal(auto const& result) { return result ? "(accepted)" : result.error().sentence(); }

// Six slots: 0 to 2 are of Backup, in the order 2, 0, 1; 3 to 5 of another one. Two drives, Backup's own numbers are 1, 0.
class ViewOfARoom : public testing::Test {
 protected:
  ViewOfARoom() {
    room.put(medium("01", "A1"), 0).put(medium("02", "B1"), 2).put(medium("03", "X1"), 3).seen_as("Backup", {1, 0}, {2, 0, 1});
    room.facts.slots_of_others = {3, 4, 5};
  }
  Room room{6};
};

TEST_F(ViewOfARoom, ItsNumbersAreItsOwn) {
  auto const shelf = room.shelf();
  EXPECT_EQ(shelf.name, "Backup");
  EXPECT_EQ(shelf.library, "Jukebox");
  EXPECT_EQ(list_text(shelf, {}).text, "1:B1\n2:A1\n");
  EXPECT_EQ(slots_text(shelf, {}), "3\n");
  EXPECT_EQ(mtx_status_text(shelf, "Backup", {}, true),
            "  Storage Changer Backup:2 Drives, 3 Slots ( 0 Import/Export )\nData Transfer Element 0:Empty\nData Transfer Element 1:Empty\n"
            "      Storage Element 1:Full :VolumeTag=B1\n      Storage Element 2:Full :VolumeTag=A1\n      Storage Element 3:Empty\n");
  EXPECT_EQ(plan_load(shelf, 1, 0)->drive.name, "Jukebox drive 1");
  EXPECT_EQ(plan_load(shelf, 1, 0)->medium.name, "B1");
  EXPECT_THAT(refusal(plan_load(shelf, 4, 0)), HasSubstr("there is none; Backup has slots 1 to 3"));
}

TEST_F(ViewOfARoom, ItsMediumInADriveHasAHomeOfTheView) {
  room.load(medium("04", "C1"), 0, 1);
  auto const shelf = room.shelf();
  EXPECT_EQ(shelf.drive(1)->home, 3);
  EXPECT_EQ(loaded_text(*shelf.drive(1)), "3\n");
  EXPECT_EQ(listall_text(shelf, {}), "D:0:E\nD:1:F:3:C1\nS:1:F:B1\nS:2:F:A1\nS:3:E\n");
}

// The home of C1 is taken, and so is every other slot of the view: none of another view is named.
TEST_F(ViewOfARoom, AHomeIsNeverInAnotherView) {
  room.put(medium("05", "D1"), 1).load(medium("04", "C1"), 0, 1);
  auto const shelf = room.shelf();
  EXPECT_TRUE(shelf.drive(1)->holds_own());
  EXPECT_EQ(shelf.drive(1)->home, 0);
}

TEST_F(ViewOfARoom, AnotherViewsMediumInADriveIsNotShownAndNotTouched) {
  room.load(medium("04", "FOREIGN"), 1, 4);
  auto const shelf = room.shelf();
  EXPECT_THAT(mtx_status_text(shelf, "x", {}, true), HasSubstr("Data Transfer Element 0:Full (Unknown Storage Element Loaded)\n"));
  EXPECT_THAT(mtx_status_text(shelf, "x", {}, true), testing::Not(HasSubstr("FOREIGN")));
  EXPECT_THAT(listall_text(shelf, {}), HasSubstr("D:0:F:0:unknown\n"));
  EXPECT_EQ(loaded_text(*shelf.drive(0)), "0\n") << "a load waits for the drive";
  EXPECT_EQ(mtx_refuses_load(shelf, 1, 0), std::nullopt);
  EXPECT_TRUE(plan_load(shelf, 1, 0));
  EXPECT_EQ(mtx_refuses_unload(shelf, -1, 0), "No Source for tape in drive 0!");
  EXPECT_THAT(refusal(plan_unload(shelf, 3, 0)), HasSubstr("its medium is not of view Backup; whoever loaded it unloads it"));
  EXPECT_EQ(mtx_step(shelf, Step::first, *shelf.drive(0)), 1);
  EXPECT_EQ(mtx_step(shelf, Step::next, *shelf.drive(0)), 1);
}

TEST_F(ViewOfARoom, TheSameCodeInAnotherViewIsNoDouble) {
  room.put(medium("0a", "A1", -1), 4);
  EXPECT_EQ(list_text(room.shelf(), {}).text, "1:B1\n2:A1\n");
  EXPECT_TRUE(list_text(room.shelf(), {}).remarks.empty());
}

TEST_F(ViewOfARoom, WhatTheLibraryDoesNotHaveKeepsItsNumber) {
  room.seen_as("Backup", {7, 0}, {2, 40, 0});
  auto const shelf = room.shelf();
  EXPECT_EQ(list_text(shelf, {}).text, "1:B1\n3:A1\n");
  EXPECT_EQ(refusal(plan_load(shelf, 1, 0)), "drive 0: view Backup names it, and library Jukebox does not have it; see rsm view list");
  EXPECT_EQ(refusal(plan_load(shelf, 2, 1)), "slot 2: view Backup names it, and library Jukebox does not have it; see rsm view list");
  EXPECT_THAT(refusal(plan_transfer(shelf, 1, 2, false)), HasSubstr("does not have it"));
  EXPECT_TRUE(plan_load(shelf, 3, 1));
}

TEST_F(ViewOfARoom, PortsOfItAndWhatIsInThem) {
  auto foreign = medium("06", "FOREIGN");
  foreign.home_slot = 4;
  foreign.location_type = ObjectType::port;
  auto comes_in = medium("07", "NEW");
  comes_in.location_type = ObjectType::port;
  room.facts.media.push_back(foreign);
  room.facts.media.push_back(comes_in);
  room.port(foreign.id).port(comes_in.id).port({});
  auto const status = mtx_status_text(room.shelf(), "x", {.cleaning = false, .ports = true}, true);
  EXPECT_THAT(status, HasSubstr("      Storage Element 4 IMPORT/EXPORT:Full \n      Storage Element 5 IMPORT/EXPORT:Full :VolumeTag=NEW\n      Storage Element 6 IMPORT/EXPORT:Full \n"));
  EXPECT_THAT(refusal(plan_transfer(room.shelf(), 4, 3, true)), HasSubstr("its medium is not of this view"));
  EXPECT_EQ(plan_transfer(room.shelf(), 5, 3, true)->from.medium->name, "NEW");
  EXPECT_FALSE(plan_transfer(room.shelf(), 6, 3, true)->from.medium) << "it is looked at there";
  room.facts.view->ports = false;
  EXPECT_TRUE(room.shelf().ports.empty());
}

// ---- transfers

TEST(ChangerTransfer, FromSlotToSlot) {
  Room room;
  room.put(medium("01", "A1"), 0).put(medium("02", "B1"), 1).load(medium("03", "C1"), 0, 2);
  auto const shelf = room.shelf();
  auto const plan = plan_transfer(shelf, 1, 4, false);
  ASSERT_TRUE(plan) << refusal(plan);
  EXPECT_EQ(plan->from.medium->name, "A1");
  EXPECT_EQ(plan->to.number, 4);
  EXPECT_EQ(mtx_refuses_transfer(shelf, 1, 4, false), std::nullopt);
  EXPECT_EQ(refusal(plan_transfer(shelf, 1, 1, false)), "slot 1: a medium cannot go where it is");
  EXPECT_EQ(refusal(plan_transfer(shelf, 1, 2, false)), "slot 2: it is full");
  EXPECT_EQ(refusal(plan_transfer(shelf, 1, 3, false)), "slot 3: it is kept for the medium in drive 0");
  EXPECT_EQ(refusal(plan_transfer(shelf, 3, 4, false)), "slot 3: it is empty; its medium is in drive 0");
  EXPECT_EQ(refusal(plan_transfer(shelf, 4, 3, false)), "slot 4: it is empty");
  EXPECT_EQ(refusal(plan_transfer(shelf, 1, 9, false)), "slot 9: there is none; Jukebox has slots 1 to 4");
}

TEST(ChangerTransfer, PortsHaveNumbersWhenAskedFor) {
  Room room;
  room.put(medium("01", "A1"), 0).facts.ports.emplace_back().id = PortId{guid("b0")};
  EXPECT_EQ(refusal(plan_transfer(room.shelf(), 1, 5, false)), "slot 5: ports have numbers with --ports only");
  EXPECT_EQ(plan_transfer(room.shelf(), 1, 5, true)->to.port, PortId{guid("b0")});
  EXPECT_EQ(mtx_refuses_transfer(room.shelf(), 1, 5, false), "Invalid destination");
  EXPECT_EQ(mtx_refuses_transfer(room.shelf(), 1, 5, true), std::nullopt);
  EXPECT_EQ(mtx_refuses_transfer(room.shelf(), 5, 1, true), "Source Element Address 1028 is Empty");
}

TEST(ChangerTransfer, InMtxsWords) {
  auto const shelf = Room().put(medium("01", "A1"), 0).put(medium("02", "B1"), 1).shelf();
  EXPECT_EQ(mtx_refuses_transfer(shelf, -1, 4, false), "No source specified");
  EXPECT_EQ(mtx_refuses_transfer(shelf, 1, -1, false), "No destination specified");
  EXPECT_EQ(mtx_refuses_transfer(shelf, 9, 4, false), "Invalid source");
  EXPECT_EQ(mtx_refuses_transfer(shelf, 1, 9, false), "Invalid destination");
  EXPECT_EQ(mtx_refuses_transfer(shelf, 3, 4, false), "Source Element Address 1026 is Empty");
  EXPECT_EQ(mtx_refuses_transfer(shelf, 1, 2, false), "Destination Element Address 1025 is Already Full");
}

TEST(ChangerTransfer, TheFourthWordIsTheDestination) {
  EXPECT_EQ(read_changer_words({"dev", "transfer", "3", "7"})->destination, 7);
  for (auto const* bad : {"", "0", "-1", "/dev/nst0"}) EXPECT_THAT(refusal(read_changer_words({"dev", "transfer", "3", bad})), HasSubstr("the slot to go to")) << bad;
}

}  // namespace
}  // namespace rsm::changer
