// The text writer: both formats, to the letter.
#include "api/exporter/exposition.hpp"

#include <gtest/gtest.h>

namespace rsm::exporter {
namespace {

using namespace std::chrono_literals;
using enum FamilyType;

std::string one_of_each(Format format) {
  Exposition out(format);
  out.family("a_up", gauge, "Is it up?");
  out.value({}, 1);
  out.family("a_moves", counter, "Moves.");
  out.value({{"library", "J"}, {"outcome", "passed"}}, 12);
  out.family("a_build", info, "Who.");
  out.info({{"version", "0.1.0"}});
  out.family("a_state", stateset, "State.");
  out.states({{"library", "J"}}, {"ready", "gone"}, "gone");
  out.family("a_wait_seconds", histogram, "Wait.", "seconds");
  out.histogram({{"op", "mount"}}, {10ms, 1s}, {2, 0, 1}, 2520ms);
  out.family("a_nothing", gauge, "Nobody knows.");
  out.family("a_size_bytes", gauge, "Size.", "bytes");
  out.value({}, 0);
  return std::move(out).finish();
}

TEST(Exposition, Classic) {
  EXPECT_EQ(one_of_each(Format::classic), R"(# HELP a_up Is it up?
# TYPE a_up gauge
a_up 1
# HELP a_moves_total Moves.
# TYPE a_moves_total counter
a_moves_total{library="J",outcome="passed"} 12
# HELP a_build_info Who.
# TYPE a_build_info gauge
a_build_info{version="0.1.0"} 1
# HELP a_state State.
# TYPE a_state gauge
a_state{library="J",a_state="ready"} 0
a_state{library="J",a_state="gone"} 1
# HELP a_wait_seconds Wait.
# TYPE a_wait_seconds histogram
a_wait_seconds_bucket{op="mount",le="0.01"} 2
a_wait_seconds_bucket{op="mount",le="1.0"} 2
a_wait_seconds_bucket{op="mount",le="+Inf"} 3
a_wait_seconds_count{op="mount"} 3
a_wait_seconds_sum{op="mount"} 2.52
# HELP a_size_bytes Size.
# TYPE a_size_bytes gauge
a_size_bytes 0
)");
}

TEST(Exposition, OpenMetrics) {
  EXPECT_EQ(one_of_each(Format::openmetrics), R"(# HELP a_up Is it up?
# TYPE a_up gauge
a_up 1
# HELP a_moves Moves.
# TYPE a_moves counter
a_moves_total{library="J",outcome="passed"} 12
# HELP a_build Who.
# TYPE a_build info
a_build_info{version="0.1.0"} 1
# HELP a_state State.
# TYPE a_state stateset
a_state{library="J",a_state="ready"} 0
a_state{library="J",a_state="gone"} 1
# HELP a_wait_seconds Wait.
# TYPE a_wait_seconds histogram
# UNIT a_wait_seconds seconds
a_wait_seconds_bucket{op="mount",le="0.01"} 2
a_wait_seconds_bucket{op="mount",le="1.0"} 2
a_wait_seconds_bucket{op="mount",le="+Inf"} 3
a_wait_seconds_count{op="mount"} 3
a_wait_seconds_sum{op="mount"} 2.52
# HELP a_size_bytes Size.
# TYPE a_size_bytes gauge
# UNIT a_size_bytes bytes
a_size_bytes 0
# EOF
)");
}

std::string with_value(std::string const& value) {
  Exposition out(Format::classic);
  out.family("a", gauge, "h");
  out.value({{"l", value}}, 1);
  std::string const text = std::move(out).finish();
  std::string const before = "# HELP a h\n# TYPE a gauge\na{l=\"", after = "\"} 1\n";
  EXPECT_TRUE(text.starts_with(before) && text.ends_with(after)) << text;
  return text.substr(before.size(), text.size() - before.size() - after.size());
}

TEST(Exposition, LabelValuesAreEscapedAndAlwaysUtf8) {
  EXPECT_EQ(with_value("plain"), "plain");
  EXPECT_EQ(with_value("a\\b\"c\nd"), R"(a\\b\"c\\u000ad)");
  EXPECT_EQ(with_value("Bänder € 🎞"), "Bänder € 🎞");
  EXPECT_EQ(with_value("cut \xC3"), "cut \uFFFD");
  EXPECT_EQ(with_value("\xFF\xFE!"), "\uFFFD\uFFFD!");
  EXPECT_EQ(with_value("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD") << "a surrogate is no character";
  EXPECT_EQ(with_value("\xC0\x80"), "\uFFFD\uFFFD") << "nor is an overlong zero";
  EXPECT_EQ(with_value("\xC3(\xC3\xA4"), "\uFFFD(ä") << "what follows is not swallowed";
}

TEST(Exposition, HelpIsEscapedAsItsFormatWantsIt) {
  auto const help = [](Format format) {
    Exposition out(format);
    out.family("a", gauge, "say \"x\\y\"\nagain");
    out.value({}, 1);
    std::string const text = std::move(out).finish();
    return text.substr(0, text.find('\n'));
  };
  EXPECT_EQ(help(Format::classic), R"(# HELP a say "x\\y"\\u000aagain)");
  EXPECT_EQ(help(Format::openmetrics), R"(# HELP a say \"x\\y\"\\u000aagain)");
}

TEST(Exposition, SecondsAreExactAndHaveAPoint) {
  EXPECT_EQ(seconds_text(0ms), "0.0");
  EXPECT_EQ(seconds_text(1ms), "0.001");
  EXPECT_EQ(seconds_text(250ms), "0.25");
  EXPECT_EQ(seconds_text(30s), "30.0");
  EXPECT_EQ(seconds_text(1'795'564'575'416ms), "1795564575.416");
  EXPECT_EQ(seconds_text(-1500ms), "-1.5");
}

TEST(Exposition, NothingIsAPageToo) {
  EXPECT_EQ(Exposition(Format::classic).finish(), "");
  EXPECT_EQ(Exposition(Format::openmetrics).finish(), "# EOF\n");
}

}  // namespace
}  // namespace rsm::exporter
