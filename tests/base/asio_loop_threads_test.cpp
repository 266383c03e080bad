// What another thread may do to the loop; built with the thread sanitizer too (label tsan).
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <thread>
#include <vector>

#include "libmgr/base/asio_loop.hpp"

namespace rsm {
namespace {

TEST(AsioLoopThreads, WhatThreadsPostRunsOnTheLoopOnceAndInTheOrderOfEachThread) {
  constexpr std::size_t threads = 4;
  constexpr int posts = 2000;
  AsioLoop loop;
  auto const home = std::this_thread::get_id();
  std::array<std::vector<int>, threads> got;  // touched by the loop only
  std::size_t left = threads * posts;
  bool strayed = false;

  std::vector<std::jthread> senders;
  for (std::size_t t = 0; t < threads; ++t)
    senders.emplace_back([&, t] {
      for (int i = 0; i < posts; ++i)
        loop.post_from_thread([&, t, i, value = std::make_unique<int>(i)] {
          strayed = strayed || std::this_thread::get_id() != home;
          got[t].push_back(*value);
          if (i % 100 == 0) loop.after(Millis{1}, [] {});
          if (--left == 0) loop.stop();
        });
    });
  loop.run();

  EXPECT_FALSE(strayed);
  for (auto const& of_thread : got) {
    ASSERT_EQ(of_thread.size(), static_cast<std::size_t>(posts));
    for (int i = 0; i < posts; ++i) ASSERT_EQ(of_thread[static_cast<std::size_t>(i)], i);
  }
}

TEST(AsioLoopThreads, AThreadMayStopTheLoop) {
  AsioLoop loop;
  bool told = false;
  std::jthread stopper([&] {
    loop.post_from_thread([&] { told = true; });
    loop.post_from_thread([&] { loop.stop(); });
  });
  loop.run();
  EXPECT_TRUE(told);
}

}  // namespace
}  // namespace rsm
