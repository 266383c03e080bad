#include "libmgr/base/repeated_lines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libmgr/base/limits.hpp"

namespace rsm {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

std::size_t written(RepeatedLines& log, LogLevel level, std::string const& line, Millis now = 0ms) { return log.take(level, line, now).size(); }

TEST(RepeatedLines, AKindIsALineWithoutItsNumbersIdsAndQuotedWords) {
  EXPECT_EQ(RepeatedLines::kind_of("user 1000 was turned away: ERROR_BUSY (170): it has 1024 connections"), "user # was turned away: ERROR_BUSY (#): it has # connections");
  EXPECT_EQ(RepeatedLines::kind_of("request 3f2a9c00-1111-4222-8333-444455556666: mount A00001:0 queued"), "request #: mount A#:# queued");
  EXPECT_EQ(RepeatedLines::kind_of("request deadbeef-1111: x"), RepeatedLines::kind_of("request 00000000-ffff: x"));
  EXPECT_EQ(RepeatedLines::kind_of("client \"any name\" closed"), "client # closed");
  EXPECT_EQ(RepeatedLines::kind_of("a bad face: added"), "a bad face: added") << "words are words";
  EXPECT_EQ(RepeatedLines::kind_of("drive 0: an open \" quote"), "drive #: an open \" quote");
}

TEST(RepeatedLines, WhatRepeatsIsCountedAndSaidWhenTheWindowIsOver) {
  RepeatedLines log;
  std::size_t lines = 0;
  for (int i = 0; i < 5000; ++i) lines += written(log, LogLevel::warning, "user alice was turned away, " + std::to_string(i));
  EXPECT_EQ(lines, limits::log_lines_alike_max);
  EXPECT_EQ(written(log, LogLevel::info, "another kind"), 1u) << "others are written as before";
  auto const next = log.take(LogLevel::info, "ready", limits::log_alike_window);
  ASSERT_EQ(next.size(), 2u);
  EXPECT_EQ(next[0].level, LogLevel::warning);
  EXPECT_THAT(next[0].text, HasSubstr(std::to_string(5000 - limits::log_lines_alike_max) + " more lines like this one"));
  EXPECT_THAT(next[0].text, HasSubstr("user alice was turned away, 4999"));
  EXPECT_EQ(next[1].text, "ready");
  EXPECT_EQ(written(log, LogLevel::warning, "user alice was turned away, 5000", limits::log_alike_window), 1u) << "a new window";
}

TEST(RepeatedLines, OneThatWasLeftOutIsWrittenAsItIs) {
  RepeatedLines log;
  for (std::size_t i = 0; i <= limits::log_lines_alike_max; ++i) log.take(LogLevel::info, "line " + std::to_string(i), 0ms);
  auto const rest = log.rest();
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(rest[0].text, "line " + std::to_string(limits::log_lines_alike_max));
  EXPECT_THAT(log.rest(), IsEmpty());
}

// Names that somebody makes up for each line do not get around it, and cost no memory; errors of other kinds are written all the same.
TEST(RepeatedLines, ManyKindsAreBoundedToo) {
  RepeatedLines log;
  std::size_t lines = 0;
  auto const made_up = [](int i) {
    std::string word;
    for (int n = i; n > 0; n /= 26) word += static_cast<char>('g' + n % 20);
    return "session of " + word + std::string(static_cast<std::size_t>(i % 50), 'z');
  };
  for (int i = 0; i < 100'000; ++i) lines += written(log, LogLevel::info, made_up(i));
  EXPECT_LE(lines, limits::log_lines_max);
  EXPECT_EQ(written(log, LogLevel::error, "the catalog cannot be written"), 1u);
}

}  // namespace
}  // namespace rsm
