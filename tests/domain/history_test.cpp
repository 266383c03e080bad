// What goes into the history when a record becomes another one, and what it adds to the sums.
#include "libmgr/domain/history.hpp"

#include <gmock/gmock.h>

#include "libmgr/base/random.hpp"

namespace rsm {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class HistoryTest : public ::testing::Test {
 protected:
  HistoryTest() {
    medium.id = random.id<MediumId>();
    medium.place = in(ElementKind::slot, 3);
    medium.sides.push_back({.id = random.id<SideId>(), .number = 0, .state = SideState::available});
    drive.id = random.id<DriveId>();
    drive.medium = medium.id;
    drive.request = random.id<RequestId>();
    drive.since = from_ms(1'000);
  }
  Place in(ElementKind kind, std::uint32_t number) const { return InElement{library, {kind, number}}; }
  std::vector<HistoryRecord> after(std::function<void(MediumRecord&)> const& change) const {
    MediumRecord other = medium;
    change(other);
    return history_of(medium, other);
  }
  std::vector<HistoryRecord> drive_becomes(DriveState state, std::int64_t at, std::optional<std::int64_t> since = {}) const {
    DriveHot other = drive;
    other.state = state;
    if (since) other.since = from_ms(*since);
    return history_of(drive, other, from_ms(at));
  }

  SeededRandom random{5};
  LibraryId library = random.id<LibraryId>();
  MediumRecord medium;
  DriveHot drive;
};

TEST_F(HistoryTest, AMoveHasItsEndsAndItsLibrary) {
  auto const moved = after([&](MediumRecord& m) { m.place = in(ElementKind::drive, 1); });
  ASSERT_THAT(moved, SizeIs(1));
  EXPECT_EQ(moved[0].kind, HistoryKind::moved);
  EXPECT_EQ(moved[0].medium, medium.id);
  EXPECT_EQ(moved[0].library, library);
  EXPECT_EQ(moved[0].from, (Element{ElementKind::slot, 3}));
  EXPECT_EQ(moved[0].to, (Element{ElementKind::drive, 1}));
}

TEST_F(HistoryTest, ComingAndLeavingAreToldApartFromMoves) {
  auto const out = after([](MediumRecord& m) { m.place = Offline{}; });
  ASSERT_THAT(out, SizeIs(1));
  EXPECT_EQ(out[0].kind, HistoryKind::taken_out);
  EXPECT_EQ(out[0].from, (Element{ElementKind::slot, 3}));
  EXPECT_FALSE(out[0].to);
  auto const there = after([&](MediumRecord& m) { m.place = InElement{random.id<LibraryId>(), {ElementKind::slot, 7}}; });
  ASSERT_THAT(there, SizeIs(1));
  EXPECT_EQ(there[0].kind, HistoryKind::brought_in);
  EXPECT_FALSE(there[0].from);
  EXPECT_NE(there[0].library, library);
  auto const first = history_of(MediumRecord{}, medium);
  ASSERT_THAT(first, SizeIs(1));
  EXPECT_EQ(first[0].kind, HistoryKind::brought_in);
}

TEST_F(HistoryTest, WhatBecomesOfASideIsTold) {
  auto const kinds = [&](SideState to) {
    std::vector<HistoryKind> told;
    for (auto const& row : after([&](MediumRecord& m) { m.sides[0].state = to; })) told.push_back(row.kind);
    return told;
  };
  EXPECT_THAT(kinds(SideState::available), IsEmpty());
  EXPECT_THAT(kinds(SideState::allocated), ElementsAre(HistoryKind::allocated));
  EXPECT_THAT(kinds(SideState::decommissioned), ElementsAre(HistoryKind::decommissioned));
  EXPECT_THAT(kinds(SideState::reserved), IsEmpty());  // another side was allocated: that is told of it
  medium.sides[0].state = SideState::allocated;
  EXPECT_THAT(kinds(SideState::available), ElementsAre(HistoryKind::deallocated));
  EXPECT_THAT(kinds(SideState::unprepared), ElementsAre(HistoryKind::deallocated));
  EXPECT_THAT(kinds(SideState::complete), ElementsAre(HistoryKind::completed));
}

TEST_F(HistoryTest, ALabelIsToldWhenItIsAnotherOne) {
  auto const labelled = after([](MediumRecord& m) { m.sides[0].omid = Omid{"EXT4", "id-1", "Backup"}; });
  ASSERT_THAT(labelled, SizeIs(1));
  EXPECT_EQ(labelled[0].kind, HistoryKind::labelled);
  EXPECT_EQ(labelled[0].text, "EXT4 id-1");
  EXPECT_EQ(labelled[0].side, 0U);
  medium.sides[0].omid = Omid{"EXT4", "id-1", "Backup"};
  EXPECT_THAT(after([](MediumRecord& m) { m.description = "other"; }), IsEmpty());
  EXPECT_THAT(after([](MediumRecord& m) { m.sides[0].omid.reset(); }), IsEmpty());
}

TEST_F(HistoryTest, AMountBeginsAndEndsWithItsTime) {
  auto const begun = drive_becomes(DriveState::loaded, 1'000);
  ASSERT_THAT(begun, ElementsAre(Field(&HistoryRecord::kind, HistoryKind::mounted)));
  EXPECT_EQ(begun[0].request, drive.request);
  drive.state = DriveState::loaded;
  EXPECT_THAT(drive_becomes(DriveState::loaded, 2'000), IsEmpty());  // a session has ended, say
  auto const ended = drive_becomes(DriveState::mounted, 61'000);
  ASSERT_THAT(ended, ElementsAre(Field(&HistoryRecord::kind, HistoryKind::dismounted)));
  EXPECT_EQ(ended[0].duration, Millis{60'000});
  EXPECT_EQ(ended[0].medium, medium.id);
}

TEST_F(HistoryTest, GivenToTheNextOneWithoutAMoveItIsTwoMounts) {
  drive.state = DriveState::loaded;
  EXPECT_THAT(drive_becomes(DriveState::loaded, 5'000, 5'000),
              ElementsAre(Field(&HistoryRecord::kind, HistoryKind::dismounted), Field(&HistoryRecord::kind, HistoryKind::mounted)));
}

TEST_F(HistoryTest, ACleaningIsToldWhenItHasEnded) {
  EXPECT_THAT(drive_becomes(DriveState::being_cleaned, 1'000), IsEmpty());
  drive.state = DriveState::being_cleaned;
  auto const cleaned = drive_becomes(DriveState::dismounted, 91'000);
  ASSERT_THAT(cleaned, ElementsAre(Field(&HistoryRecord::kind, HistoryKind::cleaned)));
  EXPECT_EQ(cleaned[0].duration, Millis{90'000});
}

TEST_F(HistoryTest, OnlyNewReportsOfADriveAreTold) {
  DriveRecord before;
  before.id = drive.id;
  AlertRecord alert{{4, AlertSeverity::critical, AlertAbout::medium, "media"}, from_ms(1), "A00001"};
  keep_alert(before.alerts, alert);
  DriveRecord now = before;
  EXPECT_THAT(history_of(before, now, drive), IsEmpty());
  alert.time = from_ms(2);  // the same number, reported again
  keep_alert(now.alerts, alert);
  auto const told = history_of(before, now, drive);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_EQ(told[0].alert, 4U);
  EXPECT_EQ(told[0].medium, medium.id);
  EXPECT_EQ(told[0].drive, drive.id);
}

TEST_F(HistoryTest, SumsCountWhatTheyAreNamedAfter) {
  auto const of = [](HistoryKind kind) { return sums_of({.kind = kind, .time = from_ms(9), .duration = Millis{50}}); };
  EXPECT_EQ(of(HistoryKind::moved), (HistorySums{.moves = 1}));
  EXPECT_EQ(of(HistoryKind::mounted), (HistorySums{.last_used = from_ms(9)}));
  EXPECT_EQ(of(HistoryKind::dismounted), (HistorySums{.last_used = from_ms(9), .mounted = Millis{50}}));
  EXPECT_EQ(of(HistoryKind::failed), (HistorySums{.errors = 1}));
  EXPECT_EQ(of(HistoryKind::alerted), (HistorySums{.alerts = 1}));
  EXPECT_EQ(of(HistoryKind::cleaned), (HistorySums{.cleanings = 1}));
  EXPECT_EQ(of(HistoryKind::allocated), HistorySums{});
  EXPECT_EQ(sums_of({.kind = HistoryKind::dismounted, .duration = Millis{-5}}).mounted, Millis{0});  // a clock that was set back
}

}  // namespace
}  // namespace rsm
