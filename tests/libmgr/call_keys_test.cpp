// The keys of calls, in memory.
#include "libmgr/record/call_keys.hpp"

#include <gtest/gtest.h>

#include <set>

#include "libmgr/base/random.hpp"

namespace rsm {
namespace {

struct CallKeysTest : ::testing::Test {
  SeededRandom random{3};
  SessionId const mine = random.id<SessionId>(), other = random.id<SessionId>();
  std::set<std::uint64_t> open;
  CallKeys keys{[this](std::uint64_t number) { return open.contains(number); }, 10};

  bool known(SessionId session, std::string const& key) { return keys.of(session, key).count != 0; }
};

TEST_F(CallKeysTest, ACallIsItsFirstRequestAndHowManyThereAre) {
  for (std::uint64_t number : {7, 8, 9}) keys.add(mine, "a", number);
  keys.add(mine, "b", 10);
  EXPECT_EQ(keys.of(mine, "a").first, 7u);
  EXPECT_EQ(keys.of(mine, "a").count, 3u);
  EXPECT_EQ(keys.of(mine, "b").first, 10u);
  EXPECT_FALSE(known(mine, "c"));
  EXPECT_FALSE(known(other, "a")) << "a key is of a session";
  keys.add(mine, "", 11);
  EXPECT_FALSE(known(mine, ""));
}

TEST_F(CallKeysTest, KeysGoWithTheirSession) {
  keys.add(mine, "a", 1), keys.add(other, "a", 2);
  keys.forget(mine);
  EXPECT_FALSE(known(mine, "a"));
  EXPECT_TRUE(known(other, "a"));
  keys.clear();
  EXPECT_FALSE(known(other, "a"));
}

TEST_F(CallKeysTest, TheNewestAreKeptAndThoseThatAreOpen) {
  open = {2};
  for (std::uint64_t number = 1; number <= 30; ++number) keys.add(number % 2 == 0 ? mine : other, std::to_string(number), number);
  EXPECT_LE(keys.size(), 10u);
  for (std::uint64_t number = 22; number <= 30; ++number)
    EXPECT_TRUE(known(number % 2 == 0 ? mine : other, std::to_string(number))) << number;
  EXPECT_TRUE(known(mine, "2")) << "it is open";
  EXPECT_FALSE(known(other, "1"));
  EXPECT_FALSE(known(mine, "20"));
}

TEST_F(CallKeysTest, SessionsThatComeAndGoLeaveNothing) {
  for (std::uint64_t number = 1; number <= 1000; ++number) {
    auto const session = random.id<SessionId>();
    keys.add(session, "a", number);
    keys.forget(session);
    EXPECT_LE(keys.size(), 10u);
  }
  keys.add(mine, "a", 1001);
  EXPECT_TRUE(known(mine, "a"));
}

}  // namespace
}  // namespace rsm
