#include "db/event_codec.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "tests/db/samples.hpp"

namespace rsm::db {
namespace {

std::string encoded(std::vector<Event> const& events) {
  EventEncoder encoder;
  for (auto const& event : events) encoder.add(event);
  return encoder.payload();
}

TEST(EventCodec, RoundTrip) {
  SeededRandom random(31);
  samples::Sample sample{random};
  std::vector<Event> events;
  for (std::uint64_t number = 100; number < 150; ++number) events.push_back(sample.event(number));
  events[3].request = {};
  events[4].state.clear(), events[4].reason = std::string(100'000, 'x');
  events[5].reason = std::string("\0\n\xff", 3);
  events[6].time = from_ms(std::numeric_limits<std::int64_t>::max());
  events[7].time = from_ms(-5);
  events[8].guard = random.guid();
  events[9].guard = random.guid(), events[9].request = {};
  EXPECT_EQ(decode_events(encoded(events), 100), events);
}

TEST(EventCodec, IsCompact) {
  Event const event{.number = 1, .time = samples::at(0), .kind = EventKind::update, .type = ObjectType::drive, .state = "loaded"};
  EXPECT_LT(encoded({event}).size(), 40u);
}

TEST(EventCodec, RowsThatWereWrittenBeforeGuardsAreRead) {
  Event const event{.number = 1, .time = samples::at(0), .kind = EventKind::update, .type = ObjectType::drive, .state = "loaded"};
  std::string const row = encoded({event});
  EXPECT_EQ(row.back(), '\0') << "no request and no guard: as ever";
  std::string unknown = row;
  unknown.back() = '\4';
  EXPECT_FALSE(decode_events(unknown, 1)) << "what nobody knows is not passed over";
}

TEST(EventCodec, EveryCutIsRefused) {
  SeededRandom random(32);
  samples::Sample sample{random};
  std::string const one = encoded({sample.event(1)});
  for (std::size_t length = 0; length < one.size(); ++length) {
    auto const decoded = decode_events(std::string_view(one).substr(0, length), 1);
    if (length == 1) continue;  // the version alone: a row without events
    ASSERT_FALSE(decoded) << length;
    EXPECT_EQ(decoded.error().code, Errc::database_failure);
  }
}

TEST(EventCodec, RandomBytesNeverCrash) {
  SeededRandom random(33);
  samples::Sample sample{random};
  std::string const good = encoded({sample.event(1), sample.event(2)});
  for (int i = 0; i < 20'000; ++i) {
    std::string bad = good;
    for (std::uint64_t n = 1 + random.below(4); n > 0; --n) bad[random.below(bad.size())] = static_cast<char>(random.next());
    auto const decoded = decode_events(bad, 1);
    EXPECT_EQ(decoded ? Errc::database_failure : decoded.error().code, Errc::database_failure);
  }
}

TEST(EventCodec, AnotherVersionIsRefused) {
  EXPECT_FALSE(decode_events("\x02whatever", 1));
}

}  // namespace
}  // namespace rsm::db
