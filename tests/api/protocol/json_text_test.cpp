#include "api/protocol/json_text.hpp"

#include <gtest/gtest.h>

#include <boost/json/value.hpp>

#include "libmgr/domain/limits.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::wire {
namespace {

void refused(std::string_view text, std::string_view object, std::string_view part_of_detail) {
  auto const result = parse_json(text);
  ASSERT_FALSE(result) << text;
  EXPECT_EQ(result.error().code, Errc::bad_format);
  EXPECT_EQ(result.error().object, object) << result.error().text();
  EXPECT_NE(result.error().detail.find(part_of_detail), std::string::npos) << result.error().detail;
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(JsonText, RefusesDuplicateMembersWhereverTheyAre) {
  refused(R"({"a":1,"a":1})", "a", "twice");
  refused(R"({"params":{"media":[{},{"id":1,"x":2,"id":3}]}})", "params.media[1].id", "twice");
  refused(R"({"a":{"b":1},"\u0061":2})", "a", "twice");  // the same name, spelled differently
  EXPECT_TRUE(parse_json(R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]})"));
}

TEST(JsonText, RefusesDepthBombs) {
  EXPECT_TRUE(parse_json(nested(limits::json_depth_max)));
  auto const too_deep = parse_json(nested(limits::json_depth_max + 1));
  ASSERT_FALSE(too_deep);
  EXPECT_NE(too_deep.error().detail.find("deeper than 16"), std::string::npos) << too_deep.error().detail;
  EXPECT_FALSE(parse_json(std::string(200'000, '[')));
  std::string objects;
  for (int i = 0; i < 20'000; ++i) objects += R"({"a":)";
  EXPECT_FALSE(parse_json(objects));
}

TEST(JsonText, RefusesWhatIsNoJson) {
  for (char const* text : {"", " ", "{", "}", "NaN", "Infinity", "-Infinity", "nul", "{\"a\":NaN}", "{\"a\":-Infinity}", "01", "+1", ".5", "0x10", "1.", "'a'",
                           "{a:1}", "[1,]", "{\"a\":1,}", "// c\n1", "\"\\x\"", "\"a", "\"\n\"", "{} {}", "1 2", "\xef\xbb\xbf{}"})
    EXPECT_FALSE(parse_json(text)) << text;
}

TEST(JsonText, RefusesLoneSurrogatesAndBrokenUtf8) {
  for (char const* text : {R"("\ud800")", R"("\udc00")", R"("\ud800\ud800")", R"("\ud800x")", "\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf5\x80\x80\x80\"", "\"\xe2\x82\""})
    EXPECT_FALSE(parse_json(text)) << text;
  EXPECT_TRUE(parse_json(R"("\ud83d\udcfc")"));
}

TEST(JsonText, HugeNumbersAreNoNumbersOfOurs) {
  auto const big = parse_json("1" + std::string(1000, '0'));
  EXPECT_TRUE(!big || big->is_double());
  EXPECT_FALSE(parse_json("1e99999999999999999999"));
}

TEST(JsonText, EveryTruncationIsRefused) {
  std::string const text = R"({"jsonrpc":"2.0","id":-12,"method":"mount.submit","params":{"key":"k\u00e4\n","media":["a","b"],"deep":[[{"x":null}]],"t":true,"f":1.5e3}})";
  ASSERT_TRUE(parse_json(text));
  for (std::size_t n = 0; n < text.size(); ++n) EXPECT_FALSE(parse_json(std::string_view(text).substr(0, n))) << n;
}

TEST(JsonText, SaysWhere) {
  refused(R"({"params":{"media":[1,x]}})", "params.media[1]", "at byte 22");
  refused(R"({"params":{"media":[1,2)", "params.media[2]", "too early");
}

// Whatever is written comes back the same, and nothing in it could steer a terminal.
TEST(JsonText, WrittenTextIsSafeToLookAtAndComesBackTheSame) {
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
  for (std::string const& text : {std::string(), std::string("plain"), every, every + every, std::string("\xc3\xa4\"\\\n\xf0\x9f\x93\xbc\x7f"), std::string("cut \xe2\x82"),
                                  std::string("\xc2\x80\xc2\x9b" "31m \xe2\x80\xae \xe2\x80\xa8")}) {
    std::string quoted;
    append_quoted(quoted, text);
    EXPECT_EQ(quoted.substr(1, quoted.size() - 2), plain_text(quoted.substr(1, quoted.size() - 2))) << quoted;
    EXPECT_EQ(parse_json(quoted)->as_string(), valid_utf8(text));
  }
  std::string quoted;
  append_quoted(quoted, "\xc2\x80|\x1b|\x7f|\n");
  EXPECT_EQ(quoted, R"("\u0080|\u001b|\u007f|\n")");
}

TEST(JsonText, WritesValues) {
  std::string const text = R"({"a":[],"b":{},"c":[1,-2,null,true,"\u0085"],"d\u009b":{"e":"f"}})";
  EXPECT_EQ(json_text(*parse_json(text)), text);
}

TEST(JsonText, ShortensAtACharacter) {
  EXPECT_EQ(shortened("abc", 3), "abc");
  EXPECT_EQ(shortened("ab\xc3\xbc", 3), "ab...");
}

}  // namespace
}  // namespace rsm::wire
