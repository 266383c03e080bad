// rsm-mtx without a service: the words of a call, the lines of a status, what mtx says of what cannot be done.
#include <gtest/gtest.h>

#include "changer_shelf.hpp"
#include "cli/changer/mtx_text.hpp"
#include "cli/changer/mtx_words.hpp"

namespace rsm::changer {
namespace {

using tests::medium;
using tests::Room;

TEST(MtxWords, SeveralCommandsInOneCall) {
  auto const script = read_mtx_words({"nobarcode", "unload", "3", "0", "load", "4", "status"});
  ASSERT_EQ(script.commands.size(), 4u);
  EXPECT_TRUE(script.understood);
  EXPECT_FALSE(script.barcodes);
  EXPECT_EQ(script.commands[1].numbers, (std::vector<std::int64_t>{3, 0}));
  EXPECT_EQ(script.commands[2].number(1, 0), 0);
  EXPECT_EQ(script.commands[3].verb, MtxVerb::status);
}

TEST(MtxWords, NothingAndNonsense) {
  EXPECT_TRUE(read_mtx_words({}).understood);
  EXPECT_TRUE(read_mtx_words({}).commands.empty());
  auto const script = read_mtx_words({"eject", "0"});
  EXPECT_FALSE(script.understood);
  EXPECT_EQ(script.commands.size(), 1u);
  EXPECT_EQ(read_mtx_words({"load", "-1"}).commands[0].number(0, 9), -1);
}

TEST(MtxWords, AnEmptySlotKeepsTheDrive) {
  auto const script = read_mtx_words({"unload", "", "1"});
  EXPECT_EQ(script.commands[0].numbers, (std::vector<std::int64_t>{-1, 1}));
}

TEST(MtxStatus, AsAmandaReadsIt) {
  auto const shelf = Room(5).put(medium("01", "A1"), 0).put(medium("02", ""), 1).put(medium("03", "with space"), 2).load(medium("04", "D1"), 1, 3).shelf();
  EXPECT_EQ(mtx_status_text(shelf, "/dev/sg3", {}, true),
            "  Storage Changer /dev/sg3:2 Drives, 5 Slots ( 0 Import/Export )\n"
            "Data Transfer Element 0:Empty\n"
            "Data Transfer Element 1:Full (Storage Element 4 Loaded):VolumeTag = D1\n"
            "      Storage Element 1:Full :VolumeTag=A1\n"
            "      Storage Element 2:Full \n"
            "      Storage Element 3:Full :VolumeTag=00000000-0000-0000-0000-000000000003\n"
            "      Storage Element 4:Empty\n"
            "      Storage Element 5:Empty\n");
  EXPECT_EQ(mtx_status_text(shelf, "x", {}, false).find("VolumeTag"), std::string::npos);
}

TEST(MtxStatus, PortsAndCleanersWhenAskedFor) {
  Room room(1, 1);
  auto cleaner = medium("01", "CLN001");
  cleaner.media_type_code = cleaner_media_type;
  room.put(cleaner, 0).facts.ports.emplace_back();
  EXPECT_EQ(mtx_status_text(room.shelf(), "x", {}, true), "  Storage Changer x:1 Drives, 1 Slots ( 0 Import/Export )\nData Transfer Element 0:Empty\n");
  EXPECT_EQ(mtx_status_text(room.shelf(), "x", {.cleaning = true, .ports = true}, true),
            "  Storage Changer x:1 Drives, 2 Slots ( 1 Import/Export )\nData Transfer Element 0:Empty\n      Storage Element 1:Full :VolumeTag=CLN001\n"
            "      Storage Element 2 IMPORT/EXPORT:Empty\n");
}

TEST(MtxInquiry, FixedWidths) {
  wire::ChangerInfo changer;
  changer.vendor = "OPENRSM";
  changer.product = "EMULATED";
  EXPECT_EQ(mtx_inquiry_text(changer), "Product Type: Medium Changer\nVendor ID: 'OPENRSM '\nProduct ID: 'EMULATED        '\nRevision: '    '\nAttached Changer API: No\n");
}

TEST(MtxRefuses, InItsOwnWords) {
  auto const shelf = Room().put(medium("01", "A1"), 0).load(medium("02", "B1"), 0, 1).shelf();
  EXPECT_EQ(mtx_refuses_load(shelf, 1, 1), std::nullopt);
  EXPECT_EQ(mtx_refuses_load(shelf, 0, 0), "No source specified");
  EXPECT_EQ(mtx_refuses_load(shelf, -1, 0), "No source specified");
  EXPECT_EQ(mtx_refuses_load(shelf, 99, 0), "Invalid <storage-element-number> argument '99' to 'load' command");
  EXPECT_EQ(mtx_refuses_load(shelf, 1, 9), "illegal <drive-number> argument '9' to 'load' command");
  EXPECT_EQ(mtx_refuses_load(shelf, 1, 0), "Drive 0 Full (Storage Element 2 loaded)");
  EXPECT_EQ(mtx_refuses_load(shelf, 4, 1), "Source Element Address 1027 is Empty");
  EXPECT_EQ(mtx_refuses_unload(shelf, -1, 0), std::nullopt);
  EXPECT_EQ(mtx_refuses_unload(shelf, 2, 0), std::nullopt);
  EXPECT_EQ(mtx_refuses_unload(shelf, 99, 0), "illegal <storage-element-number> argument '99' to 'unload' command");
  EXPECT_EQ(mtx_refuses_unload(shelf, 2, 9), "illegal <drive-number> argument '9' to 'unload' command");
  EXPECT_EQ(mtx_refuses_unload(shelf, 2, 1), "Data Transfer Element 1 is Empty");
  EXPECT_EQ(mtx_refuses_unload(shelf, 1, 0), "Storage Element 1 is Already Full");
  auto const full = Room(1).put(medium("01", "A1"), 0).load(medium("02", "B1"), 0, {}).shelf();
  EXPECT_EQ(mtx_refuses_unload(full, -1, 0), "No Source for tape in drive 0!");
}

TEST(MtxStep, OverMediaOnly) {
  auto const empty = Room().put(medium("01", "A1"), 1).put(medium("02", "B1"), 2).shelf();
  auto const& drive = *empty.drive(0);
  EXPECT_EQ(mtx_step(empty, Step::first, drive), 2);
  EXPECT_EQ(mtx_step(empty, Step::next, drive), 2);
  EXPECT_EQ(mtx_step(empty, Step::last, drive), 3);  // slot 4 is empty
  EXPECT_EQ(mtx_step(empty, Step::previous, drive), 3);
  EXPECT_EQ(mtx_step(Room().shelf(), Step::first, drive), std::nullopt);
}

TEST(MtxStep, FromWhatIsInTheDrive) {
  auto const shelf = Room().put(medium("01", "A1"), 0).load(medium("02", "B1"), 0, 2).shelf();
  auto const& drive = *shelf.drive(0);
  EXPECT_EQ(mtx_step(shelf, Step::next, drive), std::nullopt);
  EXPECT_EQ(mtx_step(shelf, Step::previous, drive), 1);
  EXPECT_EQ(mtx_step(shelf, Step::last, drive), 3);  // it is in the drive
  EXPECT_EQ(mtx_step(shelf, Step::first, drive), 1);
}

}  // namespace
}  // namespace rsm::changer
