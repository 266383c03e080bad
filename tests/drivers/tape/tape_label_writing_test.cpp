// The label of a free medium on a tape: written at the beginning, read back, and nowhere else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drivers/label/free_label.hpp"
#include "libmgr/domain/free_label.hpp"
#include "tests/drivers/scsi/answers.hpp"
#include "tests/drivers/tape/scripted_tape.hpp"

namespace rsm::test {
namespace {

using ::testing::HasSubstr;

Medium const file_mark;
Omid const fresh = free_label(*Guid::parse("6b0a0d3b-2a98-4e1b-b8f4-0123456789ab"));
Omid const bacula{"BACULA", "VOL001", "VOL001"};
std::vector<Medium> a_used_tape() { return {bacula_block({}), Medium(64512, std::byte{7}), file_mark, Medium(1000, std::byte{8}), file_mark, file_mark}; }

struct WritingWay {
  std::string name;
  Habits habits;
};
class WritingTapeLabels : public ::testing::TestWithParam<WritingWay> {};
INSTANTIATE_TEST_SUITE_P(Drives, WritingTapeLabels,
                         ::testing::Values(WritingWay{"Standard", {}},
                                           WritingWay{"Tgt", {.ready_without_tape = true, .keeps_tape = true, .nothing_of_longer = true, .wrong_residual = true, .end_without_code = true, .mode_block = 512, .knows_memory = false, .knows_alerts = false}},
                                           WritingWay{"FixedBlocks", {.fixed_block = 512}}, WritingWay{"FixedBlocksThatDoNotFit", {.fixed_block = 3000}},
                                           WritingWay{"KnowsNoLimitsAndFixedBlocks", {.fixed_block = 512, .knows_limits = false}},
                                           WritingWay{"ModeOfFixedBlocks", {.mode_block = 1024}}),
                         [](auto const& one) { return one.param.name; });

TEST_P(WritingTapeLabels, IsReadBackAndTheDataEndBehindIt) {
  TapeBench bench(GetParam().habits);
  bench.insert({.records = {}});
  bench.tape->position = 0;
  auto const done = bench.drive->write_label({fresh});
  ASSERT_TRUE(done) << done.error().sentence();
  EXPECT_EQ(done->omid, fresh);
  EXPECT_EQ(bench.tape->position, 0u) << "rewound: whoever gets it finds its beginning";
  ASSERT_FALSE(bench.tape->cartridge->records.empty());
  EXPECT_TRUE(bench.tape->cartridge->records.back().empty()) << "a file file_mark is the last on it";
  auto const read = bench.drive->read_label();
  ASSERT_TRUE(read) << read.error().sentence();
  EXPECT_EQ(read->omid, fresh);
}

TEST(WritingTapeLabel, InOneRecordAndOneMark) {
  TapeBench bench;
  bench.insert({.records = a_used_tape()});
  ASSERT_TRUE(bench.drive->write_label({fresh, bacula}));
  EXPECT_EQ(bench.tape->cartridge->records, (std::vector<Medium>{label::make_free_label(fresh.id), file_mark}));
}

TEST(WritingTapeLabel, AnotherTapeThanWasLookedAtIsNotTouched) {
  for (auto const& instead_of : {std::optional<Omid>(), std::optional(Omid{"AMANDA", "LAB01", "LAB01"})}) {
    TapeBench bench;
    bench.insert({.records = a_used_tape()});
    auto const done = bench.drive->write_label({fresh, instead_of});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::media_changed);
    EXPECT_THAT(done.error().detail, HasSubstr("BACULA"));
    EXPECT_EQ(bench.tape->count(0x0A), 0u);
    EXPECT_EQ(bench.tape->cartridge->records, a_used_tape());
  }
  TapeBench blank;
  blank.insert({.records = {}});
  EXPECT_EQ(blank.drive->write_label({fresh, bacula}).error().code, Errc::media_changed) << "the other way round";
}

TEST(WritingTapeLabel, AWriteProtectedTapeSaysSo) {
  TapeBench told;
  told.insert({.records = a_used_tape(), .write_protected = true});
  EXPECT_EQ(told.drive->write_label({fresh, bacula}).error().code, Errc::write_protect);
  EXPECT_EQ(told.tape->count(0x0A), 0u) << "the mode says it before anything is written";
  TapeBench refused;
  refused.insert({.records = a_used_tape()});
  refused.tape->write_fails = tape_sense(7, 0x27, 0);
  EXPECT_EQ(refused.drive->write_label({fresh, bacula}).error().code, Errc::write_protect);
  EXPECT_EQ(refused.tape->cartridge->records, a_used_tape());
}

TEST(WritingTapeLabel, ATapeInUseIsLeftAlone) {
  TapeBench bench;
  bench.insert({.records = a_used_tape()});
  bench.in_use = "tar, process 4711";
  auto const done = bench.drive->write_label({fresh, bacula});
  EXPECT_EQ(done.error().code, Errc::busy);
  EXPECT_THAT(done.error().detail, HasSubstr("4711"));
  EXPECT_EQ(bench.tape->touched(), 0u);
}

TEST(WritingTapeLabel, AWriteOnceTapeAndACleaningCartridgeAreNotWritten) {
  for (unsigned const type : {0x01u, 0x80u}) {
    TapeBench bench;
    bench.insert({.records = {}, .medium_type = type});
    EXPECT_EQ(bench.drive->write_label({fresh}).error().code, Errc::write_protect) << type;
    EXPECT_EQ(bench.tape->count(0x0A), 0u);
  }
}

TEST(WritingTapeLabel, WhatCannotBeReadCanBeWritten) {
  TapeBench bench;
  bench.insert({.records = a_used_tape(), .unreadable = tape_sense(3, 0x11, 0)});
  auto const done = bench.drive->write_label({fresh});
  ASSERT_TRUE(done) << done.error().sentence();
  EXPECT_EQ(done->omid, fresh);
}

// Whatever goes wrong at whichever command: success is only said of a label that is there, and write_protect and media_changed only of a tape as it was.
TEST(WritingTapeLabel, SpoiledAtAnyCommand) {
  TapeBench whole;
  whole.insert({.records = a_used_tape()});
  ASSERT_TRUE(whole.drive->write_label({fresh, bacula}));
  std::size_t const commands = whole.tape->operations.size();
  for (auto const& sense : {tape_sense(3, 0x0C, 0), tape_sense(4, 0x44, 0), tape_sense(6, 0x29, 0), tape_sense(6, 0x28, 0), tape_sense(7, 0x27, 0)})
    for (auto const kind : {TapeFault::Kind::sense, TapeFault::Kind::error_after, TapeFault::Kind::silent_after, TapeFault::Kind::silent})
      for (std::size_t nth = 1; nth <= commands; ++nth) {
        TapeBench bench;
        bench.insert({.records = a_used_tape()});
        bench.tape->spoil(nth, {.kind = kind, .sense = sense});
        auto const done = bench.drive->write_label({fresh, bacula});
        bench.tape->heal();
        bool const untouched = bench.tape->cartridge->records == a_used_tape();
        if (done) {
          EXPECT_EQ(bench.tape->cartridge->records.front(), label::make_free_label(fresh.id)) << "command " << nth;
        }
        if (!done && done.error().code == Errc::media_changed) {
          EXPECT_TRUE(untouched || bench.tape->count(0x0A) > 0) << "command " << nth;
        }
        auto const again = bench.drive->write_label({fresh, untouched ? std::optional(bacula) : bench.drive->read_label().value_or(port::Label{}).omid});
        EXPECT_TRUE(again) << "command " << nth << ": it is written again" << (again ? "" : again.error().sentence());
      }
}

}  // namespace
}  // namespace rsm::test
