// state.json, the lines of cartridges and faults.json: round trip, and every kind of damage refused with the file and the place named.
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

StoredState stored(HardwareState const& state) { return {{.file = "cartridges-1.jsonl", .bytes = 7, .whole = 7, .crc = 99}, state}; }
std::string written(HardwareState const& state) { return encode_state(stored(state)); }

Result<StoredState> decoded(std::string const& text) {
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
  auto const again = decoded(written(hardware.state()));
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(again->machine, hardware.state());
  EXPECT_EQ(again->log, stored(hardware.state()).log);
  EXPECT_EQ(encode_state(*again), written(hardware.state()));
}

TEST(StateFile, IsSmallHoweverManyCartridgesThereAre) {
  Geometry g = small_library();
  g.slots = g.cartridges = 1000;
  EXPECT_LT(written(made(g).state()).size(), 4096u);
}

TEST(StateFile, IsRefusedWhereverItIsCutOff) {
  auto const text = written(rich().state());
  ASSERT_GT(text.size(), 1000u);
  for (std::size_t length = 0; length + 1 < text.size(); length += 100)
    ASSERT_EQ(code_of(decoded(text.substr(0, length))), Errc::bad_format) << length;
  expect_damaged(text.substr(0, 500), "not JSON");
  expect_damaged(text + "x", "not JSON");
}

TEST(StateFile, IsRefusedWithAnyByteChanged) {
  auto const text = written(rich().state());
  for (std::size_t i = 0; i + 1 < text.size(); i += 7) {
    auto damaged = text;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x01);
    ASSERT_EQ(code_of(decoded(damaged)), Errc::bad_format) << "byte " << i << " of " << text.substr(i > 20 ? i - 20 : 0, 40);
  }
}

TEST(StateFile, SaysWhatIsWrong) {
  auto const text = written(rich().state());
  expect_damaged("[]", "document: not an object");
  expect_damaged("{}", "document.format: missing");
  expect_damaged(replaced(text, "\"version\":3", "\"version\":4"), "it has version 4, this program knows version 3");
  expect_damaged(R"({"format":"openrsm emulated library","version":1,"crc32":5,"state":{}})", "it has version 1");
  expect_damaged(replaced(text, "\"version\":3", "\"version\":\"3\""), "document.version: not a whole number");
  expect_damaged(replaced(text, "openrsm emulated", "openrsm imagined"), "document.format");
  std::string const machine = "document.state.machine.";
  expect_damaged(replaced(text, "\"slots\":6", "\"slots\":\"6\""), machine + "slots: not a whole number");
  expect_damaged(replaced(text, "\"slots\":6", "\"slots\":-6"), machine + "slots: not from 0 to");
  expect_damaged(replaced(text, "\"slots\":6", "\"slots\":6.0"), machine + "slots: not a whole number");
  expect_damaged(replaced(text, "\"slots\":6", "\"slots\":4294967296"), machine + "slots: not from 0 to 4294967295");
  expect_damaged(replaced(text, "\"slots\":6", "\"slots\":7"), "checksum");
  expect_damaged(replaced(text, "\"slots\":6,", ""), machine + "slots: missing");
  expect_damaged(replaced(text, "\"slots\":6", "\"slots\":6,\"stots\":6"), machine + "stots: not a member that is known");
  expect_damaged(replaced(text, "\"door_open\":false", "\"door_open\":0"), machine + "door_open: not true or false");
  expect_damaged(replaced(text, "\"phase\":\"loading\"", "\"phase\":\"loadink\""), machine + "drives[0].phase: this word is not known");
  expect_damaged(replaced(text, "\"from\":\"slot 1\"", "\"from\":\"shelf 1\""), machine + "motion.from: not an element");
  expect_damaged(replaced(text, "\"drives\":[", "\"drives\":[7,"), machine + "drives[0]: not an object");
  expect_damaged(replaced(text, "\"kind\":\"move_hangs\"", "\"kind\":\"move_bangs\""), machine + "faults.armed[0].kind");
  expect_damaged(replaced(text, "\"next\":3", "\"next\":1"), machine + "faults: ");
  expect_damaged(replaced(text, "\"start\":", "\"start\":99999999999999999,\"was\":"), machine + "motion.start: not a time of this age");
}

TEST(Cartridges, ComeBackFromTheirLines) {
  auto const state = rich().state();
  std::string const lines = encode_cartridges(state.cartridges);
  auto const again = decode_cartridges(lines, "log");
  ASSERT_TRUE(again) << again.error().text();
  std::vector<Cartridge> all;
  for (auto const& [name, cartridge] : state.cartridges) all.push_back(cartridge);
  EXPECT_EQ(*again, all);
  EXPECT_EQ(encode_cartridges(*again), lines);
  EXPECT_TRUE(decode_cartridges("", "log")->empty());
  for (auto const& bad : {lines.substr(0, lines.size() - 1), lines.substr(1), lines + "\n", replaced(lines, "\"place\":\"slot 2\"", "\"place\":\"shelf 2\""),
                          replaced(lines, "\"cleanings\":0", "\"cleanings\":-1")}) {
    auto const refused = decode_cartridges(bad, "log");
    EXPECT_EQ(code_of(refused), Errc::bad_format);
    EXPECT_EQ(refused.error().object, "log");
  }
}

TEST(Cartridges, TheChecksumOfALogThatGrewIsThatOfTheWhole) {
  std::string const text = encode_cartridges(rich().state().cartridges);
  for (std::size_t at = 0; at <= text.size(); at += 37) EXPECT_EQ(continued_crc(continued_crc(0, text.substr(0, at)), text.substr(at)), continued_crc(0, text));
  EXPECT_NE(continued_crc(0, text), continued_crc(0, text.substr(1)));
}

TEST(StoredHardware, RefusesAStateThatContradictsItself) {
  auto const wrong = [](auto change) {
    HardwareState state = rich().state();
    change(state);
    auto const result = Hardware::restore(std::move(state));
    EXPECT_EQ(code_of(result), Errc::bad_format);
    return result ? std::string{} : result.error().detail;
  };
  EXPECT_NE(wrong([](HardwareState& s) { s.cartridges.at("A00004").place = slot(2); }).find("holds two cartridges"), std::string::npos);
  EXPECT_NE(wrong([](HardwareState& s) { s.cartridges.at("A00003").place = slot(77); }).find("there is no slot 77"), std::string::npos);
  EXPECT_NE(wrong([](HardwareState& s) { s.cartridges.at("A00003").barcode = " A00004"; }).find("bar code is not valid"), std::string::npos);
  EXPECT_NE(wrong([](HardwareState& s) { s.motion.reset(); }).find("no move is under way"), std::string::npos);
  EXPECT_NE(wrong([](HardwareState& s) { s.motion->held_by = 0; }).find("never ends"), std::string::npos);
  EXPECT_NE(wrong([](HardwareState& s) { s.drives[0].phase = DrivePhase::empty; }).find("drive 0 is empty"), std::string::npos);
  EXPECT_NE(wrong([](HardwareState& s) { s.drives[1].phase = DrivePhase::loaded; }).find("holds no cartridge"), std::string::npos);
  EXPECT_NE(wrong([](HardwareState& s) { s.drives[0].side_up = 2; }).find("side up"), std::string::npos);
  EXPECT_NE(wrong([](HardwareState& s) { s.slots = 0; }).find("slots"), std::string::npos);
  EXPECT_NE(wrong([](HardwareState& s) { s.slots_ever = 5; }).find("slots"), std::string::npos);
  EXPECT_NE(wrong([](HardwareState& s) { s.magazines_out.push_back({4, 3}); }).find("magazine"), std::string::npos);
  EXPECT_NE(wrong([](HardwareState& s) { s.cartridges.erase("A00002"); }).find("not in the arm"), std::string::npos);
}

// Whoever watches gets every change, can undo all of them, and another who follows is where he is.
TEST(StoredHardware, WatchUndoAndFollowAgree) {
  auto hardware = rich();
  auto follower = Hardware::restore(hardware.state()).value();
  HardwareState const before = hardware.state();
  hardware.watch();
  EXPECT_FALSE(hardware.changed());
  TimePoint now = at(100'000);
  hardware.heal(std::nullopt, now);
  now += Millis{60'000};
  ASSERT_TRUE(hardware.hand_take(slot(2), now));
  ASSERT_TRUE(hardware.hand_put("A00004", slot(2), now));
  ASSERT_TRUE(hardware.add_cartridge({.name = "NEW", .barcode = "B 1", .labels = {{}, {}}}, now));
  ASSERT_TRUE(hardware.hand_put("B 1", slot(5), now));
  EXPECT_TRUE(hardware.changed());
  HardwareState const after = hardware.state();
  ASSERT_TRUE(follower.follow(after, hardware.changed_cartridges()));
  EXPECT_EQ(follower.state(), after);
  EXPECT_EQ(follower.in(slot(2))->name, "A00004");
  hardware.undo();
  EXPECT_EQ(hardware.state(), before);
  EXPECT_EQ(hardware.in(slot(2))->name, "A00003");
  EXPECT_EQ(hardware.in(slot(5)), nullptr);
  EXPECT_TRUE(hardware.problems().empty());
  EXPECT_FALSE(hardware.changed()) << "nobody watches any more";
}

TEST(StoredHardware, CartridgesThatChangedPlacesAreFollowed) {
  auto hardware = made();
  auto follower = made();
  hardware.watch();
  ASSERT_TRUE(hardware.hand_take(slot(0), start));
  ASSERT_TRUE(hardware.hand_move(slot(1), slot(0), start));
  ASSERT_TRUE(hardware.hand_put("A00001", slot(1), start));
  ASSERT_TRUE(follower.follow(hardware.state(), hardware.changed_cartridges()));
  EXPECT_EQ(follower.in(slot(0))->name, "A00002");
  EXPECT_EQ(follower.in(slot(1))->name, "A00001");
  auto two_in_one = hardware.state().cartridges.at("A00003");
  two_in_one.place = slot(0);
  EXPECT_EQ(code_of(follower.follow(hardware.state(), {two_in_one})), Errc::bad_format);
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
