// What steps take, as a bounded sketch: exact where it can be, not carried away by what is odd, and of what was seen lately.
#include "libmgr/domain/timing.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace rsm {
namespace {

using namespace std::chrono_literals;

TEST(TimingSketch, OfWhatAlwaysTakesTheSameEveryShareIsExact) {
  TimingSketch sketch;
  for (int n = 0; n < 1000; ++n) sketch.learn(9'137ms);
  for (double const share : {0.0, 0.1, 0.5, 0.9, 1.0}) EXPECT_EQ(sketch.quantile(share), 9'137ms) << share;
  EXPECT_EQ(sketch.mean(), 9'137ms);
  EXPECT_EQ(sketch.seen(), 1000U);
}

TEST(TimingSketch, NothingSeenIsNoTime) {
  TimingSketch const sketch;
  EXPECT_TRUE(sketch.empty());
  EXPECT_EQ(sketch.quantile(0.5), 0ms);
  EXPECT_EQ(sketch.mean(), 0ms);
}

TEST(TimingSketch, SharesAreNearWhatTheyAreOfTheValuesThemselves) {
  TimingSketch sketch;
  for (int n = 1; n <= 199; ++n) sketch.learn(Millis{1'000 * ((n * 71) % 199 + 1)});  // 1 to 199 s, each once
  EXPECT_NEAR(static_cast<double>(sketch.quantile(0.5).count()), 100'000, 5'000);
  EXPECT_NEAR(static_cast<double>(sketch.quantile(0.9).count()), 179'000, 9'000);
}

TEST(TimingSketch, OneThatHungForADayMovesNeitherTheMiddleNorTheNinthTenth) {
  TimingSketch sketch;
  for (int n = 0; n < 50; ++n) sketch.learn(10s);
  sketch.learn(24h);
  EXPECT_EQ(sketch.quantile(0.5), 10s);
  EXPECT_EQ(sketch.quantile(0.9), 10s);
  EXPECT_LT(sketch.mean(), 12s);
}

TEST(TimingSketch, BetweenTwoKindsOfStepsThereIsNothing) {
  TimingSketch sketch;
  for (int n = 0; n < 40; ++n) sketch.learn(n % 4 == 0 ? 100s : 10s);  // a quarter of them
  EXPECT_EQ(sketch.quantile(0.70), 10s);
  EXPECT_EQ(sketch.quantile(0.80), 100s);
}

TEST(TimingSketch, WhatWasSeenLatelyCountsMost) {
  TimingSketch sketch;
  for (int n = 0; n < 10'000; ++n) sketch.learn(10s);
  for (int n = 0; n < 300; ++n) sketch.learn(40s);
  EXPECT_EQ(sketch.quantile(0.5), 40s);
  EXPECT_EQ(sketch.seen(), 10'300U);
}

TEST(TimingSketch, ItIsBoundedWhateverComes) {
  TimingSketch sketch;
  for (std::int64_t n = 0; n < 100'000; ++n) sketch.learn(Millis{(n * 7919 * 7919) % 100'000'000 - 5});
  sketch.learn(Millis::max()), sketch.learn(Millis::min());
  EXPECT_LE(sketch.buckets().size(), 170U);
  EXPECT_TRUE(std::ranges::is_sorted(sketch.buckets(), {}, &TimingBucket::index));
  for (auto const& bucket : sketch.buckets()) EXPECT_GT(bucket.weight, 0);
}

TEST(TimingSketch, KeptAndBroughtBackItIsTheSameAndWhatCannotBeIsLeftOut) {
  TimingSketch sketch;
  for (int n = 1; n < 500; ++n) sketch.learn(Millis{n * n});
  EXPECT_EQ(TimingSketch(sketch.seen(), sketch.buckets()), sketch);
  auto damaged = sketch.buckets();
  auto const good = damaged.size();
  damaged.push_back({-1, 16, 5}), damaged.push_back({9'999, 16, 5}), damaged.push_back({damaged[0].index, 16, damaged[0].mean_ms}), damaged.push_back({40, -3, 100}), damaged.push_back({40, 16, -7});
  TimingSketch const brought(sketch.seen(), damaged);
  EXPECT_EQ(brought.buckets().size(), good);
}

TEST(TimingSketch, WhatHasTakenLongAlreadyIsOneOfTheLongOnes) {
  TimingSketch sketch;
  for (int n = 0; n < 50; ++n) sketch.learn(n % 2 == 0 ? 10s : 100s);
  EXPECT_EQ(sketch.quantile_beyond(0.5, 20s), 100s);
  EXPECT_EQ(sketch.quantile_beyond(0.5, 0s), sketch.quantile(0.5));
  EXPECT_EQ(sketch.quantile_beyond(0.5, 300s), 600s) << "longer than everything that was seen: as long again";
}

}  // namespace
}  // namespace rsm
