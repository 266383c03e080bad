// The calls of the tape driver on a scripted drive: what it says of every state, what it sends, and what it leaves behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/drivers/tape/scripted_tape.hpp"

namespace rsm::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Cartridge written() { return {.records = {bacula_block({}), Medium{}}}; }

class TapeDrive : public ::testing::Test {
 protected:
  port::DriveStatus status() {
    auto const status = bench.drive->status();
    EXPECT_TRUE(status) << status.error().text();
    return status.value_or(port::DriveStatus{});
  }
  ScriptedTape& tape() { return *bench.tape; }
  TapeBench bench;
};

// ---- status

TEST_F(TapeDrive, StatusTellsWhoItIsAndWhatIsInIt) {
  port::DriveStatus expected;
  static_cast<DeviceIdentity&>(expected) = {.vendor = "HPE", .product = "Ultrium 8-SCSI", .serial = "TAPE004711", .revision = "N9W4"};
  EXPECT_EQ(status(), expected);
  bench.insert(written(), false);
  expected.full = true;
  EXPECT_EQ(status(), expected);
  tape().threaded = true;
  expected.loaded = true;
  expected.volume_path = "/dev/tape/by-id/x-nst";
  EXPECT_EQ(status(), expected);
  EXPECT_EQ(tape().touched(), 0u) << "no command of status moves or reads a tape";
}

TEST_F(TapeDrive, StatusOfEveryAnswer) {
  struct Row {
    Sense sense;
    std::optional<bool> full;  // none: an error
    Errc error = Errc::success;
  };
  std::vector<Row> const rows = {
      {tape_sense(2, 0x3A, 0x00), false}, {tape_sense(2, 0x3A, 0x01), false}, {tape_sense(2, 0x3A, 0x04), true},  {tape_sense(2, 0x04, 0x00), true},
      {tape_sense(2, 0x04, 0x01), true},  {tape_sense(2, 0x04, 0x02), true},  {tape_sense(2, 0x04, 0x03), true},  {tape_sense(2, 0x04, 0x07), true},
      {tape_sense(2, 0x30, 0x03), true},  {tape_sense(3, 0x30, 0x00), true},  {tape_sense(3, 0x30, 0x01), true},  {tape_sense(2, 0x53, 0x00), true},
      {tape_sense(2, 0x3E, 0x00), std::nullopt, Errc::not_ready},
      {tape_sense(4, 0x44, 0x00), std::nullopt, Errc::device_not_available},
      {tape_sense(5, 0x25, 0x00), std::nullopt, Errc::device_not_available},
      {tape_sense(6, 0x29, 0x00), std::nullopt, Errc::not_ready},
  };
  bench.insert(written());
  for (auto const& row : rows) {
    SCOPED_TRACE(static_cast<unsigned>(row.sense[2]) * 0x10000 + static_cast<unsigned>(row.sense[12]) * 0x100 + static_cast<unsigned>(row.sense[13]));
    tape().not_ready = row.sense;
    auto const seen = bench.drive->status();
    EXPECT_EQ(seen.has_value(), row.full.has_value());
    if (seen) {
      EXPECT_EQ(std::pair(seen->full, seen->loaded), std::pair(*row.full, false));
    }
    if (!seen) {
      EXPECT_EQ(seen.error().code, row.error) << seen.error().text();
    }
    if (!seen) {
      EXPECT_FALSE(seen.error().detail.empty());
    }
  }
  EXPECT_EQ(tape().touched(), 0u);
}

TEST_F(TapeDrive, StatusDoesNotWaitForADriveThatIsBecomingReady) {
  bench.insert(written());
  tape().not_ready = tape_sense(2, 0x04, 0x01);
  auto const begun = bench.clock.now();
  EXPECT_TRUE(status().full);
  EXPECT_EQ(bench.clock.now(), begun);
}

TEST_F(TapeDrive, AnotherDeviceInItsPlaceIsSeenAfterAReset) {
  EXPECT_EQ(status().serial, "TAPE004711");
  tape().serial = "TAPE004712";
  tape().attentions = {tape_sense(6, 0x29, 0x01)};
  EXPECT_EQ(status().serial, "TAPE004712");
}

// ---- load

TEST_F(TapeDrive, LoadThreadsAndKeepsTheTapeIn) {
  bench.insert(written(), false);
  auto const loaded = bench.drive->load();
  ASSERT_TRUE(loaded) << loaded.error().text();
  EXPECT_TRUE(loaded->loaded);
  EXPECT_EQ(loaded->volume, port::VolumeState::none);
  EXPECT_EQ(loaded->volume_path, "/dev/tape/by-id/x-nst");
  EXPECT_TRUE(tape().prevented);
  EXPECT_EQ(tape().count(0x1B), 1u);
  EXPECT_EQ(tape().count(0x08), 0u) << "the cartridge was there: nothing is to be proved";
}

TEST_F(TapeDrive, LoadWaitsUntilItIsReady) {
  tape().habits.load_time = 70s;
  bench.insert(written(), false);
  auto const begun = bench.clock.now();
  EXPECT_TRUE(bench.drive->load());
  EXPECT_GE(bench.clock.now() - begun, Millis(70s));
  tape().not_ready = tape_sense(2, 0x04, 0x01);
  auto const never = bench.drive->load();
  ASSERT_FALSE(never);
  EXPECT_EQ(never.error().code, Errc::unable_to_load_medium);
  EXPECT_THAT(never.error().detail, HasSubstr("becoming ready"));
}

TEST_F(TapeDrive, LoadOfAThreadedTapeMovesNothing) {
  bench.insert(written());
  tape().position = 1;
  ASSERT_TRUE(bench.drive->load());
  EXPECT_EQ(tape().touched(), 0u);
  EXPECT_EQ(tape().position, 1u);
}

TEST_F(TapeDrive, LoadWithoutATape) {
  auto const loaded = bench.drive->load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Errc::no_media_in_drive);
  EXPECT_FALSE(status().full);
}

TEST_F(TapeDrive, ADriveThatIsReadyAfterLoadWithoutATapeIsNotBelieved) {
  tape().habits = {.ready_without_tape = true, .keeps_tape = true};
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(bench.drive->load().error().code, Errc::no_media_in_drive);
    EXPECT_EQ(std::pair(status().full, status().loaded), std::pair(false, false));
    EXPECT_EQ(bench.drive->read_label().error().code, Errc::no_media_in_drive);
    EXPECT_EQ(bench.drive->dismount(true).error().code, Errc::no_media_in_drive);
  }
  bench.insert(written());  // the changer brings one, and nothing tells of it
  ASSERT_TRUE(bench.drive->load());
  EXPECT_TRUE(status().loaded);
  EXPECT_EQ(tape().position, 0u);
}

TEST_F(TapeDrive, LoadTakesInAgainWhatLiesAtTheMouth) {
  bench.insert(written(), false);
  tape().not_ready = tape_sense(2, 0x3A, 0x00);  // as drives say after an unload
  EXPECT_FALSE(status().full);
  tape().spoil(1, {.sense = tape_sense(2, 0x3A, 0x00)});
  tape().not_ready.reset();
  auto const loaded = bench.drive->load();
  ASSERT_TRUE(loaded) << loaded.error().text();
  EXPECT_EQ(tape().position, 0u);
  tape().threaded = false;
  tape().cartridge = Cartridge{};
  tape().spoil(1, {.sense = tape_sense(2, 0x3A, 0x00)});
  EXPECT_TRUE(bench.drive->load()) << "a blank one is a tape, too";
}

TEST_F(TapeDrive, LoadThatFailsSaysWhyAndWhatTheDriveReports) {
  bench.insert(written(), false);
  tape().load_fails = tape_sense(3, 0x53, 0x00);
  tape().alerts = {20, 55};
  auto const loaded = bench.drive->load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Errc::unable_to_load_medium);
  EXPECT_THAT(loaded.error().detail, HasSubstr("clean now (TapeAlert 20)"));
  EXPECT_THAT(loaded.error().detail, HasSubstr("loading failure (TapeAlert 55)"));
  EXPECT_FALSE(status().loaded);
  tape().load_fails.reset();
  tape().not_ready = tape_sense(3, 0x30, 0x02);
  EXPECT_EQ(bench.drive->load().error().code, Errc::unable_to_load_medium) << "of another generation";
}

TEST_F(TapeDrive, ARefusedPreventIsNoError) {
  tape().habits.knows_prevent = false;
  bench.insert(written(), false);
  EXPECT_TRUE(bench.drive->load());
  EXPECT_TRUE(bench.drive->unload(false));
}

TEST_F(TapeDrive, PreventIsSetAgainAfterAReset) {
  bench.insert(written(), false);
  ASSERT_TRUE(bench.drive->load());
  tape().prevented = false;
  tape().attentions = {tape_sense(6, 0x29, 0x00)};
  EXPECT_TRUE(status().loaded);
  EXPECT_TRUE(tape().prevented);
  ASSERT_TRUE(bench.drive->unload(false));
  tape().attentions = {tape_sense(6, 0x29, 0x00)};
  bench.insert(written());
  EXPECT_TRUE(status().loaded);
  EXPECT_FALSE(tape().prevented) << "not of a tape that was not loaded here";
}

// ---- dismount

TEST_F(TapeDrive, DismountFlushesAndRewinds) {
  bench.insert(written());
  tape().position = 2;
  for (int i = 0; i < 2; ++i) {
    auto const report = bench.drive->dismount(false);
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_EQ(*report, (port::DismountReport{.note = "flushed and rewound"}));
  }
  EXPECT_EQ(tape().position, 0u);
  EXPECT_EQ(tape().count(0x10), 2u);
  EXPECT_EQ(tape().marks_written, 0u);
  EXPECT_TRUE(tape().threaded);
}

TEST_F(TapeDrive, DismountOfATapeInUse) {
  bench.insert(written());
  tape().position = 1;
  bench.in_use = "pid 4711 (bacula-sd)";
  auto const refused = bench.drive->dismount(false);
  EXPECT_EQ(refused.error(), (Error{Errc::busy, "drive 0", "the drive is in use: pid 4711 (bacula-sd)"}));
  EXPECT_TRUE(tape().operations.empty());
  auto const forced = bench.drive->dismount(true);
  ASSERT_TRUE(forced);
  std::string const note = "flushed and rewound; it was in use and its handles live on: pid 4711 (bacula-sd)";
  EXPECT_EQ(*forced, (port::DismountReport{.forced = true, .handles_dead = false, .note = note}));
  EXPECT_EQ(tape().position, 0u);
}

TEST_F(TapeDrive, DismountWithoutAThreadedTape) {
  EXPECT_EQ(bench.drive->dismount(false).error().code, Errc::no_media_in_drive);
  bench.insert(written(), false);
  EXPECT_EQ(bench.drive->dismount(false).value().note, "the cartridge was not loaded");
  tape().not_ready = tape_sense(2, 0x04, 0x03);
  EXPECT_EQ(bench.drive->dismount(false).error().code, Errc::not_ready);
  EXPECT_EQ(tape().touched(), 0u);
}

TEST_F(TapeDrive, NothingWaitsToBeWrittenToAProtectedTape) {
  Cartridge cartridge = written();
  cartridge.write_protected = true;
  bench.insert(cartridge);
  EXPECT_TRUE(bench.drive->dismount(false));
}

TEST_F(TapeDrive, WhatCouldNotBeWrittenIsNotConcealed) {
  bench.insert(written());
  tape().position = 1;
  tape().write_fails = tape_sense(3, 0x0C, 0x00);
  auto const failed = bench.drive->dismount(false);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Errc::write_fault);
  EXPECT_EQ(tape().position, 1u) << "it stands where it stood";
  auto const forced = bench.drive->dismount(true);
  ASSERT_TRUE(forced);
  EXPECT_THAT(forced->note, HasSubstr("3/0C/00, write error"));
  EXPECT_EQ(tape().position, 0u);
}

TEST_F(TapeDrive, AnErrorOfAnEarlierWriteComesOutOnce) {
  for (auto const ask_first : {false, true}) {
    TapeBench other;
    other.insert(written());
    other.tape->attentions = {tape_sense(3, 0x0C, 0x00, 0, {}, 0x71)};
    if (ask_first) {
      EXPECT_TRUE(other.drive->status()) << "it comes out wherever it wants";
    }
    auto const report = other.drive->dismount(false);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, Errc::write_fault);
    EXPECT_THAT(report.error().detail, HasSubstr("of an earlier command"));
    EXPECT_TRUE(other.drive->dismount(false));
  }
}

// ---- unload

TEST_F(TapeDrive, UnloadLetsTheTapeGo) {
  bench.insert(written(), false);
  ASSERT_TRUE(bench.drive->load());
  auto const report = bench.drive->unload(false);
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_EQ(*report, port::UnloadReport{.cartridge = {.density_code = 0x5E}});
  EXPECT_FALSE(tape().threaded || tape().prevented);
  tape().cartridge.reset();
  EXPECT_THAT(bench.drive->unload(false).value().note, HasSubstr("no tape is threaded")) << "again, and the cartridge is gone";
}

TEST_F(TapeDrive, UnloadIsSentAlsoToADriveThatSaysItHasNoTape) {
  bench.insert(written());
  tape().not_ready = tape_sense(2, 0x3A, 0x00);
  ASSERT_TRUE(bench.drive->unload(false));
  EXPECT_FALSE(tape().threaded) << "the arm could not take it out";
  tape().unload_fails = tape_sense(2, 0x3A, 0x00);
  EXPECT_TRUE(bench.drive->unload(false)) << "where there is none it is refused";
}

TEST_F(TapeDrive, UnloadOfATapeInUse) {
  bench.insert(written());
  bench.in_use = "pid 4711 (bacula-sd)";
  EXPECT_EQ(bench.drive->unload(false).error().code, Errc::busy);
  EXPECT_TRUE(tape().operations.empty());
  auto const forced = bench.drive->unload(true);
  ASSERT_TRUE(forced);
  EXPECT_EQ(*forced, (port::UnloadReport{.cut_off = true, .note = "it was in use; the tape was taken away from pid 4711 (bacula-sd)", .cartridge = {.density_code = 0x5E}}));
  EXPECT_FALSE(tape().threaded);
}

TEST_F(TapeDrive, UnloadTellsWhatTheDriveReports) {
  bench.insert(written(), false);
  tape().alerts = {21};
  ASSERT_TRUE(bench.drive->load());
  ASSERT_TRUE(tape().alerts.empty()) << "they were read at the load";
  tape().alerts = {7, 11};
  std::string const note = bench.drive->unload(false).value().note;
  EXPECT_THAT(note, HasSubstr("media life (TapeAlert 7)"));
  EXPECT_THAT(note, HasSubstr("clean periodic (TapeAlert 21)"));
  EXPECT_THAT(note, Not(HasSubstr("TapeAlert 11")));
  bench.insert(written(), false);
  ASSERT_TRUE(bench.drive->load());
  EXPECT_EQ(bench.drive->unload(false).value().note, "") << "they were the other tape's";
}

// ---- alerts

std::vector<unsigned> numbers_of(std::vector<Alert> const& alerts) {
  std::vector<unsigned> numbers;
  for (auto const& alert : alerts) numbers.push_back(alert.number);
  return numbers;
}

TEST_F(TapeDrive, EachAlertIsHandedOverOnce) {
  bench.insert(written(), false);
  tape().alerts = {20, 47};
  auto const loaded = bench.drive->load();
  ASSERT_TRUE(loaded);
  ASSERT_THAT(numbers_of(loaded->alerts), ElementsAre(20, 47));
  EXPECT_EQ(loaded->alerts[0].severity, AlertSeverity::critical);
  EXPECT_EQ(loaded->alerts[0].about, AlertAbout::cleaning);
  EXPECT_EQ(loaded->alerts[0].text, "clean now: drive must be cleaned before it goes on; what to do: finish or stop the session, clean at once, no new mount before");
  EXPECT_EQ(loaded->alerts[1].severity, AlertSeverity::reserved);
  EXPECT_THAT(status().alerts, IsEmpty());
  ASSERT_TRUE(bench.drive->load());
  tape().alerts = {7};
  auto const unloaded = bench.drive->unload(false);
  ASSERT_TRUE(unloaded);
  EXPECT_THAT(numbers_of(unloaded->alerts), ElementsAre(7)) << "20 is in the note only";
  EXPECT_THAT(status().alerts, IsEmpty());
  EXPECT_THAT(bench.drive->unload(false).value().alerts, IsEmpty());
}

TEST_F(TapeDrive, ACleaningIsToldAndWhatItCameTo) {
  bench.insert(written(), false);
  tape().not_ready = tape_sense(2, 0x30, 0x03);  // CLEANING CARTRIDGE INSTALLED
  EXPECT_TRUE(status().cleaning);
  EXPECT_TRUE(status().full);
  tape().alerts = {22};
  EXPECT_THAT(status().alerts, IsEmpty()) << "it is at work";
  tape().not_ready = tape_sense(2, 0x3A, 0x00);  // it has let go of the cartridge
  auto const over = status();
  EXPECT_FALSE(over.cleaning);
  EXPECT_THAT(numbers_of(over.alerts), ElementsAre(22));
  EXPECT_FALSE(status().cleaning);
  tape().not_ready = tape_sense(2, 0x04, 0x01);
  EXPECT_FALSE(status().cleaning) << "becoming ready is no cleaning";
}

TEST_F(TapeDrive, AlertsOfAFailureComeWithTheNextReport) {
  bench.insert(written(), false);
  tape().load_fails = tape_sense(3, 0x53, 0x00);
  tape().alerts = {20, 55};
  ASSERT_FALSE(bench.drive->load());
  EXPECT_THAT(numbers_of(status().alerts), ElementsAre(20, 55));
  EXPECT_THAT(status().alerts, IsEmpty());
  tape().alerts = {31};
  ASSERT_FALSE(bench.drive->load());
  EXPECT_THAT(numbers_of(bench.drive->unload(false).value().alerts), ElementsAre(31));
}

TEST_F(TapeDrive, AlertsOfATapeThatWentByItselfAreNotThoseOfTheNext) {
  bench.insert(written(), false);
  tape().load_fails = tape_sense(3, 0x53, 0x00);
  tape().alerts = {4, 20, 26, 55};
  ASSERT_FALSE(bench.drive->load());
  tape().load_fails.reset();
  tape().attentions = {tape_sense(6, 0x28, 0x00)};
  auto const next = bench.drive->load();
  ASSERT_TRUE(next) << next.error().text();
  EXPECT_THAT(numbers_of(next->alerts), ElementsAre(20, 26)) << "what is about the drive";
}

TEST_F(TapeDrive, WhoseAffairAnAlertIs) {
  bench.insert(written(), false);
  for (unsigned number = 1; number <= 64; ++number) tape().alerts.push_back(number);
  auto const alerts = bench.drive->load().value().alerts;
  ASSERT_EQ(alerts.size(), 64u);
  std::vector<unsigned> condemned, cleaning;
  for (auto const& alert : alerts) {
    if (blames_medium(alert)) condemned.push_back(alert.number);
    if (alert.about == AlertAbout::cleaning) cleaning.push_back(alert.number);
    EXPECT_FALSE(alert.text.empty()) << alert.number;
  }
  EXPECT_THAT(condemned, ElementsAre(4, 13, 52, 53, 54)) << "critical, and no drive could have caused it";
  EXPECT_THAT(cleaning, ElementsAre(20, 21));
}

TEST_F(TapeDrive, ADriveThatKeepsItsTapeAndSaysGood) {
  tape().habits.keeps_tape = true;
  bench.insert(written());
  auto const report = bench.drive->unload(false);
  ASSERT_TRUE(report);
  EXPECT_THAT(report->note, HasSubstr("still answers as if the tape were threaded"));
  EXPECT_EQ(tape().count(0x1B), 1u);
  EXPECT_TRUE(status().loaded) << "what the drive says";
}

TEST_F(TapeDrive, UnloadThatFails) {
  bench.insert(written());
  tape().prevented_by_another = true;
  auto const kept = bench.drive->unload(false);
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().code, Errc::unable_to_unload_media);
  EXPECT_THAT(kept.error().detail, HasSubstr("removal prevented"));
  tape().prevented_by_another = false;
  tape().unload_fails = tape_sense(4, 0x53, 0x00);
  tape().alerts = {56};
  auto const stuck = bench.drive->unload(false);
  ASSERT_FALSE(stuck);
  EXPECT_EQ(stuck.error().code, Errc::unable_to_unload_media);
  EXPECT_THAT(stuck.error().detail, HasSubstr("unload failure, not recoverable (TapeAlert 56)"));
  EXPECT_TRUE(status().loaded);
}

TEST_F(TapeDrive, ATapeThatIsOutAfterAnErrorIsOut) {
  bench.insert(written());
  ASSERT_TRUE(bench.drive->status());
  tape().spoil(6, {.kind = TapeFault::Kind::error_after, .sense = tape_sense(4, 0x44, 0x00)});  // after TEST UNIT READY, ALLOW, LOG SENSE, READ ATTRIBUTE, MODE SENSE
  auto const report = bench.drive->unload(false);
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_THAT(report->note, HasSubstr("UNLOAD failed, and the tape is out all the same"));
  EXPECT_FALSE(tape().threaded);
}

TEST_F(TapeDrive, ATapeThatTheDriveRejectsCanBeUnloaded) {
  bench.insert(written());
  tape().not_ready = tape_sense(3, 0x30, 0x00);
  EXPECT_FALSE(bench.drive->unload(false)) << "it still says so afterwards";
  EXPECT_FALSE(tape().threaded);
  tape().not_ready.reset();
  EXPECT_TRUE(bench.drive->unload(false));
}

}  // namespace
}  // namespace rsm::test
