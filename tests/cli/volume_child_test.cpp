// The command of `rsm volume lock`: its status, and its end when what is held for it is lost.
#include <gtest/gtest.h>

#include "cli/rsm/volume/child.hpp"

namespace rsm::cli {
namespace {

int status_of(std::vector<std::string> words) {
  auto const status = run_child({std::move(words), "/", [] { return true; }});
  return status ? *status : -1;
}

TEST(Child, HasItsExitStatusAsAShellSaysIt) {
  EXPECT_EQ(status_of({"true"}), 0);
  EXPECT_EQ(status_of({"sh", "-c", "exit 7"}), 7);
  EXPECT_EQ(status_of({"sh", "-c", "kill -KILL $$"}), 137);
  EXPECT_EQ(status_of({"/there/is/no/such/program"}), 127);
  EXPECT_EQ(status_of({"/"}), 126);
}

TEST(Child, RunsWhereItWasStarted) {
  auto const status = run_child({{"sh", "-c", "test \"$(pwd)\" = /usr"}, "/usr", [] { return true; }});
  EXPECT_EQ(status.value_or(-1), 0);
  EXPECT_EQ(run_child({{"true"}, "/there/is/no/such/folder", [] { return true; }}).value_or(-1), 126);
}

TEST(Child, SignalsArePassedOn) {
  auto const status = status_of({"sh", "-c", "trap 'exit 42' USR1; kill -USR1 $PPID; while :; do sleep 0.01; done"});
  EXPECT_EQ(status, 42);
}

TEST(Child, IsEndedWhenWhatWasHeldIsLost) {
  auto const status = run_child({{"sleep", "1000"}, "/", [] { return false; }});
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, Errc::not_ready);
}

}  // namespace
}  // namespace rsm::cli
