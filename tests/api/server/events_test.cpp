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

struct EventsTest : ::testing::Test {
  TestServer server;
  EventsTest() { furnish(server); }

  void commit(ObjectType type, unsigned how_many = 1) {
    for (; how_many > 0; --how_many) keep({.type = type});
    tell();
  }
  void keep(Event e) {
    e.number = ++server.manager_double.counters.last_event;
    server.reader.kept_events.push_back(std::move(e));
  }
  void tell() {
    server.manager_double.counters.durable_event = server.manager_double.counters.last_event;
    for (auto& subscriber : server.manager_double.subscribers) subscriber(server.manager_double.counters.last_event);
  }
  static json::object result(std::string const& line) {
    auto const text = short_form(line);
    EXPECT_THAT(text, StartsWith("ok "));
    return wire::parse_json(text.substr(3))->as_object();
  }
  json::object read(std::string const& params) { return result(*server.send(*server.peer, "event.read", params)); }
};

TEST_F(EventsTest, ReadsOnWithoutGaps) {
  commit(ObjectType::drive, 2500);
  std::int64_t cursor = 0, next = 1;
  for (;;) {
    auto const page = read(R"({"limit":1000,"cursor":)" + std::to_string(cursor) + "}");
    for (auto const& e : page.at("events").as_array()) EXPECT_EQ(e.as_object().at("number"), next++);
    if (page.at("events").as_array().empty()) break;
    cursor = page.at("cursor").as_int64();
  }
  EXPECT_EQ(next, 2501);
  EXPECT_EQ(cursor, 2500);
}

TEST_F(EventsTest, WithoutCursorOnlyWhatComesFromNowOn) {
  commit(ObjectType::drive, 5);
  EXPECT_EQ(read("{}").at("cursor"), 5);
  auto const answer = server.send(*server.peer, "event.read", R"({"wait_ms":1000})");
  EXPECT_EQ(*answer, "");
  commit(ObjectType::slot);
  auto const page = result(*answer);
  EXPECT_EQ(page.at("events").as_array().size(), 1u);
  EXPECT_EQ(page.at("cursor"), 6);
  EXPECT_EQ(server.loop.waiting(), 0u);  // its timer is gone
}

// An event that is decided but not yet committed must neither be shown nor skipped.
TEST_F(EventsTest, NeverAnUncommittedEvent) {
  commit(ObjectType::drive, 3);
  server.manager_double.counters.last_event = 4;  // decided
  auto const answer = server.send(*server.peer, "event.read", R"({"cursor":3,"wait_ms":1000})");
  EXPECT_EQ(*answer, "");
  server.manager_double.counters.last_event = 3;
  commit(ObjectType::drive);
  EXPECT_EQ(result(*answer).at("cursor"), 4);
}

// Whoever reads on behind what is durable is not held up by a commit under way; whoever is ahead of it is.
TEST_F(EventsTest, ReadingOnDoesNotWaitForACommit) {
  commit(ObjectType::drive, 3);
  server.manager_double.counters.last_event = 4;  // decided, and the disk hangs
  server.manager_double.hold_reads = true;
  EXPECT_EQ(read(R"({"cursor":1})").at("cursor"), 3);
  EXPECT_EQ(read(R"({"cursor":3})").at("cursor"), 3);
  EXPECT_EQ(read("{}").at("cursor"), 3);
  auto const ahead = server.send(*server.peer, "event.read", R"({"cursor":4})");
  EXPECT_EQ(*ahead, "");
  server.manager_double.counters.last_event = 3;
  commit(ObjectType::drive);
  server.manager_double.held_reads.front()({});
  EXPECT_EQ(result(*ahead).at("cursor"), 4);
}

TEST_F(EventsTest, WaitsNoLongerThanAsked) {
  commit(ObjectType::drive);
  auto const answer = server.send(*server.peer, "event.read", R"({"cursor":1,"wait_ms":500})");
  server.loop.run_for(Millis{499});
  EXPECT_EQ(*answer, "");
  server.loop.run_for(Millis{1});
  auto const page = result(*answer);
  EXPECT_TRUE(page.at("events").as_array().empty());
  EXPECT_EQ(page.at("cursor"), 1);
}

TEST_F(EventsTest, AFilterMovesTheCursorOnAndWaitsForItsType) {
  commit(ObjectType::drive, 3);
  auto const answer = server.send(*server.peer, "event.read", R"({"cursor":0,"type":"medium","wait_ms":1000})");
  commit(ObjectType::slot);
  EXPECT_EQ(*answer, "");
  commit(ObjectType::medium);
  auto const page = result(*answer);
  EXPECT_EQ(page.at("events").as_array().size(), 1u);
  EXPECT_EQ(page.at("cursor"), 5);
}

TEST_F(EventsTest, OldAndFutureCursorsNameTheOneToUse) {
  commit(ObjectType::drive, 100);
  server.reader.kept_events.erase(server.reader.kept_events.begin(), server.reader.kept_events.begin() + 50);
  auto const answer = server.send(*server.peer, "event.read", R"({"cursor":49})");
  EXPECT_EQ(short_form(*answer), "ERROR_NO_DATA cursor 49");
  EXPECT_THAT(*answer, HasSubstr("go on from cursor 50"));
  EXPECT_EQ(read(R"({"cursor":50,"limit":1})").at("cursor"), 51);
  EXPECT_EQ(read(R"({"cursor":0,"limit":1})").at("cursor"), 51);
  EXPECT_EQ(read(R"({"cursor":0})").at("oldest"), 51);
  auto const future = server.send(*server.peer, "event.read", R"({"cursor":101})");
  EXPECT_EQ(short_form(*future), "ERROR_NO_DATA cursor 101");
  EXPECT_THAT(*future, HasSubstr("go on from cursor 100"));
}

TEST_F(EventsTest, ChecksItsParameters) {
  EXPECT_EQ(server.call("event.read", R"({"cursor":-1})"), "ERROR_INVALID_PARAMETER params.cursor");
  EXPECT_EQ(server.call("event.read", R"({"limit":0})"), "ERROR_INVALID_PARAMETER params.limit");
  EXPECT_EQ(server.call("event.read", R"({"limit":1001})"), "ERROR_INVALID_PARAMETER params.limit");
  EXPECT_EQ(server.call("event.read", R"({"wait_ms":86400001})"), "ERROR_INVALID_PARAMETER params.wait_ms");
}

TEST_F(EventsTest, WaitsEndWithTheConnectionAndTheSession) {
  auto const other = server.new_peer(1000);
  auto const gone = server.send(*other, "event.read", R"({"wait_ms":1000})");
  server.dispatcher->leave(*other);
  EXPECT_EQ(short_form(*gone), "ERROR_CANCELLED the call");
  EXPECT_EQ(server.loop.waiting(), 0u);
  server.peer->session = ids::session(0);
  auto const closed = server.send(*server.peer, "event.read", R"({"wait_ms":1000})");
  server.call("session.close");
  EXPECT_EQ(short_form(*closed), "ERROR_CANCELLED session " + ids::session(0).text());
}

// It goes on where all who wait have been looked at, not where it began: what lay in between may be kept no more.
TEST_F(EventsTest, AWaitGoesOnBehindWhatIsNotItsAffair) {
  auto const waits = server.send(*server.peer, "event.read", R"({"type":"medium","wait_ms":1000})");
  auto const shorter = server.send(*server.peer, "event.read", R"({"type":"medium","wait_ms":10})");
  commit(ObjectType::slot, 2500);
  server.loop.run_for(Millis{10});
  auto const nothing = result(*shorter);
  EXPECT_TRUE(nothing.at("events").as_array().empty());
  EXPECT_EQ(nothing.at("cursor"), 2500);
  server.reader.kept_events.erase(server.reader.kept_events.begin(), server.reader.kept_events.end() - 10);
  EXPECT_EQ(*waits, "");
  commit(ObjectType::medium);
  EXPECT_EQ(result(*waits).at("cursor"), 2501);
}

TEST_F(EventsTest, WhatLiesBehindManyPagesOfOneCommitIsTold) {
  auto const waits = server.send(*server.peer, "event.read", R"({"type":"medium","wait_ms":1000})");
  for (unsigned n = 0; n < 12 * limits::events_page_max; ++n) keep({.type = ObjectType::slot});
  keep({.type = ObjectType::medium});
  tell();
  auto const page = result(*waits);
  EXPECT_EQ(page.at("events").as_array().size(), 1u);
  EXPECT_EQ(page.at("cursor"), static_cast<std::int64_t>(12 * limits::events_page_max + 1));
}

// The catalog cannot be read: whoever waits hears it, whatever it waits for.
TEST_F(EventsTest, AFaultOfTheCatalogIsToldToAllWhoWait) {
  auto const any = server.send(*server.peer, "event.read", R"({"wait_ms":1000})");
  auto const medium = server.send(*server.peer, "event.read", R"({"type":"medium","wait_ms":1000})");
  server.reader.broken = true;
  commit(ObjectType::slot);
  EXPECT_THAT(short_form(*any), StartsWith("ERROR_DATABASE_FAILURE"));
  EXPECT_THAT(short_form(*medium), StartsWith("ERROR_DATABASE_FAILURE"));
  EXPECT_EQ(server.loop.waiting(), 0u);
}

// Its connection has another session by now, or none.
TEST_F(EventsTest, TheEndOfASessionEndsItsWaitsWhereverItCameFrom) {
  server.peer->session = ids::session(0);
  auto const of_it = server.send(*server.peer, "event.read", R"({"type":"medium","wait_ms":1000})");
  server.peer->session = ids::session(1);
  auto const of_another = server.send(*server.peer, "event.read", R"({"type":"medium","wait_ms":1000})");
  keep({.kind = EventKind::erase, .type = ObjectType::session, .object = ids::session(0).guid});
  tell();
  EXPECT_EQ(short_form(*of_it), "ERROR_CANCELLED session " + ids::session(0).text());
  EXPECT_EQ(*of_another, "");
}

// Two thousand who wait for other things than what happens, and go in the middle of it.
TEST_F(EventsTest, ACrowdThatWaitsAndLeaves) {
  std::vector<std::pair<std::shared_ptr<server::PeerState>, std::shared_ptr<std::string>>> crowd;
  for (unsigned n = 0; n < 2000; ++n) {
    auto peer = server.new_peer(n % 10);
    auto answer = server.send(*peer, "event.read", n % 2 == 0 ? R"({"type":"medium","wait_ms":1000})" : R"({"type":"drive","wait_ms":1000})");
    crowd.emplace_back(std::move(peer), std::move(answer));
  }
  for (std::size_t n = 0; n < crowd.size(); ++n) {
    commit(ObjectType::slot);
    if (n % 4 == 0) server.dispatcher->leave(*crowd[n].first);
  }
  commit(ObjectType::medium);
  for (std::size_t n = 0; n < crowd.size(); ++n) {
    SCOPED_TRACE(n);
    if (n % 4 == 0)
      EXPECT_EQ(short_form(*crowd[n].second), "ERROR_CANCELLED the call");
    else if (n % 2 == 0)
      EXPECT_EQ(result(*crowd[n].second).at("cursor"), 2001);
    else
      EXPECT_EQ(*crowd[n].second, "");
  }
  for (auto const& [peer, answer] : crowd) server.dispatcher->leave(*peer);
  EXPECT_EQ(server.loop.waiting(), 0u);
  for (auto const& [peer, answer] : crowd) EXPECT_EQ(peer->share->event_waits, 0u);
}

TEST_F(EventsTest, ALongReplyEndsBeforeItsLineIsTooLong) {
  commit(ObjectType::drive, 1000);
  for (auto& e : server.reader.kept_events) e.reason = std::string(1000, 'r');
  auto const answer = server.send(*server.peer, "event.read", R"({"cursor":0,"limit":1000})");
  EXPECT_LT(answer->size(), limits::line_bytes_max);
  auto const page = result(*answer);
  EXPECT_EQ(static_cast<std::int64_t>(page.at("events").as_array().size()), page.at("cursor").as_int64());
}

TEST_F(EventsTest, AWaitIsStoppedByItsNameOnItsOwnConnectionOnly) {
  auto const other = server.new_peer(0);
  auto const mine = server.send(*server.peer, "event.read", R"({"wait_ms":1000,"name":7})");
  auto const another = server.send(*server.peer, "event.read", R"({"wait_ms":1000,"name":8})");
  auto const unnamed = server.send(*server.peer, "event.read", R"({"wait_ms":1000})");
  auto const of_other = server.send(*other, "event.read", R"({"wait_ms":1000,"name":7})");
  EXPECT_EQ(server.peer->share->event_waits, 4u);
  EXPECT_EQ(server.call("event.stop", R"({"name":7})"), "ok {}");
  EXPECT_THAT(short_form(*mine), StartsWith("ERROR_CANCELLED wait 7"));
  for (auto const& waits : {another, unnamed, of_other}) EXPECT_EQ(*waits, "");
  EXPECT_EQ(server.peer->share->event_waits, 3u);
  EXPECT_EQ(server.call("event.stop", R"({"name":7})"), "ok {}") << "none any more";
  commit(ObjectType::slot);
  for (auto const& waits : {another, unnamed, of_other}) EXPECT_EQ(result(*waits).at("cursor"), 1);
}

}  // namespace
}  // namespace rsm::testing
