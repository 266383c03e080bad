#include "libmgr/queue/why.hpp"

#include <gtest/gtest.h>

namespace rsm {
namespace {

TEST(Why, IsNeverEmpty) {
  for (auto state : {RequestState::queued, RequestState::waiting, RequestState::inprocess, RequestState::deferred}) {
    RequestRecord request;
    request.state = state;
    EXPECT_FALSE(why({.request = request}).empty()) << word(state);
  }
}

TEST(Why, WhatIsDoneForItComesFirst) {
  RequestRecord request;
  request.reason = "recorded";
  WhyFacts facts{.request = request, .work = "loading", .library = "not ready", .announced = "an inventory", .found = [] { return std::string("waits for a drive"); }};
  EXPECT_EQ(why(facts), "loading");
  facts.work.clear();
  EXPECT_EQ(why(facts), "not ready");
  facts.library.clear();
  EXPECT_EQ(why(facts), "an inventory");
  facts.announced.clear();
  EXPECT_EQ(why(facts), "waits for a drive");
  facts.found = nullptr;
  EXPECT_EQ(why(facts), "recorded");
}

TEST(Why, ADeferredDismountSaysUntilWhen) {
  RequestRecord request;
  request.state = RequestState::deferred;
  request.reason = "stays until the delay is over";
  EXPECT_EQ(why({.request = request, .library = "not ready"}), "stays until the delay is over");
}

}  // namespace
}  // namespace rsm
