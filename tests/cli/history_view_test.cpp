// The history for people, for programs and for spreadsheets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/protocol/messages.hpp"
#include "cli/rsm/arguments/parse.hpp"
#include "cli/rsm/arguments/values.hpp"
#include "cli/rsm/view/ageing.hpp"
#include "cli/rsm/view/csv.hpp"
#include "cli/rsm/view/json.hpp"
#include "cli/rsm/view/tables.hpp"
#include "tests/cli/program_fixture.hpp"
#include "tests/cli/samples.hpp"

namespace rsm::cli {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

wire::HistoryInfo moved(std::int64_t number) {
  wire::HistoryInfo row;
  row.number = number;
  row.time = 1'700'000'000'000 + number;
  row.kind = HistoryKind::moved, row.kind_code = 1;
  row.medium_name = "A00001";
  row.library_name = "Jukebox";
  row.from = "slot 3", row.to = "drive 0";
  row.user = "alice", row.application = "amanda";
  return row;
}

std::string line_of(wire::HistoryInfo const& row) {
  Canvas canvas;
  canvas.width = 0;
  return history_line(row, canvas);
}

TEST(HistoryView, EachKindIsASentence) {
  auto row = moved(1);
  EXPECT_THAT(line_of(row), HasSubstr("A00001       moved from slot 3 to drive 0 of Jukebox  (alice, amanda)"));
  row.kind = HistoryKind::dismounted, row.drive_name = "Jukebox drive 0", row.duration_ms = 3'600'000;
  EXPECT_THAT(line_of(row), HasSubstr("dismounted in Jukebox drive 0, in use for 1 h"));
  row.kind = HistoryKind::failed, row.error = 170, row.text = "loading";
  EXPECT_THAT(line_of(row), HasSubstr("failed in Jukebox drive 0: loading: ERROR_BUSY (170)"));
  row.kind = HistoryKind::alerted, row.alert = 20, row.text = "clean now";
  EXPECT_THAT(line_of(row), HasSubstr("TapeAlert 20 in Jukebox drive 0: clean now"));
  for (int kind = 1; kind <= 14; ++kind) {
    row.kind = static_cast<HistoryKind>(kind);
    EXPECT_THAT(line_of(row), Not(HasSubstr("unknown"))) << kind;
  }
}

TEST(HistoryView, CsvIsWhatRfc4180Says) {
  auto row = moved(1);
  row.text = "say \"no\", please\r\nnow";
  std::string const line = to_csv(row);
  EXPECT_THAT(line, StartsWith("1,2023-11-14T22:13:20.001Z,moved,1,,A00001,,,,Jukebox,slot 3,drive 0,,,0,0,,alice,amanda,"));
  EXPECT_THAT(line, HasSubstr(",\"say \"\"no\"\", please\r\nnow\"\r\n"));
  std::string const header = csv_header(wire::shape_of<wire::HistoryInfo>());
  EXPECT_THAT(header, StartsWith("number,time,kind,kind_code,medium,medium_name,drive,"));
  EXPECT_TRUE(header.ends_with(",text\r\n"));
  row.text.clear();
  auto const fields = [](std::string const& text) { return std::count(text.begin(), text.end(), ','); };
  EXPECT_EQ(fields(header), fields(to_csv(row)));
  row.user = "";  // a first field that is empty is a field all the same
  EXPECT_EQ(fields(header), fields(to_csv(row)));
}

TEST(HistoryView, AShareOfLifeIsShownWhereSomebodyHasSaidIt) {
  auto medium = samples::media()[0];
  Canvas canvas;
  canvas.width = 0, canvas.now = samples::now;
  EXPECT_THAT(record_of(medium, {}, canvas).text(canvas), Not(HasSubstr("In use")));  // an older service
  medium.ageing = wire::AgeingInfo{.mounts = 812, .mounted_ms = 7'200'000, .moves = 90, .errors = 2};
  auto text = record_of(medium, {}, canvas).text(canvas);
  EXPECT_THAT(text, testing::ContainsRegex("Mounts +812\n"));
  EXPECT_THAT(text, testing::ContainsRegex("In use +2 h\n"));
  EXPECT_THAT(text, testing::ContainsRegex("Last used +never\n"));
  EXPECT_THAT(text, Not(HasSubstr("Cleanings")));
  medium.ageing->mounts_expected = 5000, medium.ageing->mounted_expected_ms = 72'000'000;
  text = record_of(medium, {}, canvas).text(canvas);
  EXPECT_THAT(text, testing::ContainsRegex("Mounts +812 of 5000 \\(16 %\\)\n"));
  EXPECT_THAT(text, testing::ContainsRegex("In use +2 h of 20 h \\(10 %\\)\n"));
}

TEST(HistoryView, MomentsAreDatesOrLongAgo) {
  setenv("TZ", "UTC", 1);
  tzset();
  EXPECT_EQ(parse_moment("2026-03-01"), 1'772'323'200'000);
  EXPECT_EQ(parse_moment("2026-03-01 12:30"), 1'772'368'200'000);
  EXPECT_EQ(parse_moment("2026-03-01T12:30:05"), 1'772'368'205'000);
  EXPECT_TRUE(parse_moment("24h"));
  for (auto const* wrong : {"", "yesterday", "2026-03-01 12", "2026-13-01", "2026-03-01 12:30:05 ", "-5h"}) EXPECT_FALSE(parse_moment(wrong)) << wrong;
}

class HistoryProgram : public Program {
 protected:
  // Pages of three rows, seven rows in all.
  void pages() {
    daemon().answer("history.list", [this](boost::json::value const& params) -> Result<boost::json::value> {
      RSM_TRY(auto const wanted, wire::decode<wire::HistoryListParams>(params, wire::Strictness::server_strict, "params"));
      asked.push_back(wanted);
      if (wanted.medium && *wanted.medium != "A00001") return fail(Errc::object_not_found, "medium");
      std::int64_t const begin = wanted.cursor ? std::stoll(*wanted.cursor) : 0;
      std::int64_t const end = std::min({begin + 3, std::int64_t{7}, begin + wanted.limit.value_or(200)});
      wire::HistoryPage page;
      for (auto n = begin; n < end; ++n) page.items.push_back(moved(n + 1));
      if (end < 7) page.next_cursor = std::to_string(end);
      return wire::encode(page);
    });
  }
  std::vector<wire::HistoryListParams> asked;
};

TEST_F(HistoryProgram, JsonIsALineEachAndCsvHasItsHeader) {
  pages();
  auto const json = run({"history", "A00001", "--json"});
  EXPECT_EQ(json.exit, 0) << json.err;
  EXPECT_EQ(std::count(json.out.begin(), json.out.end(), '\n'), 7);
  EXPECT_THAT(json.out, StartsWith("{\"number\":1,"));
  ASSERT_EQ(asked.size(), 3U);
  EXPECT_EQ(asked[0].medium, "A00001");
  EXPECT_EQ(asked[1].medium, "A00001");
  auto const csv = run({"history", "A00001", "--csv", "--oldest-first", "--from", "2026-03-01"});
  EXPECT_EQ(csv.exit, 0) << csv.err;
  EXPECT_EQ(std::count(csv.out.begin(), csv.out.end(), '\n'), 8);
  EXPECT_THAT(csv.out, StartsWith("number,time,"));
  EXPECT_EQ(asked.back().oldest_first, true);
  EXPECT_EQ(asked.back().from, 1'772'323'200'000);
  auto const bare = run({"history", "--csv", "--no-header", "--limit", "2"});
  EXPECT_EQ(std::count(bare.out.begin(), bare.out.end(), '\n'), 2);
  EXPECT_THAT(bare.out, StartsWith("1,"));
}

TEST_F(HistoryProgram, WhatIsNoCartridgeMayBeADrive) {
  pages();
  auto const drive = samples::drives()[0];
  auto const of_drive = run({"history", drive.name});
  EXPECT_EQ(of_drive.exit, 0) << of_drive.err;
  EXPECT_EQ(asked.back().drive, drive.id.text());
  EXPECT_FALSE(asked.back().medium);
  EXPECT_THAT(of_drive.out, HasSubstr("moved from slot 3 to drive 0"));
  auto const nothing = run({"history", "nobody"});
  EXPECT_NE(nothing.exit, 0);
  EXPECT_THAT(nothing.err, HasSubstr("no cartridge, no drive and no request"));
}

TEST_F(HistoryProgram, TwoFormsAtOnceAreRefused) {
  EXPECT_NE(run({"history", "--csv", "--json"}).exit, 0);
  EXPECT_NE(run({"history", "--from", "yesterday"}).exit, 0);
}

}  // namespace
}  // namespace rsm::cli
