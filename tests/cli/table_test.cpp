#include "cli/rsm/text/table.hpp"

#include <gtest/gtest.h>

#include "cli/rsm/text/record.hpp"
#include "cli/rsm/text/short_id.hpp"
#include "cli/rsm/text/when.hpp"
#include "cli/rsm/text/width.hpp"
#include "libmgr/domain/unicode.hpp"
#include "tests/cli/samples.hpp"

namespace rsm::cli {
namespace {

TEST(Width, CountsCellsNotBytes) {
  EXPECT_EQ(width_of("abc"), 3);
  EXPECT_EQ(width_of("Äé"), 2);
  EXPECT_EQ(width_of("大きい"), 6);
  EXPECT_EQ(width_of("e\xCC\x81"), 1);      // e and a combining accent
  EXPECT_EQ(width_of("📼"), 2);
  EXPECT_EQ(width_of("\xFF\xFE"), 2);       // two bytes that are no UTF-8
  EXPECT_EQ(width_of("\xE5\xA4"), 2);       // a cut character: two single bytes
}

TEST(PlainText, EscapesWhatSteersATerminal) {
  EXPECT_EQ(plain_text("a\x1b[2Jb\n\tc"), "a\\u001b[2Jb\\u000a\\u0009c");
  EXPECT_EQ(plain_text("\xC2\x9B""31m"), "\\u009b31m");              // C1 control sequence introducer
  EXPECT_EQ(plain_text("x\xE2\x80\xAE y"), "x\\u202e y");            // right-to-left override
  EXPECT_EQ(plain_text("\xFFok"), "\xEF\xBF\xBDok");
  EXPECT_EQ(plain_text("Ä-大"), "Ä-大");
}

TEST(Width, CutNeverSplitsACharacter) {
  EXPECT_EQ(cut("abcdef", 4), "abc…");
  EXPECT_EQ(cut("abcd", 4), "abcd");
  EXPECT_EQ(cut("大大大", 4), "大…");
  EXPECT_EQ(width_of(cut("大大大", 4)), 3);
  EXPECT_EQ(cut("abc", 0), "");
}

TEST(Width, WrapBreaksAtBlanks) {
  EXPECT_EQ(wrap("one two three", 7), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrap("abcdefgh", 3), (std::vector<std::string>{"abc", "def", "gh"}));
  EXPECT_EQ(wrap("大大", 1), (std::vector<std::string>{"大", "大"}));  // wider than the line: still goes on
  EXPECT_EQ(wrap("", 5), std::vector<std::string>{""});
  EXPECT_EQ(wrap("as it is", 0), std::vector<std::string>{"as it is"});
}

Table two_media() {
  Table table({{"NAME", Align::left, 4}, {"N", Align::right}, {"WHY", Align::left, 6, 1}});
  table.row({"Ä-大", "7", "because it is so"});
  table.row({"A00001", "12", ""});
  return table;
}

TEST(Table, AlignsByCells) {
  EXPECT_EQ(two_media().text({}),
            "NAME     N  WHY\n"
            "Ä-大     7  because it is so\n"
            "A00001  12\n");
}

TEST(Table, EveryLineFitsTheWidth) {
  for (int width = 14; width <= 40; ++width)
    for (auto const& line : two_media().lines({.width = width})) EXPECT_LE(width_of(line), width) << line;
}

TEST(Table, NarrowsFlexibleColumnsThenLeavesOut) {
  EXPECT_EQ(two_media().text({.width = 20}),
            "NAME     N  WHY\n"
            "Ä-大     7  because…\n"
            "A00001  12\n");
  EXPECT_EQ(two_media().text({.width = 12}),
            "NAME     N\n"
            "Ä-大     7\n"
            "A00001  12\n");
}

TEST(Table, WrapsWhereItMay) {
  Table table({{"A"}, {"TEXT", Align::left, 5, 0, 2}});
  table.row({"1", "one two three four"});
  EXPECT_EQ(table.text({.width = 11}),
            "A  TEXT\n"
            "1  one two\n"
            "   three f…\n");
}

TEST(Table, EmptyOnesSaySo) {
  EXPECT_EQ(Table({{"A"}}, "No media.").text({}), "No media.\n");
}

TEST(Table, HeaderCanBeLeftOut) {
  Table table({{"A LONG TITLE"}, {"B"}});
  table.row({"1", "2"});
  EXPECT_EQ(table.text({.header = false}), "1  2\n");
}

TEST(Table, ColorsOnlyWhenTheCanvasHasThem) {
  Table table({{"A"}, {"B"}});
  table.row({{"bad", Tone::bad}, "x"});
  EXPECT_EQ(table.text({.header = false}), "bad  x\n");
  EXPECT_EQ(table.text({.color = true, .header = false}), "\x1b[1;31mbad\x1b[0m  x\n");
}

TEST(Table, ContentCannotSteerTheTerminal) {
  Table table({{"A"}});
  table.row({"\x1b]0;owned\x07"});
  EXPECT_EQ(table.text({.header = false}), "\\u001b]0;owned\\u0007\n");
}

TEST(Record, WrapsValuesUnderThemselves) {
  Record record;
  record.line("Name", "A00001");
  record.line("Left out", "");
  record.line("Reason", "the drive is in use by somebody else");
  EXPECT_EQ(record.text({.width = 28}),
            "Name    A00001\n"
            "Reason  the drive is in use\n"
            "        by somebody else\n");
}

TEST(When, AgesInTwoUnitsAtMost) {
  EXPECT_EQ(span_text(59'999), "59 s");
  EXPECT_EQ(span_text(3 * 60'000 + 5'000), "3 min");
  EXPECT_EQ(span_text((2 * 60 + 10) * 60'000), "2 h 10 min");
  EXPECT_EQ(span_text(2 * 3'600'000), "2 h");
  EXPECT_EQ(span_text(100ll * 3'600'000), "4 d 4 h");
  EXPECT_EQ(span_text(-5), "0 s");
  EXPECT_EQ(age_text(1'000'000, 1'180'000), "3 min ago");
  EXPECT_EQ(age_text(1'240'000, 1'000'000), "in 4 min");
  EXPECT_EQ(age_text(1'000'400, 1'000'000), "now");
  EXPECT_EQ(age_text(0, 1'000'000), "");
  EXPECT_EQ(moment_text(std::optional<std::int64_t>{}, 5), "never");
}

TEST(Table, ASentenceThatHelpsIsShownWholeAndAnEmptyListFitsTheScreen) {
  std::string const sentence = "drive 0 holds A00001 for RSM (root, session a1d854bc); drive 1 holds A00002 for a session that has ended (rsm drive dismount 'Jukebox drive 1')";
  Table table({{"REQUEST"}, {"WHY", Align::left, 20, 0, sentence_lines_max}});
  table.row({"13", sentence});
  auto const lines = table.lines({.width = 40});
  EXPECT_EQ(lines.back().substr(lines.back().size() - 9), "drive 1')") << table.text({.width = 40});
  Table const empty({{"OPREQ"}}, "No operator requests: nobody has been asked for an answer. Whatever else needs a person: 'rsm status'.");
  EXPECT_EQ(empty.text({.width = 80}), "No operator requests: nobody has been asked for an answer. Whatever else needs a\nperson: 'rsm status'.\n");
  EXPECT_EQ(empty.lines({}).size(), 1u) << "a pipe gets it in one line";
}

TEST(When, BytesHaveTheirUnit) {
  EXPECT_EQ(bytes_text(512), "512 B");
  EXPECT_EQ(bytes_text(64 << 20), "64.0 MiB");
  EXPECT_EQ(bytes_text(1'500'000'000'000), "1.4 TiB");
}

TEST(ShortId, AsLongAsItStaysUnique) {
  std::vector<Guid> ids{samples::guid(0x12345678), samples::guid(0x22345678)};
  EXPECT_EQ(short_length(ids), 8u);
  EXPECT_EQ(short_text(ids[0], 8), "12345678");
  ids.push_back(samples::guid(0x12345678, 1));  // differs in the last digit only
  auto const length = short_length(ids);
  EXPECT_EQ(begins_with(ids, short_text(ids[0], length)).size(), 1u);
  EXPECT_EQ(begins_with(ids, "12345678").size(), 2u);
  EXPECT_EQ(begins_with(ids, "22345").size(), 1u);
  EXPECT_EQ(short_text(Guid{}, 8), "");
}

TEST(ShortId, BeginningsAreHexadecimal) {
  EXPECT_TRUE(is_id_beginning("12ab"));
  EXPECT_TRUE(is_id_beginning("1234ABCD-00"));
  EXPECT_FALSE(is_id_beginning("12a"));
  EXPECT_FALSE(is_id_beginning("A00001x"));
  EXPECT_FALSE(is_id_beginning(""));
}

}  // namespace
}  // namespace rsm::cli
