// Sessions, as the manager opens them.
#include "tests/libmgr/manager_rig.hpp"

namespace rsm {
namespace {

using SessionsTest = ManagerRig;

// The length of an array of the Windows structures, in UTF-16 units: everywhere the same count.
TEST_F(SessionsTest, AnApplicationNameHasAtMost63Units) {
  start();
  auto const times = [](std::string const& piece, int n) {
    std::string text;
    for (; n > 0; --n) text += piece;
    return text;
  };
  EXPECT_TRUE(open_session(times("a", 63)));
  EXPECT_TRUE(open_session(times("ä", 63))) << "two bytes each";
  EXPECT_TRUE(open_session(times("\U0001F4BD", 31) + "a")) << "four bytes and two units each";
  for (auto const& name : {times("a", 64), times("ä", 64), times("\U0001F4BD", 32)}) EXPECT_EQ(open_session(name).error().code, Errc::invalid_parameter) << name;
}

}  // namespace
}  // namespace rsm
