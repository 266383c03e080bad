#include "api/daemon/logging.hpp"

#include <gmock/gmock.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace rsm::daemon {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

std::string text_of(std::string const& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct LoggingTest : testing::Test {
  std::string path = testing::TempDir() + "rsm-logging-test.log";
  void SetUp() override { std::remove(path.c_str()); }
  void TearDown() override {
    std::remove(path.c_str());
    std::remove((path + ".1").c_str());
  }
};

TEST_F(LoggingTest, WritesOneLineAnEventWithTimeAndLevel) {
  auto const log = Logging::open(LogLevel::info, path);
  ASSERT_TRUE(log);
  (*log)->write(LogLevel::warning, "drive 0: busy {} %s");
  EXPECT_THAT(text_of(path), MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}\\.[0-9]{3}Z warning drive 0: busy \\{\\} %s\n"));
}

TEST_F(LoggingTest, LeavesOutWhatIsLessImportant) {
  auto const log = Logging::open(LogLevel::warning, path);
  (*log)->write(LogLevel::debug, "debug");
  (*log)->write(LogLevel::info, "info");
  (*log)->write(LogLevel::error, "failed");
  EXPECT_THAT(text_of(path), MatchesRegex(".* error   failed\n"));
}

TEST_F(LoggingTest, AnEventStaysOneLine) {
  EXPECT_EQ(one_line("a\nb\tc\x7f ü"), "a\\x0ab\\x09c\\x7f ü");
  auto const log = Logging::open(LogLevel::info, path);
  (*log)->write(LogLevel::info, "name \"x\n2026-01-01 00:00:00.000Z error forged\"");
  auto const text = text_of(path);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
}

TEST_F(LoggingTest, ReopensAFileThatWasMovedAway) {
  auto const log = Logging::open(LogLevel::info, path);
  (*log)->write(LogLevel::info, "first");
  ASSERT_EQ(std::rename(path.c_str(), (path + ".1").c_str()), 0);
  (*log)->write(LogLevel::info, "second");
  ASSERT_TRUE((*log)->reopen());
  (*log)->write(LogLevel::info, "third");
  EXPECT_THAT(text_of(path + ".1"), testing::AllOf(HasSubstr("first"), HasSubstr("second")));
  EXPECT_THAT(text_of(path), testing::AllOf(HasSubstr("third"), testing::Not(HasSubstr("second"))));
}

TEST_F(LoggingTest, AFileThatCannotBeOpenedIsAnError) {
  auto const log = Logging::open(LogLevel::info, "/dev/null/rsmd.log");
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, Errc::access_denied);
  EXPECT_THAT(log.error().text(), HasSubstr("/dev/null/rsmd.log"));
}

TEST_F(LoggingTest, ForTheJournalTheLevelIsAPrefix) {
  setenv("JOURNAL_STREAM", "8:1", 1);
  testing::internal::CaptureStderr();
  auto const log = Logging::open(LogLevel::debug, "");
  unsetenv("JOURNAL_STREAM");
  (*log)->write(LogLevel::debug, "d");
  (*log)->write(LogLevel::info, "i");
  (*log)->write(LogLevel::warning, "w");
  (*log)->write(LogLevel::error, "e");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "<7>d\n<6>i\n<4>w\n<3>e\n");
}

}  // namespace
}  // namespace rsm::daemon
