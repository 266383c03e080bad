// The history in the catalog: pages in both directions, sums, what goes and what stays.
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <gmock/gmock.h>
#include <sqlite3.h>

#include <algorithm>

#include "db/limits.hpp"
#include "db/maintenance.hpp"
#include "tests/db/fixture.hpp"

namespace rsm::db {
namespace {

using samples::at;
using samples::set_of;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class HistoryRows : public testing::Test {
 protected:
  HistoryRecord whole(MediumId medium, std::int64_t ms) {
    return {.kind = HistoryKind::failed,
            .time = at(ms),
            .medium = medium,
            .drive = random.id<DriveId>(),
            .library = random.id<LibraryId>(),
            .from = Element{ElementKind::slot, 70'000},
            .to = Element{ElementKind::arm, 0},
            .side = 1,
            .duration = Millis{12'345},
            .error = 1117,
            .alert = 20,
            .request = random.id<RequestId>(),
            .user = "alice",
            .application = "amanda",
            .text = "loading, \"quoted\"\n"};
  }
  HistoryRecord moved(MediumId medium, std::int64_t ms) { return {.time = at(ms), .medium = medium}; }
  // A page after another, `limit` rows each, until there is none.
  std::vector<std::int64_t> times(HistoryFilter const& filter, std::size_t limit = 1000) {
    std::vector<std::int64_t> all;
    std::optional<HistoryCursor> cursor;
    for (;;) {
      auto const page = must(catalog.reader->history_page(filter, cursor, limit));
      for (auto const& entry : page) all.push_back(to_ms(entry.record.time) - to_ms(at(0)));
      if (page.size() < limit) return all;
      cursor = HistoryCursor{page.back().record.time, page.back().number};
    }
  }
  std::int64_t rows_kept() { return count("history") + count("history_new"); }
  std::int64_t count(char const* table) {
    SQLite::Statement query(catalog.database->connection(), std::string("SELECT count(*) FROM ") + table);
    query.executeStep();
    return query.getColumn(0).getInt64();
  }

  SeededRandom random{17};
  samples::Sample sample{random};
  MemoryCatalog catalog{1, {.history_purge_after = Millis{1'000'000}, .history_kept = 1000}};
  MediumId medium = random.id<MediumId>(), other = random.id<MediumId>();
};

TEST_F(HistoryRows, EveryMemberComesBack) {
  auto const record = whole(medium, 5);
  catalog.write(set_of({record, moved(other, 6)}));
  auto const page = must(catalog.reader->history_page({.object = medium.guid, .type = ObjectType::medium}, {}, 10));
  ASSERT_THAT(page, SizeIs(1));
  EXPECT_EQ(page[0].record, record);
  auto const of_drive = must(catalog.reader->history_page({.object = record.drive.guid, .type = ObjectType::drive}, {}, 10));
  ASSERT_THAT(of_drive, SizeIs(1));
  EXPECT_EQ(of_drive[0].number, page[0].number);
  auto const bare = must(catalog.reader->history_page({.object = other.guid, .type = ObjectType::medium}, {}, 10));
  ASSERT_THAT(bare, SizeIs(1));
  EXPECT_EQ(bare[0].record, moved(other, 6));
}

TEST_F(HistoryRows, PagesGoOnWithoutGapsInBothDirections) {
  for (std::int64_t const ms : {10, 20, 20, 20, 30, 40}) catalog.write(set_of({moved(medium, ms), moved(other, ms)}));
  HistoryFilter const newest{.object = medium.guid, .type = ObjectType::medium};
  HistoryFilter oldest = newest;
  oldest.newest_first = false;
  for (std::size_t const limit : {1U, 2U, 3U, 100U}) {
    EXPECT_THAT(times(newest, limit), ElementsAre(40, 30, 20, 20, 20, 10)) << limit;
    EXPECT_THAT(times(oldest, limit), ElementsAre(10, 20, 20, 20, 30, 40)) << limit;
  }
  EXPECT_THAT(times({}, 5), SizeIs(12));
}

TEST_F(HistoryRows, OfALibraryOfARequestAndBothWithACartridge) {
  auto const library = random.id<LibraryId>(), elsewhere = random.id<LibraryId>();
  auto const request = random.id<RequestId>();
  catalog.write(set_of({HistoryRecord{.time = at(10), .medium = medium, .library = library, .request = request}, HistoryRecord{.time = at(20), .medium = other, .library = library},
                        HistoryRecord{.time = at(30), .medium = medium, .library = elsewhere, .request = request}, HistoryRecord{.time = at(40), .medium = medium, .library = library}}));
  for (std::size_t const limit : {1U, 100U}) {
    EXPECT_THAT(times({.library = library}, limit), ElementsAre(40, 20, 10));
    EXPECT_THAT(times({.request = request}, limit), ElementsAre(30, 10));
    EXPECT_THAT(times({.library = library, .request = request}, limit), ElementsAre(10));
    EXPECT_THAT(times({.object = medium.guid, .type = ObjectType::medium, .library = library, .newest_first = false}, limit), ElementsAre(10, 40));
  }
  EXPECT_THAT(times({.library = random.id<LibraryId>()}), IsEmpty());
  EXPECT_THAT(times({.request = random.id<RequestId>()}), IsEmpty());
}

TEST_F(HistoryRows, ARangeHasItsBeginningAndNotItsEnd) {
  for (std::int64_t const ms : {10, 20, 30, 40}) catalog.write(set_of({moved(medium, ms)}));
  for (bool const newest_first : {true, false}) {
    HistoryFilter filter{.object = medium.guid, .type = ObjectType::medium, .from = at(20), .to = at(40), .newest_first = newest_first};
    auto const expected = newest_first ? std::vector<std::int64_t>{30, 20} : std::vector<std::int64_t>{20, 30};
    EXPECT_EQ(times(filter), expected);
    EXPECT_EQ(times(filter, 1), expected);
    filter.object = {};
    EXPECT_EQ(times(filter), expected);
  }
}

TEST_F(HistoryRows, AClockThatWasSetBackLosesNoRow) {
  for (std::int64_t const ms : {30, 10, 20}) catalog.write(set_of({moved(medium, ms)}));
  EXPECT_THAT(times({.object = medium.guid, .type = ObjectType::medium}, 1), ElementsAre(30, 20, 10));
}

TEST_F(HistoryRows, SumsAreOfMediumAndDriveAndStayWhenRowsGo) {
  auto const drive = random.id<DriveId>();
  std::vector<Change> rows;
  for (std::int64_t i = 0; i < 1500; ++i) rows.push_back(HistoryRecord{.time = at(i), .medium = medium});
  rows.push_back(HistoryRecord{.kind = HistoryKind::mounted, .time = at(2'000), .medium = medium, .drive = drive});
  rows.push_back(HistoryRecord{.kind = HistoryKind::dismounted, .time = at(5'000), .medium = medium, .drive = drive, .duration = Millis{3'000}});
  rows.push_back(HistoryRecord{.kind = HistoryKind::failed, .time = at(5'001), .medium = medium, .drive = drive});
  rows.push_back(HistoryRecord{.kind = HistoryKind::alerted, .time = at(5'002), .medium = medium, .drive = drive, .alert = 20});
  catalog.write(set_of(rows));
  HistorySums const expected{.last_used = at(5'000), .moves = 1500, .mounted = Millis{3'000}, .errors = 1, .alerts = 1};
  EXPECT_EQ(must(catalog.reader->history_sums(medium.guid)), expected);
  HistorySums of_drive = expected;
  of_drive.moves = 0;
  EXPECT_EQ(must(catalog.reader->history_sums(drive.guid)), of_drive);
  EXPECT_EQ(must(catalog.reader->history_sums(other.guid)), HistorySums{});
  EXPECT_EQ(rows_kept(), 1000);  // the newest that are kept
}

TEST_F(HistoryRows, OldRowsGoInBitesAndTheNewestStays) {
  std::vector<Change> rows;
  for (std::int64_t i = 0; i < 500; ++i) rows.push_back(moved(medium, i));
  catalog.write(set_of(rows));
  catalog.write(set_of({moved(other, 2'000'000)}));
  EXPECT_GT(count("history"), 300);  // a bite, not all at once
  for (std::int64_t i = 0; i < 8; ++i) catalog.write(set_of({moved(other, 2'000'001 + i)}));
  EXPECT_EQ(rows_kept(), 9);
  auto const last = must(catalog.reader->history_page({}, {}, 1))[0].number;
  catalog.write(set_of({moved(other, 9'000'000)}));
  catalog.write(set_of({moved(other, 9'000'001)}));
  EXPECT_EQ(must(catalog.reader->history_page({}, {}, 1))[0].number, last + 2);  // numbers go on
}

// What a commit runs of the history, by the texts of its statements.
std::vector<std::string> of_history(MemoryCatalog& catalog, ChangeSet set) {
  std::vector<std::string> seen;
  sqlite3_trace_v2(
      catalog.database->connection().getHandle(), SQLITE_TRACE_STMT,
      [](unsigned, void* into, void* statement, void* text) {
        std::string const sql = sqlite3_sql(static_cast<sqlite3_stmt*>(statement));
        bool const by_trigger = static_cast<char const*>(text)[0] == '-';
        if (!by_trigger && sql.find("history") != std::string::npos) static_cast<std::vector<std::string>*>(into)->push_back(sql);
        return 0;
      },
      &seen);
  catalog.write(std::move(set));
  sqlite3_trace_v2(catalog.database->connection().getHandle(), 0, nullptr, nullptr);
  return seen;
}

TEST_F(HistoryRows, ACommitWithoutHistoryRunsNoStatementForIt) {
  catalog.write(set_of({moved(medium, 1)}));
  auto request = sample.request(1);
  request.state = RequestState::queued;
  EXPECT_THAT(of_history(catalog, set_of({request}, {sample.event(1)})), IsEmpty());  // an enqueue
  request.state = RequestState::passed;
  EXPECT_THAT(of_history(catalog, set_of({request, sample.session()}, {sample.event(2)})), IsEmpty());
}

// To look an object up and to add to its sums is quicker than one statement that says what it has written.
TEST_F(HistoryRows, ARowIsOneStatementAndTwoForEachSumAndACommitLooksOnceForWhatIsTooMuch) {
  auto const drive = random.id<DriveId>();
  HistoryRecord const row{.time = at(1), .medium = medium, .drive = drive};
  EXPECT_THAT(of_history(catalog, set_of({row})), SizeIs(5 + 1));
  EXPECT_THAT(of_history(catalog, set_of({row, row, row, row})), SizeIs(4 * 5 + 1));
}

TEST_F(HistoryRows, ADeletedCartridgeIsFoundByWhatItWasCalled) {
  auto const library = sample.library();
  auto const type = sample.media_type();
  auto const pool = sample.pool({}, type.id);
  auto record = sample.medium(library.id, pool.id, type.id);
  record.barcode = "A00001", record.name = "Fred";
  catalog.write(set_of({library, type, pool, record, HistoryRecord{.time = at(1), .medium = record.id, .library = library.id}}));
  EXPECT_EQ(must(catalog.reader->deleted_medium("A00001")), std::nullopt);  // it is there
  EXPECT_EQ(must(catalog.reader->history_page({.object = record.id.guid, .type = ObjectType::medium}, {}, 10))[0].medium_name, "Fred");
  catalog.write(set_of({Erase{ObjectType::medium, record.id.guid}}));
  for (std::string const& called : {std::string("A00001"), std::string("Fred"), record.id.text()}) EXPECT_EQ(must(catalog.reader->deleted_medium(called)), record.id) << called;
  auto const page = must(catalog.reader->history_page({.object = record.id.guid, .type = ObjectType::medium}, {}, 10));
  ASSERT_THAT(page, SizeIs(1));
  EXPECT_EQ(page[0].medium_name, "Fred");
  EXPECT_EQ(page[0].library_name, library.name);
  // When nothing of it is kept any more, it goes itself.
  catalog.write(set_of({moved(other, 5'000'000)}));
  EXPECT_EQ(must(catalog.reader->deleted_medium("A00001")), std::nullopt);
}

TEST_F(HistoryRows, OfSeveralThatWereCalledSoTheLastOneIsMeant) {
  auto const library = sample.library();
  auto const type = sample.media_type();
  auto const pool = sample.pool({}, type.id);
  MediumId last;
  catalog.write(set_of({library, type, pool}));
  for (int i = 0; i < 3; ++i) {
    auto record = sample.medium(library.id, pool.id, type.id);
    record.barcode = "A00001";
    catalog.write(set_of({record, moved(record.id, i)}));
    catalog.write(set_of({Erase{ObjectType::medium, record.id.guid}}));
    last = record.id;
  }
  EXPECT_EQ(must(catalog.reader->deleted_medium("A00001")), last);
}

TEST_F(HistoryRows, WhatWasFoundToBeAnotherOneGoesOnThere) {
  catalog.write(set_of({moved(medium, 1), HistoryRecord{.kind = HistoryKind::mounted, .time = at(7), .medium = medium}}));
  catalog.write(set_of({moved(other, 2), HistoryRecord{.kind = HistoryKind::mounted, .time = at(5), .medium = other}, HistoryGoesOn{other, medium}}));
  EXPECT_THAT(times({.object = medium.guid, .type = ObjectType::medium}), ElementsAre(7, 5, 2, 1));
  EXPECT_EQ(must(catalog.reader->history_sums(medium.guid)), (HistorySums{.last_used = at(7), .moves = 2}));
  EXPECT_THAT(times({.object = other.guid, .type = ObjectType::medium}), IsEmpty());
  catalog.write(set_of({HistoryGoesOn{random.id<MediumId>(), medium}}));  // of which nothing is known
  EXPECT_THAT(must(findings_of(*catalog.database)), IsEmpty());
}

TEST_F(HistoryRows, ARowThatHasLostItsCartridgeIsAFinding) {
  catalog.write(set_of({moved(medium, 1)}));
  catalog.database->connection().exec("DELETE FROM history_subject");
  EXPECT_THAT(must(findings_of(*catalog.database)), ElementsAre(testing::HasSubstr("row 1 of the history")));
}

TEST_F(HistoryRows, WhatIsRolledBackHasNotHappened) {
  std::vector<ChangeSet> const sets = {set_of({moved(medium, 1)}), set_of({sample.slot(random.id<LibraryId>())})};
  auto const committed = catalog.writer->commit(sets);
  ASSERT_FALSE(committed);
  must(catalog.writer->recover(committed.error()));
  EXPECT_EQ(rows_kept() + count("history_subject"), 0);
}

// What is new has no index; where there is a whole batch of it, it goes into the history. A page never shows where it is.
TEST_F(HistoryRows, NewRowsGoIntoTheHistoryTogetherAndPagesShowBothInOrder) {
  auto const batch = static_cast<std::int64_t>(limits::history_rows_at_once);
  std::vector<std::int64_t> expected;
  for (std::int64_t i = 0; i < batch + 20; ++i) {
    std::int64_t const ms = i % 3 == 0 ? i - 15 : i;  // a clock that goes back now and then
    catalog.write(set_of({moved(medium, ms)}));
    expected.push_back(ms);
    EXPECT_EQ(count("history_new"), (i + 1) % batch);
  }
  EXPECT_EQ(count("history"), batch);
  std::ranges::sort(expected);
  HistoryFilter filter{.object = medium.guid, .type = ObjectType::medium, .newest_first = false};
  for (std::size_t const limit : {1U, 7U, 100U, 1000U}) EXPECT_EQ(times(filter, limit), expected) << limit;
  std::ranges::reverse(expected);
  filter.newest_first = true;
  for (std::size_t const limit : {1U, 7U, 100U, 1000U}) EXPECT_EQ(times(filter, limit), expected) << limit;
  EXPECT_EQ(must(catalog.reader->history_sums(medium.guid)).moves, static_cast<std::uint64_t>(batch + 20));
  catalog.write(set_of({HistoryGoesOn{medium, other}}));
  EXPECT_EQ(times({.object = other.guid, .type = ObjectType::medium}), expected);
  EXPECT_THAT(must(findings_of(*catalog.database)), IsEmpty());
}

TEST_F(HistoryRows, WhatIsTooOldGoesAlsoWhileNothingMakesABatchFull) {
  catalog.write(set_of({moved(medium, 1)}));
  catalog.write(set_of({moved(medium, 2'000'000)}));
  EXPECT_THAT(times({.object = medium.guid, .type = ObjectType::medium}), ElementsAre(2'000'000));
}

TEST_F(HistoryRows, ANewRowWithANumberThatWasGivenIsAFinding) {
  catalog.write(set_of({moved(medium, 1)}));
  catalog.database->connection().exec("INSERT INTO history SELECT * FROM history_new");
  EXPECT_THAT(must(findings_of(*catalog.database)), ElementsAre(testing::HasSubstr("row 1 of what is new in the history")));
}

}  // namespace
}  // namespace rsm::db
