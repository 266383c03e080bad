// Places in the queue: who is put where, who makes room, and that nothing else is written.
#include "libmgr/queue/places.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "libmgr/base/random.hpp"
#include "libmgr/queue/scheduler.hpp"
#include "tests/support/world_builder.hpp"

namespace rsm {
namespace {

using namespace testing;

class PlacesTest : public ::testing::Test {
 protected:
  PlacesTest() {
    for (unsigned n = 0; n < 6; ++n) requests.push_back(b.mount(n, n % 4));
  }
  // The numbers of the requests as they are served.
  std::vector<unsigned> line() const {
    std::vector<unsigned> out;
    for (auto const* r : in_order_of_service(situation(), all())) out.push_back(number(*r));
    return out;
  }
  // How many records it wrote.
  std::size_t put(std::vector<unsigned> const& moved, std::uint32_t place) {
    std::vector<RequestRecord const*> others, those;
    for (auto const* r : in_order_of_service(situation(), all())) (std::ranges::find(moved, number(*r)) == moved.end() ? others : those).push_back(r);
    auto const changed = places_for(others, those, place);
    for (auto& r : requests)
      if (auto const to = changed.find(r.id); to != changed.end()) r.order = to->second;
    return changed.size();
  }
  std::size_t place_of(unsigned n) const { return served_before(situation(), all(), requests[n]) + 1; }

  std::vector<RequestRecord const*> all() const {
    std::vector<RequestRecord const*> out;
    for (auto const& r : requests) out.push_back(&r);
    return out;
  }
  static unsigned number(RequestRecord const& r) { return r.id.guid.bytes[15] - 1U; }
  Situation situation() const { return {.world = b.world, .library = library_id(), .now = from_ms(1000), .policy = policy, .fairness_limit = std::chrono::minutes(15)}; }

  using Line = std::vector<unsigned>;
  WorldBuilder b{2, 4};
  std::vector<RequestRecord> requests;
  SchedulerPolicy policy = SchedulerPolicy::strict;
};

TEST_F(PlacesTest, TheFirstPlaceIsNextAndCostsOneRecord) {
  EXPECT_EQ(line(), (Line{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(put({4}, 1), 1u);
  EXPECT_EQ(line(), (Line{4, 0, 1, 2, 3, 5}));
  EXPECT_EQ(put({2}, 1), 2u) << "who was first makes room";
  EXPECT_EQ(line(), (Line{2, 4, 0, 1, 3, 5}));
}

// Two at one place: a request brings its place along when it follows its medium into another library.
TEST_F(PlacesTest, WhoeverStandsWhereverIsPutWhereHeIsWanted) {
  SeededRandom random(29);
  constexpr std::uint32_t places[] = {order_none, order_none, 1, 2, 3, 5, 9, order_last - 1, order_last};
  for (auto const by : {SchedulerPolicy::strict, SchedulerPolicy::batch, SchedulerPolicy::throughput}) {
    policy = by;
    for (unsigned turn = 0; turn < 2'000; ++turn) {
      for (auto& r : requests) r.order = places[random.below(std::size(places))], r.priority = static_cast<int>(random.below(3));
      auto const moved = static_cast<unsigned>(random.below(6));
      auto const place = 1 + static_cast<std::uint32_t>(random.below(8));
      put({moved}, place);
      ASSERT_EQ(place_of(moved), std::min<std::size_t>(place, 6)) << "turn " << turn;
    }
  }
}

TEST_F(PlacesTest, EveryPlaceIsTheOneThatWasAskedFor) {
  for (auto const by : {SchedulerPolicy::strict, SchedulerPolicy::batch})
    for (std::uint32_t place = 1; place <= 6; ++place)
      for (unsigned n = 0; n < 6; ++n) {
        policy = by;
        put({n}, place);
        EXPECT_EQ(place_of(n), place) << n;
      }
}

TEST_F(PlacesTest, APlaceBeatsPriorityAndTheOtherWayRoundIsNot) {
  requests[5].priority = 15;
  EXPECT_EQ(line().front(), 5u);
  put({3}, 2);
  EXPECT_EQ(line(), (Line{5, 3, 0, 1, 2, 4}));
  requests[4].priority = 15;
  EXPECT_EQ(line(), (Line{5, 3, 4, 0, 1, 2})) << "who stands before a place keeps it against who comes later";
}

TEST_F(PlacesTest, TheLastStaysLast) {
  EXPECT_EQ(put({0}, order_last), 1u);
  EXPECT_EQ(line(), (Line{1, 2, 3, 4, 5, 0}));
  requests.push_back(b.mount(6, 0));
  EXPECT_EQ(line().back(), 0u) << "also behind those who come later";
  EXPECT_EQ(put({1}, order_last), 2u);
  EXPECT_EQ(line(), (Line{2, 3, 4, 5, 6, 0, 1}));
  EXPECT_EQ(put({1}, order_last), 0u);
  EXPECT_EQ(put({2}, 100), 3u) << "beyond the end";
  EXPECT_EQ(line(), (Line{3, 4, 5, 6, 0, 1, 2}));
  put({1}, 1);
  EXPECT_EQ(line(), (Line{1, 3, 4, 5, 6, 0, 2}));
}

TEST_F(PlacesTest, ACallOfSeveralMediaStaysTogether) {
  put({1, 4}, 3);
  EXPECT_EQ(line(), (Line{0, 2, 1, 4, 3, 5}));
  put({1, 4}, 1);
  EXPECT_EQ(line(), (Line{1, 4, 0, 2, 3, 5}));
  put({1, 4}, order_last);
  EXPECT_EQ(line(), (Line{0, 2, 3, 5, 1, 4}));
}

TEST_F(PlacesTest, WhoIsAloneIsFirstWhereverHeIsPut) {
  requests.resize(1);
  for (auto const place : {1U, 2U, 7U, order_last}) {
    put({0}, place);
    EXPECT_EQ(place_of(0), 1u) << place;
  }
}

}  // namespace
}  // namespace rsm
