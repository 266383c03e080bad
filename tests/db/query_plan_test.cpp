// Every statement that reader and writer run is explained by SQLite: none may walk through a table that grows with the number
// of media, requests or events. The statements are those that really run, taken from the connection's trace.
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <gmock/gmock.h>
#include <sqlite3.h>

#include <set>

#include "tests/db/fixture.hpp"

namespace rsm::db {
namespace {

using samples::set_of;

int remember(unsigned, void* into, void* statement, void* text) {
  // Statements of triggers come as comments; their plans are those of their tables' keys.
  if (static_cast<char const*>(text)[0] != '-')
    static_cast<std::set<std::string>*>(into)->insert(sqlite3_sql(static_cast<sqlite3_stmt*>(statement)));
  return 0;
}

class QueryPlan : public testing::Test {
 protected:
  SeededRandom random{21};
  samples::Sample sample{random};
  MemoryCatalog catalog;
  std::set<std::string> statements;

  void SetUp() override { sqlite3_trace_v2(catalog.database->connection().getHandle(), SQLITE_TRACE_STMT, remember, &statements); }

  std::set<std::string> statements_of(std::function<void()> const& work) {
    statements.clear();
    work();
    auto seen = statements;
    EXPECT_FALSE(seen.empty());
    return seen;
  }
  std::vector<std::string> plan(std::string const& sql) {
    std::vector<std::string> lines;
    SQLite::Statement explain(catalog.database->connection(), "EXPLAIN QUERY PLAN " + sql);
    while (explain.executeStep()) lines.push_back(explain.getColumn(3).getString());
    return lines;
  }
  // `allowed`: what may be walked through, as the plan says it.
  void expect_indexed(std::set<std::string> const& seen, std::set<std::string> const& allowed = {}) {
    for (auto const& sql : seen)
      for (auto const& line : plan(sql)) {
        bool const walks = line.starts_with("SCAN") && !line.starts_with("SCAN CONSTANT ROW") && !allowed.contains(line);
        bool const sorts = line.find("TEMP B-TREE") != std::string::npos && !allowed.contains(line);
        EXPECT_FALSE(walks || sorts) << line << "\n  in " << sql;
      }
  }
};

TEST_F(QueryPlan, EveryLookupOfTheReaderUsesAnIndex) {
  auto& reader = *catalog.reader;
  expect_indexed(statements_of([&] {
    must(reader.medium(random.id<MediumId>()));
    must(reader.medium_of_side(random.id<SideId>()));
    must(reader.logical_medium(random.id<LogicalMediumId>()));
    must(reader.logical_media_by_key(random.id<SessionId>(), "k"));
    must(reader.allocatable_sides({random.id<PoolId>(), random.id<LibraryId>(), Shelf::whole, 0, {}, {}, 0}, 16));
    must(reader.media_by_barcode("A"));
    must(reader.media_by_name("A"));
    must(reader.media_by_label({"EXT4", "x", ""}));
    must(reader.request(random.id<RequestId>()));
    must(reader.request(7));
    must(reader.request(request_id(7, random.guid())));
    must(reader.operator_request(random.id<OperatorRequestId>()));
    must(reader.count_logical_media(random.id<PoolId>()));
    must(reader.object_text(random.guid()));
    must(reader.history_sums(random.guid()));
    must(reader.deleted_medium("A00001"));
    must(reader.deleted_medium(random.guid().text()));
    must(reader.done_call(random.id<SessionId>(), "key"));
    must(reader.object_attribute(random.guid(), "A"));
  }));
}

TEST_F(QueryPlan, EveryPageContinuesInAnIndex) {
  auto& reader = *catalog.reader;
  auto const library = random.id<LibraryId>();
  auto const pool = random.id<PoolId>();
  expect_indexed(statements_of([&] {
    for (auto const& filter :
         {MediaFilter{}, MediaFilter{library}, MediaFilter{{}, pool}, MediaFilter{library, pool}, MediaFilter{{}, {}, true},
          MediaFilter{{}, pool, true}, MediaFilter{library, {}, true}, MediaFilter{library, pool, true}})
      must(reader.media_page(filter, {}, 10));
    must(reader.logical_media_page({}, {}, 10));
    must(reader.logical_media_page(pool, {}, 10));
    must(reader.requests_page({}, 0, 10));
    must(reader.requests_page(library, 5, 10));
    must(reader.operator_requests_page({}, 10));
  }));
  // Rows of the history, by medium, by drive, by library, by request and by time, in both directions.
  auto const medium = random.id<MediumId>();
  auto const drive = random.id<DriveId>();
  auto const request = random.id<RequestId>();
  catalog.write(set_of({HistoryRecord{.medium = medium, .drive = drive, .library = library, .request = request}}));
  expect_indexed(statements_of([&] {
    for (bool const newest_first : {true, false})
      for (auto const& filter : {HistoryFilter{medium.guid, ObjectType::medium, {}, {}, {}, {}, newest_first}, HistoryFilter{drive.guid, ObjectType::drive, {}, {}, {}, {}, newest_first},
                                 HistoryFilter{{}, ObjectType::unknown, {}, {}, {}, {}, newest_first}, HistoryFilter{.library = library, .newest_first = newest_first}, HistoryFilter{.request = request, .newest_first = newest_first},
                                 HistoryFilter{.object = drive.guid, .type = ObjectType::drive, .library = library, .newest_first = newest_first}})
        EXPECT_EQ(must(reader.history_page(filter, {}, 10)).size(), 1U);
  }), {"SCAN h"});  // what is new in the history is read whole, and holds limits::history_rows_at_once at most
  // The first row of a table in the order of its key is one step, though the plan calls it a scan.
  expect_indexed(statements_of([&] { must(reader.events(7, 10)); }), {"SCAN event_batch"});
}

TEST_F(QueryPlan, CountsComeFromTheCounters) {
  for (auto const& sql : statements_of([&] {
         must(catalog.reader->count_media({}));
         must(catalog.reader->count_media({random.id<LibraryId>(), random.id<PoolId>(), true}));
         must(catalog.reader->count_logical_media({}));
       }))
    for (auto const& line : plan(sql)) EXPECT_THAT(line, testing::AnyOf(testing::HasSubstr("media_counter"), testing::HasSubstr("SEARCH object_ref"))) << sql;
}

TEST_F(QueryPlan, LoadingTheActiveWorldTouchesNoMediumAndNoHistory) {
  catalog.write(set_of({sample.session()}));  // its keys are read by an index
  for (auto const& sql : statements_of([&] { must(catalog.reader->load_active()); }))
    for (auto const& line : plan(sql)) {
      EXPECT_THAT(line, testing::Not(testing::AnyOf(testing::HasSubstr("medium_row"), testing::HasSubstr("side_row"),
                                                    testing::HasSubstr("SCAN request_done"), testing::HasSubstr("SCAN logical_medium"),
                                                    testing::HasSubstr("TEMP B-TREE"))))
          << sql;
    }
}

TEST_F(QueryPlan, TheWriterWalksThroughNothing) {
  auto const library = sample.library();
  auto const type = sample.media_type();
  auto const pool = sample.pool({}, type.id);
  auto medium = sample.medium(library.id, pool.id, type.id);
  auto logical = sample.logical_medium(medium.sides[0].id, pool.id);
  auto request = sample.request(1);
  // A media type is written once; only when a medium of it came before it in the same commit are its children looked for.
  catalog.write(set_of({type}));
  expect_indexed(
      statements_of([&] {
        catalog.write(set_of({library, pool, medium, logical, request, sample.operator_request(), sample.session()}, {sample.event(1)}));
        medium.sides[0].mount_count += 1, request.state = RequestState::passed;
        catalog.write(set_of({medium, request}, {sample.event(2)}));
        catalog.write(set_of({ObjectText{medium.sides[0].id.guid, "n", "d"}, ObjectText{random.guid(), "", ""}, ObjectAttribute{medium.id.guid, "a", "b"}, ObjectAttribute{medium.id.guid, "a", ""},
                              ObjectSecurity{pool.id.guid, "d"}, LibraryMediaType{library.id, type.id}, EraseLibraryMediaType{library.id, type.id}, RootPool{random.id<PoolId>()},
                              DoneCall{random.id<SessionId>(), "key", "swap", random.guid(), random.guid()},
                              TimingRecord{library.id.guid, TimingKind::move, 1, {{40, 16, 1100}}},
                              ComputerRecord{random.id<ComputerId>(), {}, {}, 1, keep_flag::no_failed_purge, keep_flag::no_failed_purge, {}, {}}, DeviceTypeRecord{random.id<DeviceTypeId>(), false, "a", "b", 0, {}},
                              DestinationRecord{library.id.guid, MessageKind::info, "c"}, EraseDestination{{library.id.guid, MessageKind::info, "c"}}}));
        medium.sides.pop_back();  // what was said of it goes
        catalog.write(set_of({medium}));
        auto const found_to_be = random.id<MediumId>();
        catalog.write(set_of({HistoryRecord{.time = samples::at(1), .medium = medium.id, .drive = random.id<DriveId>(), .library = library.id},
                              HistoryRecord{.time = samples::at(2), .medium = found_to_be}, HistoryGoesOn{found_to_be, medium.id}}));
        medium.enabled = true, medium.sides[0].state = SideState::available;
        catalog.write(set_of({medium}));
        catalog.write(set_of({Erase{ObjectType::logical_medium, logical.id.guid}, Erase{ObjectType::medium, medium.id.guid},
                              Erase{ObjectType::request, request.id.guid}, Erase{ObjectType::session, random.guid()}},
                             {sample.event(3)}));
      }),
      // Finished requests are counted once after the opening; the others are one step in the order of a key, or one row.
      {"SCAN event_batch", "SCAN request_done", "SCAN operator_request USING INDEX operator_request_by_age",
       "SCAN operator_request USING COVERING INDEX operator_request_by_age", "SCAN history USING COVERING INDEX history_by_time", "SCAN history_new", "SCAN catalog_facts", "SCAN computer"});
}

TEST_F(QueryPlan, ABadStatementWouldBeFound) {
  EXPECT_THAT(plan("SELECT id FROM medium WHERE description = 'x'"), testing::Contains(testing::StartsWith("SCAN medium_row")));
  EXPECT_THAT(plan("SELECT id FROM medium WHERE name = 'x' ORDER BY description"), testing::Contains(testing::HasSubstr("TEMP B-TREE")));
}

}  // namespace
}  // namespace rsm::db
