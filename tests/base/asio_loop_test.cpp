#include "libmgr/base/asio_loop.hpp"

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

namespace rsm {
namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;

struct AsioLoopTest : testing::Test {
  AsioLoop loop;
  std::vector<int> ran;

  Callback note(int number) {
    return [this, number] { ran.push_back(number); };
  }
  void run_until_noted(Millis delay) {
    loop.after(delay, [this] { loop.stop(); });
    loop.run();
  }
};

TEST_F(AsioLoopTest, TimersRunInTheOrderOfTheirTime) {
  loop.after(600ms, note(3));  // so far apart that a machine that is held up between two of these calls changes nothing
  loop.after(10ms, note(1));
  loop.after(300ms, note(2));
  while (ran.size() < 3) run_until_noted(100ms);
  EXPECT_THAT(ran, ElementsAre(1, 2, 3));
}

TEST_F(AsioLoopTest, PostedCallbacksRunInTheOrderOfTheirStartingAndNotInsideTheCall) {
  loop.post(note(1));
  loop.after(0ms, note(2));
  loop.after(-5s, note(3));
  loop.post(note(4));
  EXPECT_TRUE(ran.empty());
  run_until_noted(0ms);
  EXPECT_THAT(ran, ElementsAre(1, 2, 3, 4));
}

TEST_F(AsioLoopTest, ACallbackStartedByACallbackRunsAfterThoseThatWereThere) {
  loop.post([this] {
    loop.post(note(3));
    ran.push_back(1);
  });
  loop.post(note(2));
  run_until_noted(5ms);
  EXPECT_THAT(ran, ElementsAre(1, 2, 3));
}

TEST_F(AsioLoopTest, TimersAreNotEarly) {
  auto const begin = std::chrono::steady_clock::now();
  run_until_noted(25ms);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 25ms);
}

TEST_F(AsioLoopTest, ACancelledTimerDoesNotRunAndItsStateIsDestroyedAtOnce) {
  auto const state = std::make_shared<int>(1);
  auto const timer = loop.after(1ms, [this, state] { ran.push_back(*state); });
  EXPECT_EQ(state.use_count(), 2);
  loop.cancel(timer);
  EXPECT_EQ(state.use_count(), 1);
  EXPECT_EQ(loop.waiting(), 0U);
  run_until_noted(10ms);
  EXPECT_TRUE(ran.empty());
}

TEST_F(AsioLoopTest, CancellingWhatFiredOrNeverWasDoesNothing) {
  auto const timer = loop.after(0ms, note(1));
  run_until_noted(1ms);
  loop.cancel(timer);
  loop.cancel(TimerId::none);
  loop.cancel(TimerId{123456});
  loop.after(0ms, note(2));
  run_until_noted(1ms);
  EXPECT_THAT(ran, ElementsAre(1, 2));
}

TEST_F(AsioLoopTest, ACallbackMayCancelTheNextOne) {
  TimerId second{};
  loop.post([&] { loop.cancel(second); });
  second = loop.after(0ms, note(2));
  loop.post(note(3));
  run_until_noted(1ms);
  EXPECT_THAT(ran, ElementsAre(3));
}

TEST_F(AsioLoopTest, ATimerSoonerThanTheArmedOneIsServedFirst) {
  loop.after(10s, note(9));
  loop.post([this] { loop.after(5ms, [this] { loop.stop(); }); });
  loop.run();
  EXPECT_TRUE(ran.empty());
  EXPECT_EQ(loop.waiting(), 1U);
}

TEST_F(AsioLoopTest, ADelayBeyondTheClockIsCutToTheLongest) {
  loop.after(Millis::max(), note(9));
  loop.after(0ms, note(1));
  run_until_noted(5ms);
  EXPECT_THAT(ran, ElementsAre(1));
}

TEST_F(AsioLoopTest, ACallbackThatPostsItselfForeverLeavesRoomForSockets) {
  int rounds = 0;
  std::function<void()> forever = [&] {
    ++rounds;
    loop.post([&] { forever(); });
  };
  forever();
  boost::asio::post(loop.context(), [&] { boost::asio::post(loop.context(), [&] { loop.stop(); }); });
  loop.run();
  EXPECT_GE(rounds, 1);
}

// However long it goes on: a look at the sockets after each round, not after more and more of them.
TEST_F(AsioLoopTest, ThereIsOneRoundBetweenTwoLooksAtTheSockets) {
  std::size_t turns = 0, most = 0;
  std::function<void()> turn = [&] {
    loop.after(1h, [] {});
    if (++turns < 1000) loop.post([&] { turn(); });
  };
  std::size_t before = 0, looks = 0;
  std::function<void()> look = [&] {
    most = std::max(most, turns - std::exchange(before, turns));
    if (turns < 1000) boost::asio::post(loop.context(), [&] { look(); });
    else loop.stop();
    ++looks;
  };
  loop.post([&] { turn(); });
  boost::asio::post(loop.context(), [&] { look(); });
  loop.run();
  EXPECT_LE(most, 2U);
  EXPECT_GE(looks, 500U);
}

TEST_F(AsioLoopTest, StopEndsTheRoundAndRunGoesOnWhereItStood) {
  loop.post([this] { loop.stop(); });
  loop.post(note(2));
  loop.run();
  EXPECT_TRUE(ran.empty());
  run_until_noted(1ms);
  EXPECT_THAT(ran, ElementsAre(2));
}

TEST_F(AsioLoopTest, WhateverRunsIsADeedUnlessItOnlyLooks) {
  std::vector<std::uint64_t> seen;
  auto const step = [&](bool looks) {
    return [this, &seen, looks] {
      if (looks) loop.only_looks();
      if (looks) loop.only_looks();  // twice is not more
      seen.push_back(loop.deeds());
    };
  };
  auto const run = [&] {
    boost::asio::post(loop.context(), [this] {
      loop.only_looks();
      loop.stop();
    });
    loop.run();
  };
  auto const deeds_of = [&](std::function<void()> const& start) {
    auto const before = loop.deeds();
    start();
    run();
    run();  // what is posted may run in the round after
    return loop.deeds() - before;
  };
  auto const nothing = deeds_of([] {});
  EXPECT_EQ(nothing, 0u);
  EXPECT_EQ(deeds_of([&] { loop.post(step(false)); }), 1u);
  EXPECT_EQ(deeds_of([&] { loop.post(step(true)); }), 0u);
  EXPECT_EQ(deeds_of([&] { loop.post(step(false)), loop.post(step(true)), loop.post(step(false)); }), 2u);
  EXPECT_EQ(deeds_of([&] { loop.post_from_thread(step(false)); }), 1u);
  EXPECT_EQ(deeds_of([&] { boost::asio::post(loop.context(), step(false)); }), 1u) << "also what the loop knows nothing of";
  EXPECT_EQ(deeds_of([&] { boost::asio::post(loop.context(), step(true)); }), 0u);
  EXPECT_EQ(seen.size(), 8u);
  EXPECT_EQ(deeds_of([&] { loop.deed(); }), 1u);
}

TEST_F(AsioLoopTest, ATimerIsADeedWhenItRuns) {
  auto const before = loop.deeds();
  loop.after(1ms, [this] { loop.stop(); });
  EXPECT_EQ(loop.deeds(), before);
  loop.run();
  EXPECT_EQ(loop.deeds(), before + 1);
}

TEST_F(AsioLoopTest, AnExceptionLeavesRunAndLosesNoOtherCallback) {
  loop.post([] { throw std::runtime_error("a bug"); });
  loop.post(note(2));
  EXPECT_THROW(loop.run(), std::runtime_error);
  run_until_noted(1ms);
  EXPECT_THAT(ran, ElementsAre(2));
}

TEST_F(AsioLoopTest, WallTimeIsTheSystemClockInMilliseconds) {
  auto const before = std::chrono::floor<Millis>(std::chrono::system_clock::now());
  auto const now = loop.now();
  EXPECT_LE(before, now);
  EXPECT_LE(now, std::chrono::system_clock::now());
}

TEST(AsioLoopEnd, WaitingCallbacksAreDestroyedAndMayCancelTimersMeanwhile) {
  struct Canceller {
    AsioLoop& loop;
    TimerId timer;
    int& destroyed;
    ~Canceller() {
      loop.cancel(timer);
      ++destroyed;
    }
  };
  int destroyed = 0;
  {
    AsioLoop loop;
    auto const timer = loop.after(1h, [] {});
    loop.after(1h, [held = std::make_unique<Canceller>(loop, timer, destroyed)] {});
  }
  EXPECT_EQ(destroyed, 1);
}

}  // namespace
}  // namespace rsm
