// The command line of the exporter.
#include "api/exporter/arguments.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace rsm::exporter {
namespace {

std::expected<Arguments, ExitCode> parse(std::vector<char const*> words) {
  words.insert(words.begin(), "rsm-exporter");
  return parse_arguments(static_cast<int>(words.size()), words.data());
}

TEST(ExporterArguments, DefaultsAndRefusals) {
  EXPECT_EQ(parse({})->listen.address, "127.0.0.1");
  EXPECT_EQ(parse({})->listen.port, 9847);
  EXPECT_EQ(parse({"--socket", "/x", "--listen", "unix:/y"})->socket, "/x");
  EXPECT_EQ(parse({"--listen", "0.0.0.0:1"}).error(), ExitCode::bad_command_line);
  EXPECT_TRUE(parse({"--listen", "0.0.0.0:1", "--allow-remote"}));
  EXPECT_EQ(parse({"--nonsense"}).error(), ExitCode::bad_command_line);
  EXPECT_EQ(parse({"--version"}).error(), ExitCode::success);
}

}  // namespace
}  // namespace rsm::exporter
