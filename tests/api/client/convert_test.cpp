// GUIDs, times, numbers and texts between the product and Windows.
#include "libmgr/domain/base64.hpp"
#include "api/client/ntmsapi_convert.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

namespace {

using namespace rsm;
using namespace rsm::ntms;

TEST(GuidBytes, AreMixedInTheStructureAndInTextOrderInside) {
  auto const guid = *Guid::parse("00112233-4455-6677-8899-aabbccddeeff");
  NTMS_GUID const windows = to_windows(guid);
  EXPECT_EQ(windows.Data1, 0x00112233u);
  EXPECT_EQ(windows.Data2, 0x4455u);
  EXPECT_EQ(windows.Data3, 0x6677u);
  unsigned char const in_memory[16] = {0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
  EXPECT_EQ(std::memcmp(&windows, in_memory, 16), 0) << "little endian machines only";
  EXPECT_EQ(from_windows(windows), guid);
}

TEST(Times, AreUtcWithTheDayOfTheWeek) {
  SYSTEMTIME const time = to_windows_time(951'827'696'789);  // 2000-02-29T12:34:56.789Z
  EXPECT_EQ(time.wYear, 2000);
  EXPECT_EQ(time.wMonth, 2);
  EXPECT_EQ(time.wDay, 29);
  EXPECT_EQ(time.wDayOfWeek, 2);  // Tuesday
  EXPECT_EQ(time.wHour, 12);
  EXPECT_EQ(time.wMinute, 34);
  EXPECT_EQ(time.wSecond, 56);
  EXPECT_EQ(time.wMilliseconds, 789);
}

TEST(Times, NeverAndTheImpossibleAreAllZero) {
  SYSTEMTIME const zero{};
  for (std::optional<std::int64_t> const ms : {std::optional<std::int64_t>(), std::optional<std::int64_t>(0),
                                               std::optional(std::numeric_limits<std::int64_t>::max()),
                                               std::optional(std::numeric_limits<std::int64_t>::min())}) {
    SYSTEMTIME const time = to_windows_time(ms);
    EXPECT_EQ(std::memcmp(&time, &zero, sizeof zero), 0);
  }
  EXPECT_EQ(to_windows_time(-11'644'473'600'000).wYear, 1601);
  EXPECT_EQ(to_windows_time(910'670'515'199'999).wYear, 30827);
  EXPECT_EQ(to_windows_time(910'670'515'199'999 + 1).wYear, 0);
}

TEST(Numbers, AreTheNearestThatFit) {
  EXPECT_EQ(to_dword(-1), 0u);
  EXPECT_EQ(to_dword(std::numeric_limits<std::int64_t>::max()), 0xFFFFFFFFu);
  EXPECT_EQ(to_word(70'000), 65'535u);
  EXPECT_EQ(to_seconds(300'000), 300);
  EXPECT_EQ(to_seconds(1), 1);
  EXPECT_EQ(to_seconds(-5), 0);
}

TEST(Text, WideIsUtf16WithSurrogates) {
  EXPECT_EQ(utf16("a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x92\xBE"), u"a\u00E4\u20AC\U0001F4BE");
  EXPECT_EQ(utf16("\xC0\x80"), u"\uFFFD\uFFFD");
  EXPECT_EQ(utf16("\xED\xA0\x80"), u"\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(valid_utf8("ok\xFF!"), "ok\xEF\xBF\xBD!");
  EXPECT_EQ(characters("\xF0\x9F\x92\xBE"), 2u);
}

TEST(Text, ComesInFromBothForms) {
  EXPECT_EQ(of_wide(u"a\u00E4\u20AC\U0001F4BE"), "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x92\xBE");
  WCHAR const lead_alone[] = {0xD83D, 'x', 0}, trail_alone[] = {0xDCBE, 0}, lead_last[] = {0xD83D, 0};
  EXPECT_EQ(of_wide(lead_alone), std::nullopt);
  EXPECT_EQ(of_wide(trail_alone), std::nullopt);
  EXPECT_EQ(of_wide(lead_last), std::nullopt);
  EXPECT_EQ(of_narrow("\xC3\xA4"), "\xC3\xA4");
  EXPECT_EQ(of_narrow("\xC3"), std::nullopt);
}

TEST(Text, IsCutAtACharacterAndAlwaysTerminated) {
  CHAR narrow[6];
  put(narrow, "abcd\xC3\xA4");  // the fifth byte would be half a character
  EXPECT_STREQ(narrow, "abcd");
  put(narrow, "abcde");
  EXPECT_STREQ(narrow, "abcde");
  put(narrow, "abcdef");
  EXPECT_STREQ(narrow, "abcde");
  WCHAR wide[4];
  put(wide, "ab\xF0\x9F\x92\xBE");  // the pair does not fit whole
  EXPECT_EQ(std::u16string(wide), u"ab");
  EXPECT_EQ(wide[3], 0);
  put(wide, "a\xF0\x9F\x92\xBE");
  EXPECT_EQ(std::u16string(wide), u"a\U0001F4BE");
}

TEST(Text, ReplacesBytesThatAreNoUtf8EvenAtTheCut) {
  CHAR narrow[4];
  put(narrow, "\xFF\xFF");  // three bytes each: one fits
  EXPECT_STREQ(narrow, "\xEF\xBF\xBD");
  std::memset(narrow, 'x', sizeof narrow);
  put(narrow, "");
  for (char const c : narrow) EXPECT_EQ(c, 0);
}

TEST(Base64, ReadsBytesAndRefusesTheRest) {
  using rsm::from_base64;
  EXPECT_EQ(from_base64(""), std::string());
  EXPECT_EQ(from_base64("AAEC/w=="), std::string("\0\1\2\xff", 4));
  EXPECT_EQ(from_base64("AAEC"), std::string("\0\1\2", 3));
  EXPECT_EQ(from_base64("AAE"), std::nullopt);
  EXPECT_EQ(from_base64("A A="), std::nullopt);
}

}  // namespace
