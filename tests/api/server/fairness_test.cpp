// No user takes what all need: turns, reads that wait for a commit, waits for events.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/protocol/limits.hpp"
#include "api/server/turns.hpp"
#include "api/server/user_share.hpp"
#include "tests/api/server/doubles.hpp"

namespace rsm::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using server::Turns;

TEST(Turns, GoFromUserToUserHoweverMuchOneOfThemWants) {
  TestLoop loop;
  Turns turns(loop);
  std::vector<int> order;
  auto const ask = [&](std::uint32_t uid, int times) {
    for (; times > 0; --times) turns.ask(uid, [&order, uid] { order.push_back(static_cast<int>(uid)); });
  };
  ask(1, 5);
  ask(2, 2);
  ask(3, 1);
  EXPECT_TRUE(order.empty()) << "never inside the call";
  loop.run_for(Millis{0});
  EXPECT_THAT(order, ElementsAre(1, 2, 3, 1, 2, 1, 1, 1));
}

TEST(Turns, WhoAsksAgainWaitsForTheOthers) {
  TestLoop loop;
  Turns turns(loop, std::chrono::microseconds(0));  // one at a time, whatever it takes
  std::vector<int> order;
  std::function<void(int)> flood = [&](int left) {
    order.push_back(1);
    if (left > 0) turns.ask(1, [&flood, left] { flood(left - 1); });
  };
  turns.ask(1, [&] { flood(3); });
  turns.ask(1, [&] { flood(0); });
  turns.ask(2, [&] { order.push_back(2); });
  loop.post([&] { order.push_back(0); });  // something else that the loop has to do
  loop.run_for(Millis{0});
  EXPECT_THAT(order, ElementsAre(1, 0, 2, 1, 1, 1, 1));
}

TEST(Turns, AreTakenTogetherForAMoment) {
  TestLoop loop;
  Turns turns(loop, std::chrono::hours(1));
  std::vector<int> order;
  turns.ask(1, [&] {
    order.push_back(1);
    turns.ask(1, [&] { order.push_back(3); });
  });
  turns.ask(2, [&] { order.push_back(2); });
  loop.post([&] { order.push_back(0); });
  loop.run_for(Millis{0});
  EXPECT_THAT(order, ElementsAre(1, 2, 3, 0));
}

TEST(Turns, ThatOneOfThemEndsTheServerEndsThem) {
  TestLoop loop;
  auto turns = std::make_unique<Turns>(loop, std::chrono::hours(1));
  turns->ask(1, [&] { turns.reset(); });
  turns->ask(2, [] { ADD_FAILURE(); });
  loop.run_for(Millis{0});
}

TEST(Turns, OnlyLook) {
  TestLoop loop;
  loop.counts = true;
  Turns turns(loop);
  auto const before = loop.deeds();
  turns.ask(1, [] {});
  loop.run_for(Millis{0});
  EXPECT_EQ(loop.deeds(), before);
  turns.ask(1, [&] { loop.deed(); });
  loop.run_for(Millis{0});
  EXPECT_NE(loop.deeds(), before);
}

TEST(Turns, EndWithTheServer) {
  TestLoop loop;
  auto turns = std::make_unique<Turns>(loop);
  turns->ask(1, [] { ADD_FAILURE(); });
  turns.reset();
  loop.run_for(Millis{0});
}

struct FairnessTest : ::testing::Test {
  TestServer server;
  FairnessTest() { furnish(server); }
};

// Reads that a commit holds up are set free together: of one user only so many at once, the others in turns.
TEST_F(FairnessTest, ACommitSetsFewReadsOfAUserFree) {
  server.manager_double.hold_reads = true;
  std::vector<std::shared_ptr<server::PeerState>> peers;
  std::vector<std::shared_ptr<std::string>> answers;
  for (int i = 0; i < 10; ++i) {
    peers.push_back(server.new_peer(1000));
    for (int n = 0; n < 50; ++n) answers.push_back(server.send(*peers.back(), "drive.list"));
  }
  EXPECT_EQ(server.manager_double.held_reads.size(), limits::reads_waiting_per_uid_max);
  auto const other = server.new_peer(1001);
  auto const others = server.send(*other, "drive.list");
  EXPECT_EQ(server.manager_double.held_reads.size(), limits::reads_waiting_per_uid_max + 1) << "another user is not held up by that";
  server.manager_double.hold_reads = false;
  for (auto& read : std::exchange(server.manager_double.held_reads, {})) read({});
  EXPECT_THAT(short_form(*others), StartsWith("ok"));
  EXPECT_EQ(std::count_if(answers.begin(), answers.end(), [](auto const& a) { return !a->empty(); }), limits::reads_waiting_per_uid_max);
  server.loop.run_for(Millis{0});
  for (auto const& answer : answers) EXPECT_THAT(short_form(*answer), StartsWith("ok"));
}

TEST_F(FairnessTest, ReadsOfWhoHasGoneAreDropped) {
  server.manager_double.hold_reads = true;
  auto const peer = server.new_peer(1000);
  for (std::size_t n = 0; n < limits::reads_waiting_per_uid_max; ++n) server.send(*peer, "drive.list");
  auto const parked = server.send(*peer, "drive.list");
  auto const alive = server.new_peer(1000);
  auto const after = server.send(*alive, "drive.list");
  server.dispatcher->forget(*peer);
  server.manager_double.hold_reads = false;
  for (auto& read : std::exchange(server.manager_double.held_reads, {})) read({});
  server.loop.run_for(Millis{0});
  EXPECT_THAT(short_form(*parked), StartsWith("ERROR_CANCELLED"));
  EXPECT_THAT(short_form(*after), StartsWith("ok"));
}

TEST_F(FairnessTest, WhatStillWaitsAtTheEndIsAnsweredAndFreed) {
  server.manager_double.hold_reads = true;
  auto const peer = server.new_peer(1000);
  std::vector<std::shared_ptr<std::string>> answers;
  for (std::size_t n = 0; n < 2 * limits::reads_waiting_per_uid_max; ++n) answers.push_back(server.send(*peer, "drive.list"));
  server.dispatcher.reset();
  server.manager_double.held_reads.clear();
  for (auto const& answer : answers) EXPECT_THAT(short_form(*answer), StartsWith("ERROR_CANCELLED"));
}

TEST_F(FairnessTest, AUserWhoReadsNothingGetsNothingMadeMeanwhile) {
  auto const peer = server.new_peer(1000);
  peer->share = std::make_shared<server::UserShare>(1000, 100);
  peer->share->unread_more(100);
  auto const waits = server.send(*peer, "drive.list");
  server.loop.run_for(Millis{0});
  EXPECT_EQ(*waits, "");
  peer->share->unread_less(1, server.dispatcher->turns());
  server.loop.run_for(Millis{0});
  EXPECT_THAT(short_form(*waits), StartsWith("ok"));
}

TEST_F(FairnessTest, WaitsForEventsAreLimitedAndReadTheCatalogOnce) {
  auto const peer = server.new_peer(1000), other = server.new_peer(1001);
  std::vector<std::shared_ptr<std::string>> answers;
  for (std::size_t n = 0; n < limits::event_waits_per_uid_max; ++n) answers.push_back(server.send(*peer, "event.read", R"({"wait_ms":1000})"));
  EXPECT_EQ(short_form(*server.send(*peer, "event.read", R"({"wait_ms":1000})")), "ERROR_BUSY user user1000");
  answers.push_back(server.send(*other, "event.read", R"({"wait_ms":1000,"type":"drive"})"));
  Event e;
  e.number = server.manager_double.counters.last_event = server.manager_double.counters.durable_event = 1;
  e.type = ObjectType::drive;
  server.reader.kept_events.push_back(e);
  server.reader.event_reads = 0;
  for (auto& subscriber : server.manager_double.subscribers) subscriber(1);
  for (auto const& answer : answers) EXPECT_THAT(short_form(*answer), HasSubstr(R"("number":1)"));
  EXPECT_EQ(server.reader.event_reads, 1u);
  EXPECT_EQ(*server.send(*peer, "event.read", R"({"wait_ms":1000})"), "") << "they have ended: there is room again";
}

// A library with a hundred thousand slots: a page costs what is on it.
TEST_F(FairnessTest, PagesOfPartsAreCutOutOfTheMiddle) {
  auto& jukebox = server.manager_double.world.libraries.at(ids::library());
  for (unsigned n = 4; n < 100'000; ++n) jukebox.slots[n] = SlotRecord{SlotId{Guid{.bytes = {7, static_cast<std::uint8_t>(n >> 16), static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n), 1}}}, ids::library(), n, SlotState::empty, {}};
  std::string cursor;
  std::size_t items = 0, pages = 0;
  std::int64_t last = -1;
  do {
    auto const answer = server.call("slot.list", R"({"limit":1000)" + (cursor.empty() ? std::string("}") : R"(,"cursor":")" + cursor + "\"}"));
    ASSERT_THAT(answer, StartsWith("ok "));
    std::size_t at = 0;
    while ((at = answer.find(R"("number":)", at)) != std::string::npos) {
      auto const number = std::strtoll(answer.c_str() + (at += 9), nullptr, 10);
      ASSERT_EQ(number, last + 1);
      last = number;
      ++items;
    }
    auto const next = answer.find(R"("next_cursor":")");
    cursor = next == std::string::npos ? "" : answer.substr(next + 15, answer.find('"', next + 15) - next - 15);
    ++pages;
  } while (!cursor.empty() && pages < 1000);
  EXPECT_EQ(items, 100'000u);
  EXPECT_LT(pages, 400u);
}

}  // namespace
}  // namespace rsm::testing
