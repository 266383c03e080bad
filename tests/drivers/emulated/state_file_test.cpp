// state.json and faults.json: round trip, and every kind of damage refused with the file and the place named.
#include "drivers/emulated/state_file.hpp"

#include "tests/drivers/emulated/support.hpp"

namespace rsm::emulated {
namespace {

// A state with something of everything in it.
Hardware rich() {
  Geometry g = small_library();
  g.filesystem = "ext4";
  g.timing.scale = 0.02;
  auto hardware = made(g);
  TimePoint now = start;
  EXPECT_TRUE(moved(hardware, slot(0), drive(0), now, true));
  EXPECT_TRUE(hardware.begin_load(0, now));
  EXPECT_TRUE(hardware.hand_take(slot(3), now));
  EXPECT_TRUE(hardware.extend_port(0, true, now));
  Fault hang = fault_of(FaultKind::move_hangs);
  Fault other = fault_of(FaultKind::swapped_labels);
  other.cartridge = "A00002";
  other.other = "A00003";
  other.until = at(99'999'999);
  EXPECT_TRUE(hardware.add_fault(hang, now));
  EXPECT_TRUE(hardware.begin_move({slot(1), drive(1)}, now));
  EXPECT_TRUE(hardware.add_fault(other, now));
  return hardware;
}

Result<Hardware> decoded(std::string const& text) {
  return decode_state(text, "state.json");
}

std::string replaced(std::string text, std::string const& from, std::string const& to) {
  auto const at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

void expect_damaged(std::string const& text, std::string const& says) {
  auto const result = decoded(text);
  ASSERT_EQ(code_of(result), Errc::bad_format);
  EXPECT_EQ(result.error().object, "state.json");
  EXPECT_NE(result.error().detail.find(says), std::string::npos) << result.error().detail;
}

TEST(StateFile, ComesBackAsItWas) {
  auto const hardware = rich();
  auto const again = decoded(encode_state(hardware.state()));
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(again->state(), hardware.state());
  EXPECT_EQ(encode_state(again->state()), encode_state(hardware.state()));
}

TEST(StateFile, IsRefusedWhereverItIsCutOff) {
  auto const text = encode_state(rich().state());
  ASSERT_GT(text.size(), 2000u);
  for (std::size_t length = 0; length + 1 < text.size(); length += 100)
    ASSERT_EQ(code_of(decoded(text.substr(0, length))), Errc::bad_format) << length;
  expect_damaged(text.substr(0, 500), "not JSON");
  expect_damaged(text + "x", "not JSON");
}

TEST(StateFile, IsRefusedWithAnyByteChanged) {
  auto const text = encode_state(rich().state());
  for (std::size_t i = 0; i + 1 < text.size(); i += 7) {
    auto damaged = text;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x01);
    ASSERT_EQ(code_of(decoded(damaged)), Errc::bad_format) << "byte " << i << " of " << text.substr(i > 20 ? i - 20 : 0, 40);
  }
}

TEST(StateFile, SaysWhatIsWrong) {
  auto const text = encode_state(rich().state());
  expect_damaged("[]", "document: not an object");
  expect_damaged("{}", "document.format: missing");
  expect_damaged(replaced(text, "\"version\":2", "\"version\":3"), "it has version 3, this program knows version 2");
  expect_damaged(replaced(text, "\"version\":2", "\"version\":\"2\""), "document.version: not a whole number");
  expect_damaged(replaced(text, "openrsm emulated", "openrsm imagined"), "document.format");
  expect_damaged(replaced(text, "\"slots\":6", "\"slots\":\"6\""), "document.state.slots: not a whole number");
  expect_damaged(replaced(text, "\"slots\":6", "\"slots\":-6"), "document.state.slots: not a whole number");
  expect_damaged(replaced(text, "\"slots\":6", "\"slots\":6.0"), "document.state.slots: not a whole number");
  expect_damaged(replaced(text, "\"slots\":6", "\"slots\":4294967296"), "document.state.slots: more than");
  expect_damaged(replaced(text, "\"slots\":6", "\"slots\":7"), "checksum");
  expect_damaged(replaced(text, "\"slots\":6,", ""), "document.state.slots: missing");
  expect_damaged(replaced(text, "\"slots\":6", "\"slots\":6,\"stots\":6"), "document.state.stots: not a member that is known");
  expect_damaged(replaced(text, "\"door_open\":false", "\"door_open\":0"), "document.state.door_open: not true or false");
  expect_damaged(replaced(text, "\"phase\":\"loading\"", "\"phase\":\"loadink\""),
                 "document.state.drives[0].phase: this word is not known");
  expect_damaged(replaced(text, "\"place\":\"slot 2\"", "\"place\":\"shelf 2\""), "document.state.cartridges.A00003.place: not an element");
  expect_damaged(replaced(text, "\"drives\":[", "\"drives\":[7,"), "document.state.drives[0]: not an object");
  expect_damaged(replaced(text, "\"kind\":\"move_hangs\"", "\"kind\":\"move_bangs\""), "document.state.faults[0].kind");
  expect_damaged(replaced(text, "\"next_fault\":3", "\"next_fault\":1"), "document.state.faults");
}

TEST(StateFile, RefusesAStateThatContradictsItself) {
  auto const wrong = [](auto change) {
    HardwareState state = rich().state();
    change(state);
    auto const result = decoded(encode_state(state));
    EXPECT_EQ(code_of(result), Errc::bad_format);
    return result ? std::string{} : result.error().detail;
  };
  EXPECT_NE(wrong([](HardwareState& s) { s.cartridges.at("A00004").place = slot(2); }).find("holds two cartridges"), std::string::npos);
  EXPECT_NE(wrong([](HardwareState& s) { s.cartridges.at("A00003").place = slot(77); }).find("there is no slot 77"), std::string::npos);
  EXPECT_NE(wrong([](HardwareState& s) { s.cartridges.at("A00003").barcode = "A00004"; }).find("on two cartridges"), std::string::npos);
  EXPECT_NE(wrong([](HardwareState& s) { s.motion.reset(); }).find("no move is under way"), std::string::npos);
  EXPECT_NE(wrong([](HardwareState& s) { s.motion->held_by = 0; }).find("never ends"), std::string::npos);
  EXPECT_NE(wrong([](HardwareState& s) { s.drives[0].phase = DrivePhase::empty; }).find("drive 0 is empty"), std::string::npos);
  EXPECT_NE(wrong([](HardwareState& s) { s.drives[1].phase = DrivePhase::loaded; }).find("holds no cartridge"), std::string::npos);
  EXPECT_NE(wrong([](HardwareState& s) { s.drives[0].side_up = 2; }).find("side up"), std::string::npos);
  EXPECT_NE(wrong([](HardwareState& s) { s.slots = 0; }).find("slots"), std::string::npos);
  EXPECT_NE(wrong([](HardwareState& s) { s.cartridges.erase("A00002"); }).find("not in the arm"), std::string::npos);
}

TEST(FaultsFile, IsReadStrictly) {
  auto const faults = decode_faults(R"({"faults":[{"kind":"load_fails","element":"drive 0","count":0,"for_ms":500},{"kind":"door_open"}]})",
                                    "faults.json", start);
  ASSERT_TRUE(faults) << faults.error().text();
  ASSERT_EQ(faults->size(), 2u);
  EXPECT_EQ((*faults)[0].element, drive(0));
  EXPECT_EQ((*faults)[0].count, 0u);
  EXPECT_EQ((*faults)[0].until, at(500));
  EXPECT_EQ((*faults)[1].count, 1u);
  for (auto const* text :
       {"", "{}", "[]", R"({"faults":{}})", R"({"faults":[{}]})", R"({"faults":[{"kind":"nix"}]})",
        R"({"faults":[{"kind":"door_open","x":1}]})", R"({"faults":[{"kind":"door_open","count":-1}]})", R"({"faults":[],"more":1})"}) {
    auto const refused = decode_faults(text, "faults.json", start);
    EXPECT_EQ(code_of(refused), Errc::bad_format) << text;
  }
}

}  // namespace
}  // namespace rsm::emulated
