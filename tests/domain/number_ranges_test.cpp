// Numbers as people write them: 1-20, 40.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "libmgr/domain/number_ranges.hpp"

namespace rsm {
namespace {

TEST(NumberRanges, OneOrTwoNumbers) {
  EXPECT_EQ(number_range("40").value(), (NumberRange{40, 40}));
  EXPECT_EQ(number_range("1-20").value(), (NumberRange{1, 20}));
  EXPECT_EQ(number_range("0-4294967295").value(), (NumberRange{0, 4294967295U}));
  for (auto const* bad : {"", "-", "-3", "3-", "1-2-3", "x", "1 - 2", " 1", "+1", "4294967296", "0x10"}) EXPECT_FALSE(number_range(bad)) << bad;
  EXPECT_THAT(number_range("9-3").error().sentence(), testing::HasSubstr("less than its first"));
}

TEST(NumberRanges, TheTextKeepsTheOrder) {
  EXPECT_EQ(ranges_text(std::vector<std::int64_t>{}), "");
  EXPECT_EQ(ranges_text(std::vector<std::int64_t>{0, 1, 2, 7, 5, 6}), "0-2, 7, 5-6");
  EXPECT_EQ(ranges_text(std::vector<std::int64_t>{0, 1, 2, 39}, 1), "1-3, 40");
  EXPECT_EQ(ranges_text(std::vector<std::int64_t>{3, 3}), "3, 3");
}

}  // namespace
}  // namespace rsm
