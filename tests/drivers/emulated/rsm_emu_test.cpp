// rsm-emu through its binary, as a person types it.
#include <boost/json.hpp>
#include <cstdio>

#include "drivers/emulated/library_directory.hpp"
#include "tests/drivers/emulated/support.hpp"

namespace rsm::emulated {
namespace {

namespace json = boost::json;

struct Output {
  int code = -1;
  std::string text;  // standard output and errors
};

Output run(std::string const& arguments) {
  Output output;
  FILE* const pipe = ::popen((std::string(RSM_EMU) + " " + arguments + " 2>&1").c_str(), "r");
  char piece[4096];
  for (std::size_t n = 0; (n = std::fread(piece, 1, sizeof piece, pipe)) > 0;) output.text.append(piece, n);
  int const status = ::pclose(pipe);
  output.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return output;
}

class RsmEmu : public ::testing::Test {
 protected:
  RsmEmu() { EXPECT_EQ(emu("make DIR --fs none --size 1 --slots 6 --cartridges 4 --timing zero").code, 0); }

  // DIR stands for the library.
  Output emu(std::string arguments) {
    if (auto const at = arguments.find("DIR"); at != std::string::npos) arguments.replace(at, 3, scratch / "lib");
    return run(arguments);
  }
  json::value shown() { return json::parse(emu("show DIR --json").text); }
  std::string barcode_in_slot(std::size_t n) {
    auto const all = shown();
    auto const& barcode = all.at("slots").at(n).at("barcode");
    return barcode.is_null() ? "" : std::string(barcode.as_string());
  }
  void expect_error(std::string const& arguments, std::string const& name, std::string const& says) {
    auto const output = emu(arguments);
    EXPECT_EQ(output.code, 1) << arguments;
    EXPECT_TRUE(output.text.starts_with("ERROR_" + name + " (")) << output.text;
    EXPECT_NE(output.text.find(says), std::string::npos) << output.text;
  }

  Scratch scratch;
};

TEST_F(RsmEmu, MakesALibraryThatShowDescribes) {
  auto const all = shown();
  EXPECT_EQ(all.at("drives").as_array().size(), 2u);
  EXPECT_EQ(all.at("slots").as_array().size(), 6u);
  EXPECT_EQ(all.at("ports").as_array().size(), 1u);
  EXPECT_EQ(all.at("cartridges").as_array().size(), 4u);
  EXPECT_EQ(all.at("media_type_code").as_int64(), 0x3B);
  EXPECT_EQ(all.at("slots").at(0).at("barcode").as_string(), "A00001");
  EXPECT_EQ(all.at("drives").at(0).at("phase").as_string(), "empty");
  EXPECT_EQ(all.at("drives").at(0).at("phase_code").as_int64(), 0);
  EXPECT_TRUE(all.at("move").is_null());
  EXPECT_TRUE(all.at("faults").as_array().empty());
  auto const table = emu("show DIR");
  EXPECT_EQ(table.code, 0);
  EXPECT_NE(table.text.find("slot 3   A00004"), std::string::npos) << table.text;
  expect_error("make DIR", "ALREADY_EXISTS", "not empty");
}

TEST_F(RsmEmu, ShowsAMoveUnderWay) {
  ASSERT_EQ(emu("timing DIR real").code, 0);
  auto const library = LibraryDirectory::open(scratch / "lib").value();
  ASSERT_TRUE(library.change([](Hardware& h) { return h.begin_move({slot(0), drive(1), true}, real_now()); }));
  auto const all = shown();
  EXPECT_EQ(all.at("move").at("cartridge").as_string(), "A00001");
  EXPECT_EQ(all.at("move").at("to").as_string(), "drive 1");
  EXPECT_GT(all.at("move").at("end").as_int64(), all.at("time").as_int64());
  EXPECT_EQ(all.at("arm").at("barcode").as_string(), "A00001");
  EXPECT_NE(emu("show DIR").text.find("moving A00001 from slot 0 to drive 1, turned, ends in"), std::string::npos);
}

TEST_F(RsmEmu, ArmsAndHealsFaults) {
  EXPECT_EQ(emu("fault DIR load_fails --element 'drive 0' --count 2 --for 60").code, 0);
  EXPECT_EQ(emu("fault DIR moved_by_hand --cartridge A00001 --to slot5 --count 0").code, 0);
  auto const all = shown();
  ASSERT_EQ(all.at("faults").as_array().size(), 2u);
  EXPECT_EQ(all.at("faults").at(0).at("kind").as_string(), "load_fails");
  EXPECT_EQ(all.at("faults").at(0).at("element").as_string(), "drive 0");
  EXPECT_EQ(all.at("faults").at(0).at("count").as_int64(), 2);
  EXPECT_GT(all.at("faults").at(0).at("until").as_int64(), all.at("time").as_int64());
  EXPECT_EQ(all.at("faults").at(1).at("to").as_string(), "slot 5");
  EXPECT_NE(emu("show DIR").text.find("load_fails"), std::string::npos);
  EXPECT_EQ(emu("heal DIR load_fails").text, "1 fault(s) healed\n");
  EXPECT_EQ(emu("heal DIR --all").text, "1 fault(s) healed\n");
  expect_error("heal DIR", "INVALID_PARAMETER", "--all");
  expect_error("heal DIR nix", "INVALID_PARAMETER", "no kind of fault");
  expect_error("fault DIR nix", "INVALID_PARAMETER", "load_fails");
  expect_error("fault DIR load_fails --element shelf", "INVALID_PARAMETER", "not a place");
  expect_error("fault DIR load_fails --element 'drive 7'", "RESOURCE_NOT_PRESENT", "drive 7");
  expect_error("fault DIR load_fails --cartridge NIX", "OBJECT_NOT_FOUND", "NIX");
  EXPECT_EQ(emu("fault DIR load_fails --for 0").code, 2);
}

TEST_F(RsmEmu, APersonMovesTakesPutsAndSwaps) {
  EXPECT_EQ(emu("hand DIR move slot 0 slot 5").code, 0);
  EXPECT_EQ(barcode_in_slot(5), "A00001");
  EXPECT_EQ(emu("hand DIR take 'slot 5'").code, 0);
  EXPECT_EQ(barcode_in_slot(5), "");
  EXPECT_EQ(emu("hand DIR put A00001 slot:0").code, 0);
  EXPECT_EQ(emu("hand DIR swap-labels A00001 A00002").code, 0);
  EXPECT_EQ(barcode_in_slot(0), "A00002");
  EXPECT_NE(emu("show DIR").text.find("A00002 (really A00001)"), std::string::npos);
  EXPECT_EQ(emu("hand DIR soil-label A00002").code, 0);
  EXPECT_TRUE(shown().at("cartridges").at(0).at("barcode_unreadable").as_bool());
  EXPECT_EQ(emu("hand DIR wipe-label A00002").code, 0);
  EXPECT_FALSE(shown().at("cartridges").at(0).at("barcode_unreadable").as_bool());
  EXPECT_EQ(emu("hand DIR protect A00002").code, 0);
  EXPECT_TRUE(shown().at("cartridges").at(0).at("write_protected").as_bool());
  EXPECT_EQ(emu("hand DIR unprotect A00002").code, 0);
  expect_error("hand DIR move slot 0 slot 1", "NOT_EMPTY", "slot 1");
  expect_error("hand DIR move slot 5 slot 4", "EMPTY", "slot 5");
  expect_error("hand DIR juggle", "INVALID_PARAMETER", "swap-labels");
  expect_error("hand DIR move slot 0", "INVALID_PARAMETER", "move FROM TO");
}

TEST_F(RsmEmu, MakesCopiesAndLabelsOfAnyText) {
  EXPECT_EQ(emu("hand DIR copy A00001 B00001").code, 0);
  EXPECT_EQ(emu("hand DIR put B00001 slot 5").code, 0);
  EXPECT_EQ(barcode_in_slot(5), "B00001");
  EXPECT_EQ(emu("hand DIR label B00001 A00001").code, 0);
  expect_error("hand DIR soil-label A00001", "INVALID_PARAMETER", "name:A00001, name:B00001");
  EXPECT_EQ(emu("hand DIR label name:B00001 'WITH BLANKS'").code, 0);
  EXPECT_EQ(barcode_in_slot(5), "WITH BLANKS");
  EXPECT_EQ(emu("hand DIR unlabel 'WITH BLANKS'").code, 0);
  EXPECT_TRUE(shown().at("slots").at(5).at("barcode").is_null());
  EXPECT_NE(emu("show DIR").text.find("(no label) (really B00001)"), std::string::npos);
  EXPECT_EQ(emu("hand DIR take slot 5").text, "cartridge name:B00001 is outside the library\n");
  EXPECT_EQ(emu("cartridge DIR").text, "cartridge without a label (named C00001) is made, outside the library\n");
  EXPECT_EQ(emu("cartridge DIR A00002").text, "cartridge A00002 (named C00002) is made, outside the library\n");
  EXPECT_EQ(emu("cartridge DIR CLN001").code, 0);
  EXPECT_NE(emu("show DIR").text.find("CLN001 (cleaner, used 0 x)"), std::string::npos);
  expect_error("cartridge DIR 123456789012345678901234567890123", "INVALID_PARAMETER", "32");
  expect_error("cartridge DIR --name A00001 X", "ALREADY_EXISTS", "A00001");
  expect_error("hand DIR copy NIX B1", "OBJECT_NOT_FOUND", "NIX");
  EXPECT_EQ(emu("check DIR").code, 0);
}

TEST_F(RsmEmu, HardwareIsExchanged) {
  std::string const serial(shown().at("drives").at(0).at("serial").as_string());
  EXPECT_EQ(emu("hand DIR replace-drive 0 --revision 7").code, 0);
  EXPECT_EQ(emu("hand DIR replace-drive drive 1 --serial NEW1").code, 0);
  EXPECT_EQ(emu("hand DIR replace-changer --serial NEW2 --product 'BIG ONE'").text, "the changer is another device now: OPENRSM BIG ONE, serial number NEW2, firmware 1\n");
  auto const all = shown();
  EXPECT_NE(all.at("drives").at(0).at("serial").as_string(), serial);
  EXPECT_EQ(all.at("drives").at(0).at("revision").as_string(), "7");
  EXPECT_EQ(all.at("drives").at(1).at("serial").as_string(), "NEW1");
  EXPECT_EQ(all.at("serial").as_string(), "NEW2");
  expect_error("hand DIR replace-drive 7", "RESOURCE_NOT_PRESENT", "drive 7");
  expect_error("hand DIR replace-drive slot 1", "INVALID_PARAMETER", "slot 1");
  EXPECT_EQ(emu("hand DIR take-magazine slot 0 slot 1").code, 0);
  EXPECT_TRUE(shown().at("slots").at(1).at("magazine_out").as_bool());
  EXPECT_NE(emu("show DIR").text.find("magazine out"), std::string::npos);
  EXPECT_EQ(emu("hand DIR put-magazine 0").code, 0);
  EXPECT_FALSE(shown().at("slots").at(1).at("magazine_out").as_bool());
  expect_error("hand DIR take-magazine 3 2", "INVALID_PARAMETER", "comes after");
  EXPECT_EQ(emu("hand DIR slots 2").code, 0);
  EXPECT_EQ(shown().at("slots").as_array().size(), 2u);
  EXPECT_NE(emu("show DIR").text.find("gone with its slot"), std::string::npos);
  EXPECT_EQ(emu("hand DIR slots 9").code, 0);
  EXPECT_EQ(barcode_in_slot(3), "A00004");
  expect_error("hand DIR slots none", "INVALID_PARAMETER", "none");
  EXPECT_EQ(emu("fault DIR elements_fail --element 'slot 4' --to 'slot 8' --count 0").code, 0);
  EXPECT_EQ(emu("fault DIR elements_hang --element 'slot 4' --for 60").code, 0);
  expect_error("fault DIR elements_fail --element 'slot 4' --to 'drive 0'", "INVALID_PARAMETER", "range");
}

TEST_F(RsmEmu, ALibraryMayHaveNoDrive) {
  EXPECT_EQ(run("make " + (scratch / "keeper") + " --drives 0 --slots 3 --cartridges 2 --fs none --size 1").code, 0);
  EXPECT_TRUE(json::parse(run("show " + (scratch / "keeper") + " --json").text).at("drives").as_array().empty());
}

TEST_F(RsmEmu, APersonWorksAtPortAndDoor) {
  expect_error("port DIR press", "INVALID_OPERATION", "retracted");
  ASSERT_EQ(emu("hand DIR take slot 0").code, 0);
  auto const library = LibraryDirectory::open(scratch / "lib").value();
  ASSERT_TRUE(library.change([](Hardware& h) { return h.extend_port(0, true, real_now()); }));
  EXPECT_EQ(emu("port DIR put A00001").code, 0);
  EXPECT_EQ(shown().at("ports").at(0).at("barcode").as_string(), "A00001");
  EXPECT_TRUE(shown().at("ports").at(0).at("extended").as_bool());
  EXPECT_EQ(emu("port DIR take").code, 0);
  EXPECT_EQ(emu("port DIR put A00001 --port 0").code, 0);
  EXPECT_EQ(emu("port DIR press").code, 0);
  EXPECT_FALSE(shown().at("ports").at(0).at("extended").as_bool());
  expect_error("port DIR put A00001", "INVALID_OPERATION", "retracted");
  expect_error("port DIR take --port 3", "RESOURCE_NOT_PRESENT", "port 3");
  expect_error("port DIR kick", "INVALID_PARAMETER", "press");
  EXPECT_EQ(emu("door DIR open").code, 0);
  EXPECT_TRUE(shown().at("door_open").as_bool());
  EXPECT_EQ(emu("door DIR close").code, 0);
  EXPECT_FALSE(shown().at("door_open").as_bool());
  expect_error("door DIR ajar", "INVALID_PARAMETER", "ajar");
}

TEST_F(RsmEmu, ChangesTimingAndMakesCartridges) {
  EXPECT_EQ(emu("timing DIR 0.5").code, 0);
  EXPECT_DOUBLE_EQ(json::value_to<double>(shown().at("timing").at("scale")), 0.5);
  for (auto const* bad : {"soon", "-1", "nan", "inf", "2000", "1x"}) EXPECT_NE(emu(std::string("timing DIR -- ") + bad).code, 0) << bad;
  EXPECT_EQ(emu("cartridge DIR B00001 --seed 4").code, 0);
  EXPECT_EQ(emu("cartridge DIR B00001").text, "cartridge B00001 (named C00001) is made, outside the library\n") << "two may have the same bar code";
  EXPECT_TRUE(shown().at("cartridges").as_array().back().at("place").is_null());
}

TEST_F(RsmEmu, ChecksAndCleans) {
  EXPECT_EQ(emu("check DIR").code, 0);
  EXPECT_EQ(emu("clean DIR").text, "nothing was left\n");
  std::filesystem::create_symlink("/dev/loop-that-is-gone", scratch / "lib/drives/0/volume");
  auto const found = emu("check DIR");
  EXPECT_EQ(found.code, 3);
  EXPECT_NE(found.text.find("drives/0/volume"), std::string::npos);
  auto const cleaned = emu("clean DIR");
  EXPECT_EQ(cleaned.code, 0) << cleaned.text;
  EXPECT_NE(cleaned.text.find("is removed"), std::string::npos);
  EXPECT_EQ(emu("check DIR").code, 0);
}

TEST_F(RsmEmu, RefusesDamageAndNonsense) {
  EXPECT_EQ(emu("").code, 2);
  EXPECT_EQ(emu("dance DIR").code, 2);
  EXPECT_EQ(emu("show").code, 2);
  EXPECT_EQ(emu("show DIR --nix").code, 2);
  EXPECT_EQ(emu("make DIR --slots many").code, 2);
  EXPECT_EQ(emu("--help").code, 0);
  EXPECT_EQ(run("show " + scratch.path()).code, 1);
  std::filesystem::resize_file(scratch / "lib/state.json", 300);
  expect_error("show DIR", "BAD_FORMAT", "state.json");
  expect_error("hand DIR take slot 0", "BAD_FORMAT", "state.json");
}

}  // namespace
}  // namespace rsm::emulated
