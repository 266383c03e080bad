// history.list: whose history is meant, its pages, and the sums beside a cartridge and a drive.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "api/protocol/json_text.hpp"
#include "tests/api/server/doubles.hpp"

namespace rsm::testing {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct HistoryTest : ::testing::Test {
  TestServer server;
  HistoryTest() {
    furnish(server);
    for (std::uint64_t n = 1; n <= 5; ++n)
      server.reader.history.push_back({n,
                                       {.kind = n == 5 ? HistoryKind::dismounted : HistoryKind::moved,
                                        .time = from_ms(static_cast<std::int64_t>(100 * n)),
                                        .medium = ids::medium(n % 2 == 0 ? 0 : 1),
                                        .drive = ids::drive(0),
                                        .library = ids::library(),
                                        .from = Element{ElementKind::slot, 3},
                                        .to = Element{ElementKind::drive, 0},
                                        .duration = Millis{60'000},
                                        .request = ids::request(0),
                                        .user = "alice"},
                                       "A00001", "drive 0", "Jukebox"});
  }
  json::object result(std::string_view method, std::string const& params) {
    std::string const answer = server.call(method, params);
    EXPECT_THAT(answer, StartsWith("ok ")) << method << params;
    return answer.starts_with("ok ") ? wire::parse_json(answer.substr(3))->as_object() : json::object();
  }
  db::HistoryFilter const& asked() const { return server.reader.last_history; }
};

TEST_F(HistoryTest, ARowHasItsPlacesItsPeopleAndItsNames) {
  auto const row = result("history.list", R"({"limit":1})").at("items").as_array()[0].as_object();
  EXPECT_EQ(row.at("number"), 1);
  EXPECT_EQ(row.at("kind"), "moved");
  EXPECT_EQ(row.at("kind_code"), 1);
  EXPECT_EQ(row.at("from"), "slot 3");
  EXPECT_EQ(row.at("to"), "drive 0");
  EXPECT_EQ(row.at("medium_name"), "A00001");
  EXPECT_EQ(row.at("library_name"), "Jukebox");
  EXPECT_EQ(row.at("user"), "alice");
  EXPECT_EQ(row.at("duration_ms"), 60'000);
  EXPECT_EQ(row.at("request").as_string(), json::value(ids::request(0).text()));
}

TEST_F(HistoryTest, PagesGoOnByACursor) {
  std::vector<std::int64_t> numbers;
  std::string params = R"({"oldest_first":true,"limit":2})";
  for (int pages = 0; pages < 4; ++pages) {
    auto const page = result("history.list", params);
    for (auto const& row : page.at("items").as_array()) numbers.push_back(row.at("number").to_number<std::int64_t>());
    if (!page.contains("next_cursor") || page.at("next_cursor").is_null()) break;
    params = R"({"oldest_first":true,"limit":2,"cursor":")" + std::string(page.at("next_cursor").as_string()) + R"("})";
  }
  EXPECT_EQ(numbers, (std::vector<std::int64_t>{1, 2, 3, 4, 5}));
  EXPECT_FALSE(asked().newest_first);
}

TEST_F(HistoryTest, ACartridgeOrADriveIsMeantByWhatItIsCalled) {
  auto const medium = result("medium.get", R"({"id":")" + ids::medium(0).text() + R"("})");
  for (auto const& text : {ids::medium(0).text(), std::string(medium.at("name").as_string()), std::string(medium.at("barcode").as_string())}) {
    result("history.list", R"({"medium":")" + text + R"("})");
    EXPECT_EQ(asked().object, ids::medium(0).guid) << text;
    EXPECT_EQ(asked().type, ObjectType::medium);
  }
  result("history.list", R"({"drive":")" + ids::drive(0).text() + R"(","from":5,"to":9})");
  EXPECT_EQ(asked().object, ids::drive(0).guid);
  EXPECT_EQ(asked().type, ObjectType::drive);
  EXPECT_EQ(asked().from, from_ms(5));
  EXPECT_EQ(asked().to, from_ms(9));
  EXPECT_TRUE(asked().newest_first);
}

TEST_F(HistoryTest, OfALibraryOrOfARequest) {
  result("history.list", R"({"library":"Jukebox","request":")" + ids::request(0).text() + R"("})");
  EXPECT_EQ(asked().library, ids::library());
  EXPECT_EQ(asked().request, ids::request(0));
  EXPECT_EQ(result("history.list", R"({"library":"Jukebox"})").at("items").as_array().size(), 5U);
  EXPECT_EQ(result("history.list", R"({"request":")" + ids::request(3).text() + R"("})").at("items").as_array().size(), 0U);
  EXPECT_THAT(server.call("history.list", R"({"library":"nowhere"})"), StartsWith("ERROR_OBJECT_NOT_FOUND"));
}

TEST_F(HistoryTest, ADeletedCartridgeIsMeantByWhatItWasCalled) {
  server.reader.deleted_media["Z00009"] = ids::medium(7);
  server.reader.deleted_media[ids::medium(7).text()] = ids::medium(7);
  for (auto const& text : {std::string("Z00009"), ids::medium(7).text()}) {
    result("history.list", R"({"medium":")" + text + R"("})");
    EXPECT_EQ(asked().object, ids::medium(7).guid);
  }
  EXPECT_THAT(server.call("history.list", R"({"medium":"Z00010"})"), StartsWith("ERROR_OBJECT_NOT_FOUND"));
  EXPECT_THAT(server.call("history.list", R"({"medium":")" + ids::medium(8).text() + R"("})"), StartsWith("ERROR_OBJECT_NOT_FOUND"));
}

// Of a closed pool, of a closed library, of a cartridge that was deleted: nothing; and a page without anything to tell leads on.
TEST_F(HistoryTest, WhatAReaderMayNotKnowIsNotTold) {
  auto const bob = server.new_peer(1001);
  auto const told = [&](server::PeerState& who, std::string const& params) {
    auto const answer = server.send(who, "history.list", params);
    server.loop.run_for(Millis{0});
    return *answer;
  };
  security::Descriptor closed;
  closed.access = security::AccessList{};
  EXPECT_THAT(told(*bob, "{}"), HasSubstr("A00001"));
  for (auto const object : {ids::pool(1).guid, ids::library().guid}) {
    server.manager_double.world.securities = {{object, closed}};
    EXPECT_THAT(told(*bob, "{}"), HasSubstr("\"items\":[]"));
    EXPECT_THAT(told(*bob, R"({"limit":2})"), HasSubstr("\"next_cursor\":\""));
    EXPECT_THAT(told(*server.peer, "{}"), HasSubstr("A00001"));
  }
  server.manager_double.world.securities = {{ids::pool(0).guid, closed}};
  EXPECT_THAT(told(*bob, "{}"), HasSubstr("A00001")) << "another pool";
  for (auto& entry : server.reader.history) entry.record.medium = ids::medium(30);
  EXPECT_THAT(told(*bob, "{}"), HasSubstr("\"items\":[]")) << "deleted";
  for (auto& entry : server.reader.history) entry.record.user = "user1001";
  EXPECT_THAT(told(*bob, "{}"), HasSubstr("A00001")) << "it was his";
}

TEST_F(HistoryTest, WhatIsNoQuestionIsRefused) {
  EXPECT_THAT(server.call("history.list", R"({"medium":"A","drive":"B"})"), StartsWith("ERROR_INVALID_PARAMETER"));
  EXPECT_THAT(server.call("history.list", R"({"drive":"nothing"})"), StartsWith("ERROR_OBJECT_NOT_FOUND"));
  EXPECT_THAT(server.call("history.list", R"({"limit":0})"), StartsWith("ERROR_INVALID_PARAMETER"));
  for (std::string const cursor : {"", "5", "5-", "-", "x-1", "5-1x", "5-18446744073709551615"})
    EXPECT_THAT(server.call("history.list", R"({"cursor":")" + cursor + R"("})"), HasSubstr("params.cursor")) << cursor;
  server.reader.broken = true;
  EXPECT_THAT(server.call("history.list", "{}"), StartsWith("ERROR_DATABASE_FAILURE"));
}

TEST_F(HistoryTest, ACartridgeAndADriveShowWhatTheyHaveBeenThrough) {
  server.reader.sums[ids::medium(0).guid] = {.last_used = from_ms(77), .moves = 9, .mounted = Millis{5'000}, .errors = 2, .alerts = 1};
  server.reader.sums[ids::drive(0).guid] = {.moves = 4, .cleanings = 3};
  server.manager_double.settings.ageing = {.medium_mounts = 5000, .medium_hours = 2};
  auto& hot = server.manager_double.world.drives[ids::drive(0)].hot;
  hot.since = server.loop.now() - Millis{1'500};
  hot.mount_count = 12;
  auto const of_medium = result("medium.get", R"({"id":")" + ids::medium(0).text() + R"("})").at("ageing").as_object();
  EXPECT_EQ(of_medium.at("moves"), 9);
  EXPECT_EQ(of_medium.at("errors"), 2);
  EXPECT_EQ(of_medium.at("alerts"), 1);
  EXPECT_EQ(of_medium.at("mounted_ms"), 6'500);  // the mount that goes on counts
  EXPECT_EQ(of_medium.at("mounts_expected"), 5000);
  EXPECT_EQ(of_medium.at("mounted_expected_ms"), 7'200'000);
  EXPECT_EQ(of_medium.at("last_used"), 77);
  auto const of_drive = result("drive.get", R"({"id":")" + ids::drive(0).text() + R"("})").at("ageing").as_object();
  EXPECT_EQ(of_drive.at("mounts"), 12);
  EXPECT_EQ(of_drive.at("cleanings"), 3);
  EXPECT_EQ(of_drive.at("mounted_ms"), 1'500);
  EXPECT_TRUE(!of_drive.contains("mounts_expected") || of_drive.at("mounts_expected").is_null());  // nobody has said
}

}  // namespace
}  // namespace rsm::testing
