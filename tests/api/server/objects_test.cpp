// Lists, single objects, enumeration, pages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <set>

#include "api/protocol/json_text.hpp"
#include "api/server/enumerate.hpp"
#include "libmgr/domain/base64.hpp"
#include "tests/api/server/doubles.hpp"

namespace rsm::testing {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct ObjectsTest : ::testing::Test {
  TestServer server;
  ObjectsTest() { furnish(server); }

  json::object result(std::string_view method, std::string const& params = "{}") {
    std::string const answer = server.call(method, params);
    EXPECT_THAT(answer, StartsWith("ok ")) << method << params;
    return answer.starts_with("ok ") ? wire::parse_json(answer.substr(3))->as_object() : json::object();
  }
  std::vector<std::string> all_pages(std::string_view method, std::string const& rest, std::string_view list, std::string_view id) {
    std::vector<std::string> ids;
    std::string cursor;
    for (int pages = 0; pages < 5000; ++pages) {
      auto const page = result(method, "{" + rest + (cursor.empty() ? "" : (rest.empty() ? "" : ",") + ("\"cursor\":\"" + cursor + "\"")) + "}");
      for (auto const& item : page.at(list).as_array())
        ids.emplace_back(std::string_view(id.empty() ? item.as_string() : item.as_object().at(id).as_string()));
      if (!page.contains("next_cursor")) return ids;
      cursor = std::string_view(page.at("next_cursor").as_string());
    }
    ADD_FAILURE() << "pages without end: " << method;
    return ids;
  }
};

// ---- the container table of rsm-model.md section 1, row by row

TEST_F(ObjectsTest, EnumeratesExactlyTheLegalPairs) {
  std::map<ObjectType, std::set<std::string>> const table = {
      {ObjectType::changer, {"", "library"}},       {ObjectType::changer_type, {""}},
      {ObjectType::computer, {""}},                 {ObjectType::drive, {"", "library"}},
      {ObjectType::drive_type, {""}},               {ObjectType::door, {"", "library"}},
      {ObjectType::port, {"", "library"}},          {ObjectType::library, {""}},
      {ObjectType::request, {"", "library"}},       {ObjectType::logical_medium, {"", "pool", "side"}},
      {ObjectType::pool, {"", "pool"}},             {ObjectType::media_type, {"", "library"}},
      {ObjectType::side, {"", "logical_medium", "medium", "pool"}}, {ObjectType::medium, {"", "pool", "library"}},
      {ObjectType::slot, {"", "library"}},          {ObjectType::operator_request, {""}},
      {ObjectType::session, {""}},                  {ObjectType::unknown, {}}, {ObjectType::object, {}}};
  std::map<std::string, Guid> const containers = {{"", {}}, {"library", ids::library().guid}, {"pool", ids::pool(1).guid}, {"side", ids::side(0, 0).guid},
                                                  {"logical_medium", ids::logical(0).guid}, {"medium", ids::medium(0).guid}, {"drive", ids::drive(0).guid},
                                                  {"slot", ids::slot(0).guid}, {"port", ids::port().guid}, {"door", ids::door().guid}, {"changer", ids::changer().guid},
                                                  {"media_type", ids::media_type(0).guid}, {"session", ids::session(0).guid}, {"request", ids::request(0).guid},
                                                  {"operator_request", ids::operator_request(0).guid}};
  for (auto const& [type, legal] : table)
    for (auto const& [name, id] : containers) {
      std::string const container = name.empty() ? "" : R"(,"container":)" + in_quotes(id);
      std::string const answer = server.call("object.enumerate", R"({"type":")" + word(type) + "\"" + container + "}");
      if (!legal.contains(name))
        EXPECT_THAT(answer, StartsWith("ERROR_INVALID_PARAMETER")) << word(type) << " in " << name;
      else
        EXPECT_THAT(answer, StartsWith("ok")) << word(type) << " in " << name;
    }
}

TEST_F(ObjectsTest, UnknownContainersAreNotFoundAndZeroIsOneOfThem) {
  EXPECT_EQ(server.call("object.enumerate", R"({"type":"drive","container":)" + in_quotes(ids::made_up(200)) + "}"), "ERROR_OBJECT_NOT_FOUND params.container");
  EXPECT_EQ(server.call("object.enumerate", R"({"type":"drive","container":""})"), "ERROR_OBJECT_NOT_FOUND params.container");
  EXPECT_EQ(server.call("object.enumerate", R"({"type":"drive","root_pool":true})"), "ERROR_INVALID_PARAMETER params.root_pool");
  EXPECT_EQ(server.call("object.enumerate", R"({"type":"drive","cursor":"nonsense"})"), "ERROR_INVALID_PARAMETER params.cursor");
}

TEST_F(ObjectsTest, GivesWhatIsInTheContainer) {
  auto const in = [&](std::string const& type, Guid container) {
    return all_pages("object.enumerate", R"("type":")" + type + R"(","container":)" + in_quotes(container), "ids", "");
  };
  auto const everywhere = [&](std::string const& type) { return all_pages("object.enumerate", R"("type":")" + type + "\"", "ids", ""); };
  using Ids = std::vector<std::string>;
  EXPECT_EQ(everywhere("library"), (Ids{ids::shelf().text(), ids::library().text()}));
  EXPECT_EQ(in("drive", ids::library().guid), (Ids{ids::drive(0).text(), ids::drive(1).text()}));
  EXPECT_EQ(in("drive", ids::shelf().guid), Ids{});
  EXPECT_EQ(in("slot", ids::library().guid), (Ids{ids::slot(0).text(), ids::slot(1).text(), ids::slot(2).text(), ids::slot(3).text()}));
  EXPECT_EQ(in("medium", ids::library().guid), (Ids{ids::medium(0).text(), ids::medium(1).text()}));
  EXPECT_EQ(in("medium", ids::shelf().guid), Ids{ids::medium(2).text()});
  EXPECT_EQ(in("medium", ids::pool(1).guid).size(), 3u);
  EXPECT_EQ(in("medium", ids::pool(0).guid), Ids{});
  EXPECT_EQ(everywhere("pool"), Ids{ids::pool(0).text()});
  EXPECT_EQ(in("pool", ids::pool(0).guid), Ids{ids::pool(1).text()});
  EXPECT_EQ(everywhere("side").size(), 6u);
  EXPECT_EQ(in("side", ids::medium(1).guid), (Ids{ids::side(1, 0).text(), ids::side(1, 1).text()}));
  EXPECT_EQ(in("side", ids::logical(1).guid), Ids{ids::side(1, 0).text()});
  EXPECT_EQ(in("logical_medium", ids::side(0, 0).guid), Ids{ids::logical(0).text()});
  EXPECT_EQ(in("logical_medium", ids::side(0, 1).guid), Ids{});
  EXPECT_EQ(in("media_type", ids::library().guid), Ids{ids::media_type(0).text()});
  EXPECT_EQ(everywhere("media_type").size(), 2u);
  EXPECT_EQ(everywhere("request"), (Ids{ids::request(1).text(), ids::request(0).text()}));
  EXPECT_EQ(everywhere("session"), Ids{ids::session(0).text()});
}

TEST_F(ObjectsTest, SaysWhichTypeAnIdHas) {
  std::map<std::string, Guid> const all = {{"library", ids::library().guid}, {"drive", ids::drive(1).guid}, {"slot", ids::slot(3).guid}, {"port", ids::port().guid},
                                           {"door", ids::door().guid}, {"changer", ids::changer().guid}, {"medium", ids::medium(2).guid}, {"side", ids::side(2, 1).guid},
                                           {"logical_medium", ids::logical(1).guid}, {"pool", ids::pool(1).guid}, {"media_type", ids::media_type(1).guid},
                                           {"request", ids::request(0).guid}, {"operator_request", ids::operator_request(0).guid}, {"session", ids::session(0).guid}};
  for (auto const& [type, id] : all) EXPECT_EQ(result("object.type", R"({"id":)" + in_quotes(id) + "}").at("type"), json::value(type));
  EXPECT_THAT(server.call("object.type", R"({"id":""})"), StartsWith("ERROR_OBJECT_NOT_FOUND"));
}

// ---- pages

TEST_F(ObjectsTest, PagesOfEverySizeGiveEverythingOnceAndInOrder) {
  for (unsigned n = 3; n < 60; ++n) {
    auto medium = server.reader.media[n % 3];
    medium.id = ids::medium(n);
    for (unsigned k = 0; k < 2; ++k) medium.sides[k].id = ids::side(n, k);
    if (n % 7 == 0) medium.sides.resize(1);
    server.reader.media.push_back(medium);
    server.reader.requests.push_back(mount_request(n, RequestState::passed));
  }
  for (char const* kind : {"slot", "medium", "side", "request", "logical_medium", "library", "drive", "pool", "media_type", "opreq"}) {
    std::string const method = std::string(kind) + ".list";
    auto const whole = all_pages(method, R"("limit":1000)", "items", "id");
    EXPECT_FALSE(whole.empty());
    EXPECT_EQ(std::set(whole.begin(), whole.end()).size(), whole.size()) << kind;
    for (int limit = 1; limit < 12; ++limit) EXPECT_EQ(all_pages(method, "\"limit\":" + std::to_string(limit), "items", "id"), whole) << kind << limit;
  }
}

TEST_F(ObjectsTest, ListsLongerThanTheGreatestPageGoOn) {
  for (unsigned n = 3; n < 2500; ++n) {
    auto medium = server.reader.media[2];
    medium.id = ids::medium(n);
    medium.sides.clear();
    server.reader.media.push_back(medium);
  }
  EXPECT_EQ(all_pages("object.enumerate", R"("type":"medium")", "ids", "").size(), server.reader.media.size());
  EXPECT_EQ(all_pages("medium.list", R"("limit":1000)", "items", "id").size(), server.reader.media.size());
}

TEST_F(ObjectsTest, APageEndsBeforeItsLineIsTooLong) {
  for (unsigned n = 3; n < 1000; ++n) {
    auto medium = server.reader.media[2];
    medium.id = ids::medium(n);
    medium.description = std::string(126, 'd');
    server.reader.media.push_back(medium);
  }
  auto const answer = server.send(*server.peer, "medium.list", R"({"limit":1000})");
  EXPECT_LT(answer->size(), limits::line_bytes_max);
  EXPECT_GT(answer->size(), limits::line_bytes_max / 2);
  EXPECT_EQ(all_pages("medium.list", R"("limit":1000)", "items", "id").size(), 1000u);
}

TEST_F(ObjectsTest, LimitsAndCursorsAreChecked) {
  EXPECT_EQ(server.call("drive.list", R"({"limit":0})"), "ERROR_INVALID_PARAMETER params.limit");
  EXPECT_EQ(server.call("drive.list", R"({"limit":1001})"), "ERROR_INVALID_PARAMETER params.limit");
  for (char const* kind : {"drive", "medium", "side", "request", "logical_medium", "opreq", "session"})
    for (char const* cursor : {"x", "1/2/3/4", "99999999999999999999", "-1", "0/x/0/y", ":", "::1"})
      EXPECT_EQ(server.call(std::string(kind) + ".list", R"({"cursor":")" + std::string(cursor) + "\"}"), "ERROR_INVALID_PARAMETER params.cursor") << kind << cursor;
}

TEST_F(ObjectsTest, ABrokenCatalogIsSaid) {
  server.reader.broken = true;
  EXPECT_EQ(server.call("medium.list"), "ERROR_DATABASE_FAILURE catalog");
  EXPECT_EQ(server.call("pool.list"), "ERROR_DATABASE_FAILURE catalog");
}

// ---- what an object shows

TEST_F(ObjectsTest, TheOfflineLibraryIsOneToProgramsThatCompareForEquality) {
  server.manager_double.world.libraries[ids::shelf()].record.flags = 0x1f;
  auto const shelf = result("library.get", R"({"name":"Offline"})");
  EXPECT_EQ(shelf.at("library_type"), "offline");
  EXPECT_EQ(shelf.at("library_type_code"), 1);
  EXPECT_EQ(shelf.at("flags"), 1);
  EXPECT_EQ(shelf.at("media"), 1);
  auto const jukebox = result("library.get", R"({"name":"Jukebox"})");
  EXPECT_EQ(jukebox.at("library_type_code"), 2);
  EXPECT_EQ(jukebox.at("media"), 2);
  EXPECT_EQ(jukebox.at("slots"), 4);
  EXPECT_EQ(jukebox.at("open_requests"), 1);
  server.manager_double.world.libraries[ids::library()].record.condition.state = OperationalState::not_present;
  auto const gone = result("library.get", R"({"name":"Jukebox"})");
  EXPECT_EQ(gone.at("library_type"), "offline");
  EXPECT_EQ(gone.at("flags"), 0);
  EXPECT_EQ(gone.at("operational_state_code"), 21);
}

TEST_F(ObjectsTest, ADriveShowsWhatIsInIt) {
  auto const drive = result("drive.get", R"({"name":"Drive 0"})");
  EXPECT_EQ(drive.at("state"), "loaded");
  EXPECT_EQ(drive.at("state_code"), 2);
  EXPECT_EQ(drive.at("medium_name"), "A00000");
  EXPECT_EQ(drive.at("side_number"), 1);
  EXPECT_EQ(drive.at("session"), json::value(ids::session(0).text()));
  EXPECT_EQ(drive.at("handler"), "pid of drive 0");
  EXPECT_EQ(drive.at("defer_dismount_delay_ms"), 300'000);
}

TEST_F(ObjectsTest, AMediumShowsItsPlaceHomeAndSides) {
  auto const in_drive = result("medium.get", R"({"name":"A00000"})");
  EXPECT_EQ(in_drive.at("place"), "drive 0");
  EXPECT_EQ(in_drive.at("location"), json::value(ids::drive(0).text()));
  EXPECT_EQ(in_drive.at("location_type_code"), 5);
  EXPECT_EQ(in_drive.at("mounted_side"), json::value(ids::side(0, 1).text()));
  EXPECT_EQ(in_drive.at("home_slot_id"), json::value(ids::slot(0).text()));
  EXPECT_EQ(in_drive.at("pool_name"), "Import\\MO");
  EXPECT_EQ(in_drive.at("sides").as_array().at(0).as_object().at("label_id"), "AP8Q");
  auto const offline = result("medium.get", R"({"name":"A00002"})");
  EXPECT_EQ(offline.at("library_name"), "Offline");
  EXPECT_EQ(offline.at("location"), "");
  EXPECT_EQ(offline.at("location_type_code"), 16);
  EXPECT_EQ(offline.at("barcode_state"), "unreadable");
  EXPECT_EQ(offline.at("state"), "inuse");
  EXPECT_EQ(offline.at("reason"), "mounted for a test");
}

// A page is read as a whole; what memory has of one of its media is newer.
TEST_F(ObjectsTest, AMediumIsReadOnceForAGetAndNotAgainForAList) {
  auto newer = server.reader.media[2];
  newer.description = "as memory has it";
  server.manager_double.world.media[newer.id] = newer;
  auto const items = result("medium.list", "{}").at("items").as_array();
  EXPECT_EQ(server.reader.media_read, 0u);
  EXPECT_EQ(items.size(), server.reader.media.size());
  EXPECT_EQ(items.at(2).as_object().at("description"), "as memory has it");
  result("medium.get", R"({"name":"A00000"})");
  EXPECT_EQ(server.reader.media_read, 1u);
}

TEST_F(ObjectsTest, WhatDrivesHaveToldIsShownAndWhatTheyHaveNotIsNoNumber) {
  auto& record = server.reader.media[2];
  record.cartridge = {.density_code = 0x5A, .density = "U-616", .serial = "AB1", .loads = 0, .remaining = 1'000'000};
  record.sides.resize(1);
  auto const medium = result("medium.get", R"({"name":"A00002"})");
  EXPECT_EQ(medium.at("density_code"), 0x5A);
  EXPECT_EQ(medium.at("density"), "U-616");
  EXPECT_EQ(medium.at("serial"), "AB1");
  EXPECT_EQ(medium.at("loads"), 0);
  EXPECT_EQ(medium.at("remaining"), 1'000'000);
  EXPECT_EQ(medium.at("sides").as_array().at(0).as_object().at("remaining"), 1'000'000);
  for (auto const* name : {"bytes_written", "bytes_read", "capacity", "scsi_medium_type"}) EXPECT_TRUE(medium.at(name).is_null()) << name;
  EXPECT_FALSE(medium.contains("manufacturer"));
  EXPECT_FALSE(result("drive.get", R"({"name":"Drive 0"})").contains("densities"));
  server.manager_double.world.drives.begin()->second.record.densities = {{.code = 0x46, .name = "U-416", .description = "Ultrium 4/16T", .capacity = 800'000'000'000}};
  auto const told = result("drive.get", R"({"name":"Drive 0"})").at("densities").as_array();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].as_object().at("name"), "U-416");
  EXPECT_FALSE(told[0].as_object().at("writable").as_bool());
  EXPECT_EQ(told[0].as_object().at("capacity"), 800'000'000'000);
}

TEST_F(ObjectsTest, AChangerShowsTheMoveUnderWayFromItsRecordedIntent) {
  auto const still = result("changer.get", R"({"name":"/dev/changer"})");
  EXPECT_TRUE(!still.contains("moving") || still.at("moving").is_null());
  server.manager_double.world.intents[ids::library()] = {.library = ids::library(), .medium = ids::medium(1), .from = {ElementKind::slot, 1}, .to = {ElementKind::drive, 0}, .turn = true, .recorded = from_ms(1234)};
  auto const moving = result("changer.get", R"({"name":"/dev/changer"})").at("moving").as_object();
  EXPECT_EQ(moving.at("medium_name"), "A00001");
  EXPECT_EQ(moving.at("from"), "slot 1");
  EXPECT_EQ(moving.at("to"), "drive 0");
  EXPECT_TRUE(moving.at("turned").as_bool());
  EXPECT_EQ(moving.at("since"), 1234);
  EXPECT_EQ(moving.at("usual_ms"), 9000);
}

TEST_F(ObjectsTest, OtherObjectsShowTheirParts) {
  EXPECT_EQ(result("slot.get", R"({"name":"Jukebox/1"})").at("medium_name"), "A00001");
  EXPECT_EQ(result("port.get", R"({"name":"0"})").at("max_extend_ms"), 1000);
  EXPECT_EQ(result("door.get", R"({"name":"0"})").at("state"), "closed");
  EXPECT_EQ(result("changer.get", R"({"name":"/dev/changer"})").at("doing"), "slot 1 to drive 0");
  EXPECT_EQ(result("pool.get", R"({"name":"\\IMPORT\\mo"})").at("physical_media"), 3);
  EXPECT_EQ(result("pool.get", R"({"name":"Import"})").at("pools"), 1);
  EXPECT_EQ(result("logical_medium.get", R"({"id":)" + in_quotes(ids::logical(1).guid) + "}").at("medium"), json::value(ids::medium(1).text()));
  EXPECT_EQ(result("media_type.get", R"({"name":"LTO"})").at("code"), 0x56);
  auto const request = result("request.get", R"({"request":)" + in_quotes(ids::request(1).guid) + "}");
  EXPECT_EQ(request.at("slot"), json::value(ids::slot(2).text()));
  EXPECT_EQ(request.at("side_number"), 1);
  EXPECT_EQ(request.at("error_name"), "");
  EXPECT_EQ(result("request.explain", R"({"request":)" + in_quotes(ids::request(1).guid) + "}").at("text"), "It waits for a drive.");
  auto const session = result("session.list").at("items").as_array().at(0).as_object();
  EXPECT_EQ(session.at("open_requests"), 1);
  EXPECT_EQ(session.at("drives").as_array().size(), 1u);
}

TEST_F(ObjectsTest, NamesThatFitTwoObjectsAreRefused) {
  auto& world = server.manager_double.world;
  world.drives[ids::drive(1)].record.name = "Drive 0";
  EXPECT_THAT(server.call("drive.get", R"({"name":"Drive 0"})"), StartsWith("ERROR_INVALID_NAME"));
  std::string answer;
  server.dispatcher->call(*server.peer, R"({"jsonrpc":"2.0","id":1,"method":"drive.get","params":{"name":"Drive 0"}})", [&](std::string text) { answer = std::move(text); });
  EXPECT_THAT(answer, ::testing::AllOf(HasSubstr("2 have this name: use the id of one of them"), HasSubstr(ids::drive(0).text()), HasSubstr(ids::drive(1).text())));
  EXPECT_THAT(server.call("drive.get", R"({"name":"Jukebox/1"})"), StartsWith("ok"));
  EXPECT_EQ(server.call("drive.get", "{}"), "ERROR_INVALID_PARAMETER params");
  EXPECT_EQ(server.call("drive.get", R"({"name":"x","id":""})"), "ERROR_INVALID_PARAMETER params");
  EXPECT_EQ(server.call("side.get", R"({"name":"x"})"), "ERROR_INVALID_PARAMETER params.name");
  EXPECT_THAT(server.call("drive.get", R"({"id":)" + in_quotes(ids::slot(0).guid) + "}"), StartsWith("ERROR_OBJECT_NOT_FOUND"));
}

TEST_F(ObjectsTest, OpenRequestsAndThoseOfALibrary) {
  EXPECT_EQ(result("request.list", R"({"open_only":true})").at("items").as_array().size(), 1u);
  EXPECT_EQ(result("request.list", R"({"library":)" + in_quotes(ids::shelf().guid) + "}").at("items").as_array().size(), 0u);
  EXPECT_THAT(server.call("request.list", R"({"library":)" + in_quotes(ids::made_up(200)) + "}"), StartsWith("ERROR_OBJECT_NOT_FOUND"));
}

TEST_F(ObjectsTest, PagesOfOpenRequestsAndOfSessionsMeetWithoutGaps) {
  auto& world = server.manager_double.world;
  for (unsigned n = 2; n < 50; ++n) {
    auto r = mount_request(n, RequestState::waiting);
    r.session = ids::session(2 + n % 3);
    world.requests[r.id] = r;
    server.reader.requests.push_back(r);
    SessionRecord session;
    session.id = ids::session(n);
    session.opened = from_ms(1000 - n);
    world.sessions[session.id] = session;
  }
  auto const all = [&](std::string const& method, std::string const& params) {
    std::vector<json::object> items;
    for (std::string cursor;;) {
      auto const page = result(method, "{" + params + R"("limit":7)" + (cursor.empty() ? "" : R"(,"cursor":")" + cursor + '"') + "}");
      EXPECT_LE(page.at("items").as_array().size(), 7u);
      for (auto const& item : page.at("items").as_array()) items.push_back(item.as_object());
      if (!page.contains("next_cursor")) return items;
      cursor = std::string_view(page.at("next_cursor").as_string());
    }
  };
  auto const open = all("request.list", R"("open_only":true,)");
  ASSERT_EQ(open.size(), world.requests.size());
  auto const sequence_of = [&](json::object const& one) { return world.requests.at(RequestId{*Guid::parse(std::string_view(one.at("id").as_string()))}).sequence; };
  for (std::size_t n = 1; n < open.size(); ++n) EXPECT_GT(sequence_of(open[n - 1]), sequence_of(open[n]));
  auto const sessions = all("session.list", "");
  ASSERT_EQ(sessions.size(), world.sessions.size());
  std::set<std::string> ids;
  std::int64_t requests = 0;
  for (auto const& one : sessions) {
    ids.emplace(std::string_view(one.at("session").as_string()));
    requests += one.at("open_requests").as_int64();
  }
  EXPECT_EQ(ids.size(), world.sessions.size());
  EXPECT_EQ(requests, std::ssize(world.requests));
}

TEST_F(ObjectsTest, StatusIsOneLineWhateverWaits) {
  for (unsigned n = 2; n < 3000; ++n) {
    auto r = mount_request(n, RequestState::waiting);
    r.reason = std::string(200, 'r');
    server.manager_double.world.requests[r.id] = r;
  }
  auto const answer = server.send(*server.peer, "status");
  EXPECT_LT(answer->size(), limits::line_bytes_max);
  auto const status = result("status");
  EXPECT_GT(status.at("waiting").as_array().size(), 50u);
  EXPECT_EQ(status.at("drives").as_array().size(), 2u);
  EXPECT_EQ(status.at("attention").as_array().at(0), "drive 1 needs service");
  EXPECT_EQ(status.at("queue").as_array().at(0).as_object().at("count"), 2999);
}

// Status is asked when something hangs: it waits for nothing and needs no catalog.
TEST_F(ObjectsTest, StatusNeverWaits) {
  auto& d = server.manager_double;
  d.hold_reads = true;                // the commit lane is stuck
  server.hold_background = true;      // and a check and a backup are under way
  auto const check = server.send(*server.peer, "catalog.check");
  auto const backup = server.send(*server.peer, "catalog.backup", R"({"path":"/backup"})");
  d.counters = {.commits = 7, .changes = 20, .last_event = 9, .durable_event = 4, .last_change = from_ms(999'000), .uncommitted = 5,
                .commit_since = from_ms(server.loop.now_ms - 8000)};
  auto const status = result("status");
  EXPECT_EQ(status.at("uncommitted"), 5);
  EXPECT_EQ(status.at("commit_under_way_ms"), 8000);
  EXPECT_EQ(status.at("commit_error"), "");
  EXPECT_EQ(status.at("last_event"), 4);  // 5 to 9 might be taken back by a crash
  EXPECT_EQ(status.at("last_change"), 999'000);
  EXPECT_EQ(server.call("drive.list"), "no answer");  // what promises does wait
  EXPECT_EQ(*check + *backup, "");
  EXPECT_EQ(server.held_work.size(), 2u);
}

TEST_F(ObjectsTest, StatusOfACatalogThatIsBeingReopened) {
  server.manager_double.ready = false;
  server.manager_double.counters.commit_error = "ERROR_DISK_FULL (112)";
  auto const status = result("status");
  EXPECT_EQ(status.at("ready"), false);
  EXPECT_EQ(status.at("commit_error"), "ERROR_DISK_FULL (112)");
  EXPECT_EQ(status.at("commit_under_way_ms"), 0);
  EXPECT_EQ(status.at("drives").as_array().size(), 2u);
}

TEST_F(ObjectsTest, StatusNamesWhoStandsBehindADrive) {
  auto& world = server.manager_double.world;
  auto const holders = [&] { return result("status").at("holders").as_array(); };
  ASSERT_EQ(holders().size(), 1u);
  EXPECT_EQ(holders().at(0).as_object().at("drive"), json::value(ids::drive(0).text()));
  EXPECT_EQ(holders().at(0).as_object().at("application"), "backup");
  EXPECT_EQ(holders().at(0).as_object().at("computer"), "testhost");
  world.sessions.clear();
  EXPECT_EQ(holders().size(), 0u);
  world.drives[ids::drive(1)].hot.request = ids::request(1);  // still open
  ASSERT_EQ(holders().size(), 1u);
  EXPECT_EQ(holders().at(0).as_object().at("user"), "user1000");
}

// While no read comes back: a commit hangs.
TEST_F(ObjectsTest, MetricsAreAnsweredAtOnceWhateverACommitDoes) {
  server.manager_double.hold_reads = true;
  EXPECT_TRUE(server.send(*server.peer, "drive.list")->empty());
  auto& seen = server.manager_double.observations;
  seen.queue[{Operation::mount, RequestState::waiting, 2}] = 3;
  seen.oldest[{RequestState::waiting, false}] = Millis{90'000};
  seen.oldest[{RequestState::waiting, true}] = Millis{900'000};  // the service's own work is told apart
  server.manager_double.counters.commit_since = from_ms(server.loop.now_ms - 40'000);
  seen.media = 12;
  port::HandlerFigures handler{.device = {ElementKind::drive, 1}, .starts = 4};
  handler.ends[port::HandlerEnd::timed_out] = 2;
  seen.handlers[ids::library()] = {handler};
  server.manager_double.figures.library_known(ids::library());
  server.manager_double.figures.mounted(ids::library(), Millis{700});
  auto const metrics = result("metrics.read");
  EXPECT_EQ(metrics.at("commit_waits_ms"), 40'000);
  EXPECT_EQ(metrics.at("media"), 12);
  EXPECT_EQ(metrics.at("drives").as_array().size(), 2u);
  EXPECT_EQ(metrics.at("queue").at(0).at("requests"), 3);
  EXPECT_EQ(metrics.at("queue").at(0).at("priority"), 2);
  ASSERT_EQ(metrics.at("oldest").as_array().size(), 2u);
  EXPECT_EQ(metrics.at("oldest").at(0).at("age_ms"), 90'000);
  EXPECT_EQ(metrics.at("oldest").at(0).at("by_service"), false);
  EXPECT_EQ(metrics.at("oldest").at(1).at("age_ms"), 900'000);
  EXPECT_EQ(metrics.at("oldest").at(1).at("by_service"), true);
  EXPECT_EQ(metrics.at("handlers").at(0).at("device"), "drive 1");
  EXPECT_EQ(metrics.at("handlers").at(0).at("timed_out"), 2);
  EXPECT_EQ(metrics.at("connections"), json::value(nullptr)) << "this server was not told: not known is not 0";
  for (auto const& library : metrics.at("libraries").as_array()) {
    bool const robot = library.at("library").as_string() == ids::library().guid.text();
    EXPECT_EQ(library.as_object().contains("mount_time"), robot) << library.at("name");
    if (robot) {
      EXPECT_EQ(library.at("mount_time").at("sum_ms"), 700);
    }
  }
}

TEST_F(ObjectsTest, MetricsOfAServiceThatIsNotReadyInventNothing) {
  server.manager_double.ready = false;
  auto const metrics = result("metrics.read");
  EXPECT_EQ(metrics.at("ready"), false);
  for (auto const* list : {"libraries", "drives", "queue", "oldest"}) EXPECT_TRUE(metrics.at(list).as_array().empty()) << list;
  for (auto const* number : {"media", "sessions", "operator_requests", "last_event"}) EXPECT_TRUE(metrics.at(number).is_null()) << number;
}

TEST(Base64, IsThatOfTheStandard) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

// ---- views of the configuration

TEST_F(ObjectsTest, ViewsWithWhatTheLibraryDoesNotHave) {
  EXPECT_EQ(server.call("view.list"), R"(ok {"items":[]})");
  std::string const name = server.manager_double.world.libraries.at(ids::library()).record.name;
  server.manager_double.settings.libraries.push_back({.name = name, .views = {{.name = "B", .drives = {0}, .slots = {1}}, {.name = "A", .drives = {0, 77}, .slots = {0}, .ports = false}}});
  auto const items = result("view.list").at("items").as_array();
  ASSERT_EQ(items.size(), 2u);
  auto const& first = items[0].as_object();
  EXPECT_EQ(first.at("name"), "A");
  EXPECT_EQ(first.at("library_name"), json::value(name));
  EXPECT_EQ(first.at("drives"), (json::array{0, 77}));
  EXPECT_EQ(first.at("ports"), false);
  EXPECT_THAT(std::string(first.at("trouble").as_array().at(0).as_string()), HasSubstr("has no drive 77"));
  EXPECT_TRUE(items[1].as_object().at("trouble").as_array().empty());
  EXPECT_THAT(all_pages("view.list", "\"limit\":1", "items", "name"), ::testing::ElementsAre("A", "B"));
  EXPECT_THAT(server.call("view.list", R"({"container":)" + in_quotes(ids::medium(0).guid) + "}"), StartsWith("ERROR_OBJECT_NOT_FOUND"));
}

}  // namespace
}  // namespace rsm::testing
