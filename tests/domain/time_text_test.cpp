#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "libmgr/domain/time.hpp"

namespace rsm {
namespace {

using namespace std::chrono_literals;

TEST(TimeText, IsUtcWithMilliseconds) {
  EXPECT_EQ(time_text(from_ms(0)), "1970-01-01 00:00:00.000Z");
  EXPECT_EQ(time_text(from_ms(1772368496789)), "2026-03-01 12:34:56.789Z");
  EXPECT_EQ(time_text(from_ms(951782400000)), "2000-02-29 00:00:00.000Z");
  EXPECT_EQ(time_text(from_ms(4107542399999)), "2100-02-28 23:59:59.999Z");
}

TEST(TimeText, TimesBeforeTheEpochCountBackwards) {
  EXPECT_EQ(time_text(from_ms(-1)), "1969-12-31 23:59:59.999Z");
}

TEST(TimeText, NumbersFarOutsideTheCalendarAreItsEnds) {
  EXPECT_EQ(time_text(from_ms(std::numeric_limits<std::int64_t>::max())), "9999-12-31 23:59:59.999Z");
  EXPECT_EQ(time_text(from_ms(std::numeric_limits<std::int64_t>::min())), "0000-01-01 00:00:00.000Z");
}

TEST(TimeText, MillisecondsGoRound) {
  EXPECT_EQ(to_ms(from_ms(1234567890123)), 1234567890123);
}

TEST(DurationText, ChoosesTheUnitForPeople) {
  EXPECT_EQ(duration_text(0ms), "0 ms");
  EXPECT_EQ(duration_text(999ms), "999 ms");
  EXPECT_EQ(duration_text(1s), "1.0 s");
  EXPECT_EQ(duration_text(12'400ms), "12.4 s");
  EXPECT_EQ(duration_text(59'900ms), "59.9 s");
  EXPECT_EQ(duration_text(60s), "1 min 0 s");
  EXPECT_EQ(duration_text(185s), "3 min 5 s");
  EXPECT_EQ(duration_text(3'599'999ms), "59 min 59 s");
  EXPECT_EQ(duration_text(2h + 10min), "2 h 10 min");
  EXPECT_EQ(duration_text(72h), "72 h 0 min");
}

}  // namespace
}  // namespace rsm
