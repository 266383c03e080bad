#include "api/daemon/arguments.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace rsm::daemon {
namespace {

using testing::HasSubstr;

struct ArgumentsTest : testing::Test {
  std::string out, err;
  std::expected<Arguments, ExitCode> parse(std::vector<char const*> words) {
    words.insert(words.begin(), "rsmd");
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    auto result = parse_arguments(static_cast<int>(words.size()), words.data());
    out = testing::internal::GetCapturedStdout();
    err = testing::internal::GetCapturedStderr();
    return result;
  }
};

TEST_F(ArgumentsTest, NothingMeansTheDefaults) {
  auto const arguments = parse({});
  ASSERT_TRUE(arguments);
  EXPECT_EQ(arguments->config_file, "");
  EXPECT_FALSE(arguments->check_config);
  EXPECT_EQ(arguments->restore_from, "");
}

TEST_F(ArgumentsTest, EveryOptionReachesItsPlace) {
  auto const check = parse({"--check-config", "--config", "/a"});
  ASSERT_TRUE(check);
  EXPECT_TRUE(check->check_config);
  EXPECT_EQ(check->config_file, "/a");
  auto const restore = parse({"--config=/a", "--restore=/b"});
  ASSERT_TRUE(restore);
  EXPECT_EQ(restore->restore_from, "/b");
}

TEST_F(ArgumentsTest, VersionAndHelpLeaveWithSuccess) {
  EXPECT_EQ(parse({"--version"}).error(), ExitCode::success);
  EXPECT_THAT(out, testing::MatchesRegex("rsmd [0-9]+\\.[0-9]+\\.[0-9]+\n"));
  EXPECT_EQ(parse({"--help"}).error(), ExitCode::success);
  EXPECT_THAT(out, testing::AllOf(HasSubstr("--check-config"), HasSubstr("Exit codes")));
}

TEST_F(ArgumentsTest, AWrongLineIsTwo) {
  for (auto const& words : std::vector<std::vector<char const*>>{
           {"--nonsense"}, {"extra"}, {"--config"}, {"--check-config", "--restore", "/b"}, {"--config", "/a", "--config", "/b"}}) {
    EXPECT_EQ(parse(words).error(), ExitCode::bad_command_line) << words.front();
    EXPECT_FALSE(err.empty());
  }
}

}  // namespace
}  // namespace rsm::daemon
