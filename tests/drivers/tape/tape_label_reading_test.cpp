// Labels of tapes as a drive gives them: real labels, the ways of drives, and what stands in the way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/drivers/scsi/answers.hpp"
#include "tests/drivers/tape/scripted_tape.hpp"

namespace rsm::test {
namespace {

using ::testing::HasSubstr;

Medium const mark;

std::vector<Medium> labelled(Letters letters, Medium native, std::string_view name = "VOL001") {
  return {volume_label(name, letters), header_label("HDR1", letters), header_label("HDR2", letters), mark, std::move(native), mark, mark};
}

Medium ltfs_volume_label() {
  Medium label = bytes_of("VOL1LTO123L             LTFS                                                   4");
  label.resize(80, std::byte{' '});
  return label;
}

struct Case {
  std::string name;
  std::vector<Medium> records;
  std::optional<Omid> omid;
  std::string note;
};

std::vector<Case> const& cases() {
  Medium const ltfs_text = bytes_of("<?xml version=\"1.0\" encoding=\"UTF-8\"?><ltfslabel version=\"2.4.0\"></ltfslabel>");
  static std::vector<Case> const all = {
      {"Bacula", {bacula_block({}), mark}, Omid{"BACULA", "VOL001", "VOL001"}, ""},
      {"BaculaBehindAnsi", labelled(Letters::ascii, bacula_block({})), Omid{"ANSI", "VOL001", "VOL001"},
       "behind the volume label: BACULA volume \"VOL001\""},
      {"BaculaBehindIbm", labelled(Letters::ebcdic, bacula_block({})), Omid{"IBM", "\xE5\xD6\xD3\xF0\xF0\xF1", "VOL001"},
       "behind the volume label: BACULA volume \"VOL001\""},
      {"Amanda", {amanda_header("LAB01"), mark}, Omid{"AMANDA", "LAB01", "LAB01"}, ""},
      {"Tar", {tar_volume_header("LAB1"), mark}, Omid{"TAR", "LAB1", "LAB1"}, ""},
      {"Pax", {pax_global_header(pax_record("GNU.volume.label", "LAB1")), mark}, Omid{"PAX", "LAB1", "LAB1"}, ""},
      {"Dump", {dump_header("DUMPLAB"), mark}, Omid{"DUMP", "DUMPLAB", "DUMPLAB"}, ""},
      {"Ltfs", {ltfs_volume_label(), mark, ltfs_text, mark}, Omid{"ANSI", "LTO123", "LTO123"}, ""},
      {"Blank", {}, std::nullopt, "blank"},
      {"MarksOnly", {mark, mark}, std::nullopt, "file marks and no data"},
      {"Foreign", {bytes_of("who knows what this is"), mark}, std::nullopt, "data that nobody understands; the first record has 22 bytes"},
      {"LongRecords", {Medium(300'000, std::byte{7}), mark}, std::nullopt, "data that nobody understands; the first record has 300000 bytes"},
      {"OddLengths", {Medium(60'000, std::byte{7}), Medium(40'000, std::byte{8}), mark}, std::nullopt,
       "data that nobody understands; the first record has 60000 bytes"},
  };
  return all;
}

constexpr unsigned fixed_length = 512;
std::vector<Medium> in_blocks(std::vector<Medium> const& records) {
  std::vector<Medium> blocks;
  for (auto const& record : records) {
    if (record.empty()) blocks.push_back(mark);
    for (std::size_t at = 0; at < record.size(); at += fixed_length) {
      Medium block(fixed_length);
      std::copy_n(record.begin() + static_cast<std::ptrdiff_t>(at), std::min<std::size_t>(fixed_length, record.size() - at), block.begin());
      blocks.push_back(block);
    }
  }
  return blocks;
}

struct Way {
  std::string name;
  Habits habits;
};
std::vector<Way> const ways = {
    {"Standard", {}},
    {"Tgt", {.ready_without_tape = true, .keeps_tape = true, .nothing_of_longer = true, .wrong_residual = true, .end_without_code = true, .mode_block = 512,
             .knows_memory = false, .knows_alerts = false}},
    {"ModeOfFixedBlocks", {.mode_block = 1024}},
    {"KnowsLittle", {.knows_limits = false, .knows_mode_6 = false, .knows_memory = false, .knows_alerts = false, .knows_prevent = false}},
};

class Labels : public ::testing::TestWithParam<std::tuple<Case, Way>> {};
INSTANTIATE_TEST_SUITE_P(Tape, Labels, ::testing::Combine(::testing::ValuesIn(cases()), ::testing::ValuesIn(ways)),
                         [](auto const& one) { return std::get<0>(one.param).name + std::get<1>(one.param).name; });

TEST_P(Labels, AsTheDriveGivesThem) {
  auto const& [one, way] = GetParam();
  TapeBench bench(way.habits);
  bench.insert({.records = one.records});
  bench.tape->position = one.records.size();  // somebody has left it there
  auto const label = bench.drive->read_label();
  ASSERT_TRUE(label) << label.error().text();
  EXPECT_EQ(label->omid, one.omid);
  EXPECT_EQ(label->note, one.note);
  EXPECT_EQ(bench.tape->position, 0u) << "the next program finds the beginning";
  EXPECT_EQ(bench.tape->count(0x10) + bench.tape->count(0x15) + bench.tape->count(0x55), 0u) << "nothing is written, no mode is set";
  EXPECT_EQ(bench.drive->read_label().value(), *label) << "as often as one likes";
}

class Reading : public ::testing::Test {
 protected:
  // A tape of Bacula, threaded.
  static Cartridge bacula() { return {.records = {bacula_block({}), mark}}; }
  static port::Label known() { return {Omid{"BACULA", "VOL001", "VOL001"}, "", {.density_code = 0x5E}}; }
};

TEST_F(Reading, BlocksOfOneLengthOnly) {
  for (bool const mode_tells : {true, false}) {
    TapeBench bench({.fixed_block = fixed_length, .knows_mode_6 = mode_tells});
    bench.insert({.records = in_blocks(bacula().records)});
    auto const label = bench.drive->read_label();
    ASSERT_TRUE(label) << label.error().text();
    EXPECT_EQ(*label, known());
    EXPECT_EQ(bench.tape->position, 0u);
  }
}

TEST_F(Reading, NoLongerThanTheDriveReads) {
  TapeBench bench({.longest = 32'768});
  bench.insert({.records = {amanda_header("LAB01"), mark}});
  EXPECT_EQ(bench.drive->read_label().value().omid->id, "LAB01");
}

TEST_F(Reading, NothingIsSentWhileSomebodyUsesTheDrive) {
  TapeBench bench;
  bench.insert(bacula());
  bench.in_use = "pid 4711 (bacula-sd)";
  auto const label = bench.drive->read_label();
  ASSERT_FALSE(label);
  EXPECT_EQ(label.error(), (Error{Errc::busy, "drive 0", "the drive is in use: pid 4711 (bacula-sd)"}));
  EXPECT_TRUE(bench.tape->operations.empty());
}

TEST_F(Reading, WhatTheCartridgeIs) {
  TapeBench bench;
  bench.insert({.records = {bacula_block({}), mark}, .write_protected = true, .medium_type = 0x80});
  EXPECT_EQ(bench.drive->read_label().value().note, "write-once; write protected");
  bench.insert({.medium_type = 1});
  std::size_t const before = bench.tape->touched();
  auto const cleaner = bench.drive->read_label().value();
  EXPECT_EQ(cleaner.omid, std::nullopt);
  EXPECT_EQ(cleaner.note, "a cleaning cartridge");
  EXPECT_EQ(bench.tape->touched(), before) << "a cleaning cartridge is not moved";
}

// An old tape in a newer drive: what it cannot do is known before somebody tries.
TEST_F(Reading, TheDensityIsToldByItsNameAndWhetherItCanBeWritten) {
  TapeBench bench;
  bench.tape->densities = density_answer();
  bench.insert({.records = {bacula_block({}), mark}, .density = 0x5A});
  EXPECT_EQ(bench.drive->read_label().value().note, "density U-616");
  bench.insert({.records = {bacula_block({}), mark}, .density = 0x46});
  EXPECT_EQ(bench.drive->read_label().value().note, "density U-416, which this drive can read and not write");
  bench.insert({.records = {bacula_block({}), mark}, .density = 0x33});
  EXPECT_EQ(bench.drive->read_label().value().note, "");
  EXPECT_EQ(bench.tape->count(0x44), 1u) << "it is the drive's own, and asked once";
}

TEST_F(Reading, WhatTheCartridgeTellsOfItsLife) {
  TapeBench bench;
  Cartridge cartridge{.records = {bacula_block({}), mark}};
  cartridge.memory = bytes("0003 80 0008 000000000000002A") + bytes("0220 80 0008 00000000000004D2") + bytes("0221 80 0008 0000000000000007") + bytes("0400 81 0008") + text_bytes("FUJIFILM") +
                     bytes("0401 81 000C") + text_bytes("AB12345678  ");
  bench.insert(cartridge);
  EXPECT_EQ(bench.drive->read_label().value().note, "FUJIFILM AB12345678, loaded 42 times, 1234 MB written, 7 MB read");
}

TEST_F(Reading, WhatIsToldOfTheCartridgeIsInFields) {
  TapeBench bench;
  bench.tape->densities = density_answer();
  Cartridge cartridge{.records = {bacula_block({}), mark}, .density = 0x5A};
  cartridge.memory = bytes("0000 80 0008 0000000000000002  0001 80 0008 0000000000000003  0003 80 0008 000000000000002A  0220 80 0008 0000000000000000") +
                     bytes("0221 80 0008 FFFFFFFFFFFFFFFF  0400 81 0008") + text_bytes("FUJIFILM") + bytes("0401 81 000C") + text_bytes("AB12345678  ");
  bench.insert(cartridge);
  constexpr std::int64_t mebibyte = 1024 * 1024;
  CartridgeFacts const expected{.density_code = 0x5A, .density = "U-616", .manufacturer = "FUJIFILM", .serial = "AB12345678", .loads = 42, .bytes_written = 0, .capacity = 3 * mebibyte, .remaining = 2 * mebibyte};
  EXPECT_EQ(bench.drive->read_label().value().cartridge, expected) << "0 MB were written; how much was read the memory does not know";
  bench.tape->cartridge->memory = bytes("0000 80 0008 0000000000000001  0220 80 0008 0000000000000001");
  auto const unloaded = bench.drive->unload(false).value();
  EXPECT_EQ(unloaded.cartridge, (CartridgeFacts{.density_code = 0x5A, .density = "U-616", .bytes_written = 1'000'000, .remaining = mebibyte})) << "as it is now";
  EXPECT_EQ(bench.drive->unload(false).value().cartridge, CartridgeFacts{}) << "it is out already";
}

TEST_F(Reading, WhatNobodyCanHaveMeantIsNotTold) {
  TapeBench bench;
  Cartridge cartridge{.records = {bacula_block({}), mark}, .density = 0x7F};
  cartridge.memory = bytes("0001 80 0008 FFFFFFFFFFFFFFFE  0003 81 0008") + text_bytes("fortytwo") + bytes("0400 81 0004 41074242  0401 81 0000  0405 80 0002 0146");
  bench.insert(cartridge);
  EXPECT_EQ(bench.drive->read_label().value().cartridge, CartridgeFacts{}) << "too large, no number, no text, empty, no code";
  bench.tape->cartridge->memory = bytes("0405 80 0001 46");
  EXPECT_EQ(bench.drive->read_label().value().cartridge, CartridgeFacts{.density_code = 0x46}) << "the mode does not tell it, the memory does";
}

TEST_F(Reading, ADriveTellsItsDensitiesWithItsStatus) {
  TapeBench bench;
  EXPECT_TRUE(bench.drive->status().value().densities.empty()) << "this one does not know them";
  bench.tape->densities = density_answer();
  EXPECT_TRUE(bench.drive->status().value().densities.empty()) << "and is not asked at every question";
  bench.insert({.records = {bacula_block({}), mark}});
  auto const told = bench.drive->load().value().densities;
  ASSERT_EQ(told.size(), 3u);
  EXPECT_EQ(told[0], (Density{.code = 0x46, .name = "U-416", .description = "Ultrium 4/16T", .capacity = 800'000'000'000}));
  EXPECT_TRUE(told[2].writable);
  EXPECT_EQ(bench.drive->status().value().densities, told);
  EXPECT_EQ(bench.tape->count(0x44), 2u);
}

TEST_F(Reading, OfATapeThatIsNotThere) {
  TapeBench bench;
  EXPECT_EQ(bench.drive->read_label().error().code, Errc::no_media_in_drive);
  bench.insert(bacula(), false);
  EXPECT_EQ(bench.drive->read_label().error(), (Error{Errc::not_ready, "drive 0", "the cartridge is not loaded"}));
  EXPECT_EQ(bench.tape->touched(), 0u);
}

TEST_F(Reading, OfADriveThatAnotherComputerHasReserved) {
  TapeBench bench;
  bench.insert(bacula());
  bench.tape->reserved = true;
  auto const label = bench.drive->read_label();
  ASSERT_FALSE(label);
  EXPECT_EQ(label.error().code, Errc::device_not_available) << "its volume is not in use: nothing can be asked of the drive";
  EXPECT_EQ(label.error().detail, "TEST UNIT READY: reservation conflict: it is reserved by another computer (the device does not tell which); end its use there, or take the reservation away");
  EXPECT_EQ(bench.drive->status().error().code, Errc::device_not_available);
  EXPECT_EQ(bench.drive->dismount(true).error().code, Errc::device_not_available);
  EXPECT_EQ(bench.drive->unload(true).error().code, Errc::device_not_available);
  EXPECT_EQ(bench.tape->touched(), 0u);
}

TEST_F(Reading, AnErrorOfTheMedium) {
  TapeBench bench;
  Cartridge damaged = bacula();
  damaged.unreadable = tape_sense(3, 0x11, 0);
  bench.insert(damaged);
  bench.tape->alerts = {4, 11};
  auto const label = bench.drive->read_label();
  ASSERT_FALSE(label);
  EXPECT_EQ(label.error().code, Errc::medium_not_accessible);
  EXPECT_THAT(label.error().detail, HasSubstr("3/11/00, unrecovered read error"));
  EXPECT_THAT(label.error().detail, HasSubstr("media (TapeAlert 4)"));
  EXPECT_THAT(label.error().detail, ::testing::Not(HasSubstr("TapeAlert 11"))) << "information only";
  EXPECT_EQ(bench.tape->position, 0u);
}

TEST_F(Reading, AnErrorBehindTheLabelIsANote) {
  TapeBench bench;
  Cartridge damaged{.records = labelled(Letters::ascii, bacula_block({})), .unreadable = tape_sense(3, 0x11, 0), .unreadable_from = 4};
  bench.insert(damaged);
  auto const label = bench.drive->read_label();
  ASSERT_TRUE(label);
  EXPECT_EQ(label->omid, (Omid{"ANSI", "VOL001", "VOL001"}));
  EXPECT_THAT(label->note, HasSubstr("it cannot be read further: READ: the device answered 3/11/00"));
  damaged.records[0] = bytes_of("no label");
  bench.insert(damaged);
  EXPECT_EQ(bench.drive->read_label().error().code, Errc::medium_not_accessible) << "perhaps there is one behind it";
}

TEST_F(Reading, AFormatThatTheDriveDoesNotKnow) {
  TapeBench bench;
  bench.insert({.unreadable = tape_sense(3, 0x30, 0x01)});
  auto const label = bench.drive->read_label();
  ASSERT_TRUE(label);
  EXPECT_FALSE(label->omid);
  EXPECT_THAT(label->note, HasSubstr("the drive does not know its format"));
}

TEST_F(Reading, AnAttentionAmidItBeginsAgain) {
  for (unsigned const asc : {0x28u, 0x29u, 0x2Au})
    for (std::size_t nth = 1; nth <= 12; ++nth) {
      TapeBench bench;
      bench.insert({.records = labelled(Letters::ascii, bacula_block({}))});
      bench.tape->spoil(nth, {.sense = tape_sense(6, asc, asc == 0x2A ? 1 : 0)});
      auto const label = bench.drive->read_label();
      ASSERT_TRUE(label) << nth << ": " << label.error().text();
      EXPECT_EQ(label->omid->id, "VOL001");
      EXPECT_EQ(bench.tape->position, 0u);
    }
}

TEST_F(Reading, AttentionsForEverEnd) {
  TapeBench bench;
  bench.insert(bacula());
  bench.tape->spoil(1, {.sense = tape_sense(6, 0x28, 0), .times = 100'000});
  EXPECT_EQ(bench.drive->read_label().error().code, Errc::media_changed);
  EXPECT_LE(bench.tape->operations.size(), 20u);
}

TEST_F(Reading, ManySmallRecordsEnd) {
  TapeBench bench;
  bench.insert({.records = std::vector<Medium>(100'000, bytes_of("x"))});
  EXPECT_FALSE(bench.drive->read_label().value().omid);
  EXPECT_LE(bench.tape->count(0x08), limits::tape_beginning_records_max);
}

}  // namespace
}  // namespace rsm::test
