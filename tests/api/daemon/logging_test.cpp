#include "api/daemon/logging.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>

#include "libmgr/domain/private_text.hpp"

namespace rsm::daemon {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

std::string text_of(std::string const& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct LoggingTest : testing::Test {
  std::string path = testing::TempDir() + "rsm-logging-test-" + std::to_string(::getpid()) + ".log";
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
  auto const log = Logging::open(LogLevel::info, path);
  (*log)->write(LogLevel::info, "name \"x\n2026-01-01 00:00:00.000Z error forged\"");
  auto const text = text_of(path);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_THAT(text, HasSubstr("x\\u000a2026"));
  (*log)->write(LogLevel::info, "label \xc2\x9b" "31m");
  EXPECT_THAT(text_of(path), HasSubstr("label \\u009b31m"));
}

// The log is for everybody who may read it.
TEST_F(LoggingTest, PrivateWordsStayOut) {
  std::uint32_t const alice = 1000;
  auto const log = Logging::open(LogLevel::info, path);
  (*log)->write(LogLevel::info, "drive 0 is in use: " + private_text::make(std::span(&alice, 1), "/home/alice/x", "a file of user alice"));
  EXPECT_THAT(text_of(path), HasSubstr("drive 0 is in use: a file of user alice\n"));
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

// Standard error of this process is a pipe while it lives.
class PipedError {
 public:
  explicit PipedError(bool as_socket) : before_(dup(STDERR_FILENO)) {
    int ends[2];
    if ((as_socket ? socketpair(AF_UNIX, SOCK_STREAM, 0, ends) : pipe(ends)) != 0) throw std::runtime_error("no pipe");
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    reader_ = ends[0];
    fcntl(reader_, F_SETFL, O_NONBLOCK);
  }
  ~PipedError() {
    dup2(before_, STDERR_FILENO);
    close(before_);
    if (reader_ >= 0) close(reader_);
  }
  std::string drain() {
    std::string text;
    char piece[4096];
    for (ssize_t got = 0; (got = read(reader_, piece, sizeof piece)) > 0;) text.append(piece, static_cast<std::size_t>(got));
    return text;
  }
  void nobody_reads() {
    close(reader_);
    reader_ = -1;
  }

 private:
  int before_, reader_ = -1;
};

std::string in_letters(int number) {
  std::string text;
  for (; number > 0 || text.empty(); number /= 10) text += static_cast<char>('k' + number % 10);
  return text;
}

// A pipe and the journal's socket that nobody reads: every write comes back, and what was not taken is told when somebody reads again.
TEST_F(LoggingTest, WhatIsNotTakenIsDroppedCountedAndTold) {
  for (bool const as_socket : {false, true}) {
    SCOPED_TRACE(as_socket);
    PipedError error(as_socket);
    auto const log = Logging::open(LogLevel::info, "");
    std::string const filler(900, 'x');
    int lines = 0;
    for (; lines < 400; ++lines) (*log)->write(LogLevel::error, "line " + in_letters(lines) + " " + filler);  // none like another: they are not counted together
    std::string text = error.drain();
    (*log)->write(LogLevel::info, "somebody reads again");
    text += error.drain();
    (*log)->write(LogLevel::info, "the last one");
    text += error.drain();
    std::regex const told("warning ([0-9]+) lines? of the log (was|were) dropped here");  // a short sentence may fit where no line does: more than one
    std::size_t dropped = 0;
    for (std::sregex_iterator found(text.begin(), text.end(), told), end; found != end; ++found) dropped += std::stoul((*found)[1]);
    ASSERT_GT(dropped, 0u) << text.substr(text.size() - 500);
    std::size_t whole = 0;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
      if (line.contains(" line ") && line.ends_with(filler)) ++whole;
    EXPECT_EQ(whole + dropped, static_cast<std::size_t>(lines)) << "each is whole, or counted";
    EXPECT_GT(whole, 10u);
    EXPECT_LT(text.find("dropped here"), text.find("somebody reads again"));
    EXPECT_THAT(text, HasSubstr("the last one"));
    EXPECT_EQ(text.find("dropped here", text.find("the last one")), std::string::npos) << "told once";
  }
}

TEST_F(LoggingTest, AReaderThatHasGoneIsNoReasonToEnd) {
  std::signal(SIGPIPE, SIG_IGN);
  PipedError error(false);
  auto const log = Logging::open(LogLevel::info, "");
  error.nobody_reads();
  for (int i = 0; i < 3; ++i) (*log)->write(LogLevel::info, "nobody reads this");
}

TEST_F(LoggingTest, AFifoThatNobodyReadsIsNoLogFile) {
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_FALSE(Logging::open(LogLevel::info, path));
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
