// request.explain with a forecast, plan.read, library.timing, history.advise: what is asked of the manager, what is told, and what is not told to whom.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "api/protocol/json_text.hpp"
#include "libmgr/people/access.hpp"
#include "tests/api/server/doubles.hpp"

namespace rsm::testing {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct OutlookTest : ::testing::Test {
  TestServer server;
  OutlookTest() { furnish(server); }
  ManagerDouble& manager() { return server.manager_double; }
  std::string const request = R"({"request":")" + ids::request(1).text() + "\"}";
  json::object result(std::string_view method, std::string const& params) {
    std::string const answer = server.call(method, params);
    EXPECT_THAT(answer, StartsWith("ok ")) << method << params;
    return answer.starts_with("ok ") ? wire::parse_json(answer.substr(3))->as_object() : json::object();
  }
  static forecast::Answer an_answer() {
    forecast::Answer answer;
    answer.basis = true;
    answer.before = 2;
    answer.expected = forecast::Expected{.drive = ids::drive(0), .start = 50s, .start_p90 = 80s, .mounted = 60s, .mounted_p90 = 90s, .played = 55s, .played_p90 = 70s};
    answer.reasons = {"before it drive 0 takes A00000 for request 1"};
    answer.shorter = {"10 s sooner with one more drive"};
    return answer;
  }
  forecast::Plan a_plan() {
    forecast::Plan plan{.library = ids::library(), .name = "Jukebox", .basis = true, .waiting = 2, .planned = 2};
    auto const& waits = server.reader.requests[0];
    plan.drives = {{ids::drive(0), 0, "Drive 0", "holds A00000", {{waits, "A00000", 5s, 20s, 40s}}}};
    plan.wait = 20s, plan.last = 30s;
    plan.said = {"those who wait would be served sooner"};
    plan.changed = {{waits.id, waits.medium, "A00000", 20s, 10s}};
    return plan;
  }
};

TEST_F(OutlookTest, WhoAsksWhyIsToldWhen) {
  manager().foreseen = an_answer();
  auto const told = result("request.explain", request).at("forecast").as_object();
  EXPECT_EQ(told.at("basis"), true);
  EXPECT_EQ(told.at("start_ms"), 50'000);
  EXPECT_EQ(told.at("mounted_ms"), 60'000);
  EXPECT_EQ(told.at("mounted_p90_ms"), 90'000);
  EXPECT_EQ(told.at("before"), 2);
  EXPECT_EQ(told.at("reasons").as_array().size(), 1U);
  EXPECT_EQ(told.at("shorter").as_array().size(), 1U);
  ASSERT_EQ(manager().forecasts_told.size(), 1U);
  EXPECT_EQ(manager().forecasts_told[0].first, ids::request(1));
}

TEST_F(OutlookTest, WithoutABasisNoTimesAreSaid) {
  manager().foreseen = forecast::Answer{};
  auto const told = result("request.explain", request).at("forecast").as_object();
  EXPECT_EQ(told.at("basis"), false);
  EXPECT_FALSE(told.contains("mounted_ms") && !told.at("mounted_ms").is_null());
  EXPECT_TRUE(manager().forecasts_told.empty());
}

TEST_F(OutlookTest, WhatWaitsInNoQueueHasNoForecast) {
  auto const told = result("request.explain", request);
  EXPECT_TRUE(!told.contains("forecast") || told.at("forecast").is_null());
}

TEST_F(OutlookTest, OnlySoManyLookAheadAtATime) {
  manager().foreseen = an_answer();
  manager().plans = {a_plan()};
  server.hold_ahead = true;
  for (std::size_t n = 0; n < limits::forecasts_under_way_max; ++n) EXPECT_EQ(server.call("request.explain", request), "no answer");
  auto const one_more = result("request.explain", request);
  EXPECT_THAT(std::string(one_more.at("text").as_string()), HasSubstr("ask again"));
  EXPECT_THAT(server.call("plan.read", "{}"), StartsWith("ERROR_BUSY"));
  EXPECT_THAT(server.call("history.advise", "{}"), StartsWith("ERROR_BUSY"));
  EXPECT_EQ(server.held_ahead.size(), limits::forecasts_under_way_max);
  server.hold_ahead = false;
  for (auto& work : std::exchange(server.held_ahead, {})) work();
  server.loop.run_for(0ms);
  EXPECT_TRUE(result("request.explain", request).contains("forecast")) << "the places are free again";
  EXPECT_EQ(manager().forecasts_told.size(), limits::forecasts_under_way_max + 1);
}

TEST_F(OutlookTest, APlanIsToldDriveByDrive) {
  manager().plans = {a_plan()};
  auto const library = result("plan.read", "{}").at("libraries").as_array().at(0).as_object();
  EXPECT_EQ(library.at("name"), "Jukebox");
  EXPECT_EQ(library.at("wait_ms"), 20'000);
  auto const drive = library.at("drives").as_array().at(0).as_object();
  EXPECT_EQ(drive.at("doing"), "holds A00000");
  auto const step = drive.at("next").as_array().at(0).as_object();
  EXPECT_EQ(step.at("medium_name"), "A00000");
  EXPECT_EQ(step.at("start_ms"), 5'000);
  EXPECT_EQ(step.at("mounted_p90_ms"), 40'000);
  EXPECT_FALSE(manager().supposed.at(0));
}

TEST_F(OutlookTest, WhatIsClosedToTheCallerIsInNoPlanAndInNoForecast) {
  manager().foreseen = an_answer();
  manager().plans = {a_plan()};
  manager().plans[0].said = {"A00000 would not be mounted at all", "nothing changes for those who wait now"};
  manager().world.media[ids::medium(0)] = server.reader.media.front();
  auto& waits = server.reader.requests[0];
  waits.medium = ids::medium(1), waits.user = "user1001";
  security::Descriptor closed;
  closed.access = security::AccessList{{security::EntryType::allow, 0, security::use, security::user_sid(1000)}};
  manager().world.securities[ids::pool(1).guid] = closed;
  auto const alice = server.new_peer(1000), bob = server.new_peer(1001);
  for (auto const& [method, params] : {std::pair{"plan.read", std::string("{}")}, {"request.explain", R"({"request":")" + waits.id.text() + "\"}"}}) {
    EXPECT_THAT(server.call(*alice, method, params), HasSubstr("A00000")) << method;
    EXPECT_THAT(server.call(*bob, method, params), Not(HasSubstr("A00000"))) << method;
  }
  EXPECT_THAT(server.call(*bob, "plan.read"), HasSubstr("nothing changes for those who wait now"));
  EXPECT_THAT(server.call(*bob, "request.explain", R"({"request":")" + waits.id.text() + "\"}"), HasSubstr("10 s sooner with one more drive"));
}

TEST_F(OutlookTest, WhatIsSupposedReachesTheManager) {
  manager().plans = {a_plan()};
  result("plan.read", R"({"what_if":{"drives_more":2,"drives_off":["Drive 0"],"request":")" + ids::request(1).text() + R"(","priority":-3}})");
  ASSERT_TRUE(manager().supposed.at(0));
  auto const& what_if = *manager().supposed[0];
  EXPECT_EQ(what_if.drives_more, 2);
  EXPECT_EQ(what_if.drives_off, std::vector{ids::drive(0)});
  EXPECT_EQ(what_if.request, ids::request(1));
  EXPECT_EQ(what_if.priority, -3);
}

TEST_F(OutlookTest, WhatCannotBeSupposedIsRefused) {
  manager().plans = {a_plan()};
  for (auto const* wrong : {R"({"what_if":{"drives_more":-1}})", R"({"what_if":{"drives_more":17}})", R"({"what_if":{"priority":3}})", R"({"what_if":{"request":"01000000-0000-0000-0000-000000000001"}})"})
    EXPECT_THAT(server.call("plan.read", wrong), StartsWith("ERROR_INVALID_PARAMETER")) << wrong;
  EXPECT_THAT(server.call("plan.read", R"({"what_if":{"request":")" + ids::request(1).text() + R"(","priority":16}})"), StartsWith("ERROR_INVALID_PARAMETER"));
  EXPECT_THAT(server.call("plan.read", R"({"what_if":{"drives_off":["no such drive"]}})"), StartsWith("ERROR_OBJECT_NOT_FOUND"));
  EXPECT_THAT(server.call("plan.read", R"({"library":"no such library"})"), StartsWith("ERROR_OBJECT_NOT_FOUND"));
  EXPECT_THAT(server.call("history.advise", R"({"wait_ms":1})"), StartsWith("ERROR_INVALID_PARAMETER"));
  EXPECT_TRUE(manager().supposed.empty());
}

TEST_F(OutlookTest, WhatStepsTakeIsToldForTheLibraryAndForItsDrives) {
  TimingSketch sketch;
  for (int n = 0; n < 3; ++n) sketch.learn(9s);
  manager().timings[{ids::library().guid, TimingKind::move}] = sketch;
  manager().timings[{ids::drive(0).guid, TimingKind::load}] = sketch;
  manager().timings[{ids::library().guid, TimingKind::forecast}] = sketch;
  auto const items = result("library.timing", R"({"library":"Jukebox"})").at("items").as_array();
  ASSERT_EQ(items.size(), 2U) << "how good forecasts were is no step";
  EXPECT_EQ(items[0].at("kind"), "move");
  EXPECT_EQ(items[0].at("median_ms"), 9'000);
  EXPECT_EQ(items[0].at("seen"), 3);
  EXPECT_EQ(items[1].at("kind"), "load");
  EXPECT_EQ(items[1].at("drive_name"), "Drive 0");
}

TEST_F(OutlookTest, AdviceComesFromTheMountsOfTheHistory) {
  auto& history = server.reader.history;
  for (std::uint64_t n = 0; n < 4; ++n) {
    auto const at = static_cast<std::int64_t>(n) * 100'000;
    history.push_back({2 * n + 1, {.kind = HistoryKind::mounted, .time = from_ms(at + 30'000), .medium = ids::medium(0), .drive = ids::drive(0), .library = ids::library(), .duration = 30s}, "A00000", "Drive 0", "Jukebox"});
    history.push_back({2 * n + 2, {.kind = HistoryKind::dismounted, .time = from_ms(at + 70'000), .medium = ids::medium(0), .drive = ids::drive(0), .library = ids::library(), .duration = 40s}, "A00000", "Drive 0", "Jukebox"});
  }
  for (std::uint64_t n = 9; n < 12; ++n) history.push_back({n, {.kind = HistoryKind::brought_in, .time = from_ms(500'000), .medium = ids::medium(1), .library = ids::library(), .to = Element{ElementKind::slot, 1}}, "A00001", "", "Jukebox"});
  std::ranges::reverse(history);  // the newest first, as it is asked for
  for (std::size_t n = 0; n < history.size(); ++n) history[n].number = n + 1;
  manager().drives_tried = {{1, 200s, 400s, 500s, 4}, {2, 50s, 60s, 70s, 4}};
  auto const told = result("history.advise", R"({"wait_ms":120000})");
  EXPECT_EQ(told.at("mounts"), 4);
  ASSERT_EQ(manager().past.size(), 4U);
  for (auto const& mount : manager().past) {
    EXPECT_EQ(mount.hold, 40s);
    EXPECT_EQ(to_ms(mount.asked) % 100'000, 0);
  }
  auto const text = json::serialize(told.at("items"));
  EXPECT_THAT(text, HasSubstr("nine of ten mounts within 2 min"));
  EXPECT_THAT(text, HasSubstr("A00001 came into Jukebox 3 times"));
}

// One program sends its media home, and waits for the arm now and then; another one defers, and somebody else takes its drive at times.
TEST_F(OutlookTest, AdvicePlaysEveryProgramAsItDismounts) {
  auto& history = server.reader.history;
  auto const add = [&](HistoryKind kind, std::int64_t at, unsigned medium, std::string const& program) {
    bool const moves = kind == HistoryKind::moved;
    HistoryRecord record{.kind = kind, .time = from_ms(at * 1000), .medium = ids::medium(medium), .drive = ids::drive(medium), .library = ids::library(), .application = moves ? std::string() : program};
    if (kind != HistoryKind::mounted) record.duration = 40s;
    if (moves) record.from = Element{ElementKind::drive, medium}, record.to = Element{ElementKind::slot, medium}, record.duration.reset();
    history.push_back({history.size() + 1, record, "A", "Drive", "Jukebox"});
  };
  for (std::int64_t n = 0; n < 12; ++n) {
    add(HistoryKind::mounted, n * 1000, 0, "backup");
    add(HistoryKind::dismounted, n * 1000 + 40, 0, "backup");
    add(HistoryKind::moved, n * 1000 + (n == 5 ? 500 : 45), 0, "backup");  // once the arm was slow
    add(HistoryKind::mounted, n * 1000, 1, "archive");
    add(HistoryKind::dismounted, n * 1000 + 40, 1, "archive");
    if (n % 2 == 0) add(HistoryKind::moved, n * 1000 + 45, 1, "archive");  // somebody wanted the drive; else it is mounted again where it is
  }
  std::ranges::stable_sort(history, {}, [](auto const& entry) { return entry.record.time; });
  std::ranges::reverse(history);
  for (std::size_t n = 0; n < history.size(); ++n) history[n].number = n + 1;
  result("history.advise", "{}");
  ASSERT_EQ(manager().past.size(), 24U);
  for (auto const& mount : manager().past) EXPECT_EQ(mount.at_once, mount.medium == ids::medium(0));
}

}  // namespace
}  // namespace rsm::testing
