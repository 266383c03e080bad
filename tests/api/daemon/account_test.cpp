#include "api/daemon/account.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rsm::daemon {
namespace {

TEST(Account, AMissingUserOrGroupIsAnErrorOnlyForRoot) {
  Config config;
  config.user = "no-such-account-here";
  auto const account = account_to_become(config);
  if (geteuid() == 0) {
    ASSERT_FALSE(account);
    EXPECT_THAT(account.error().text(), testing::HasSubstr("no-such-account-here"));
    config.user = "nobody";
    config.group = "no-such-group-here";
    EXPECT_THAT(account_to_become(config).error().text(), testing::HasSubstr("no-such-group-here"));
  } else {
    ASSERT_TRUE(account);
    EXPECT_FALSE(account->has_value());
  }
}

TEST(Account, BecomingNobodyGivesUpRootForGood) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  Config config;
  config.user = "nobody";
  auto const account = account_to_become(config);
  ASSERT_TRUE(account && account->has_value());
  pid_t const child = fork();
  if (child == 0) {
    bool const gone = become(**account).has_value() && geteuid() == (*account)->uid && getegid() == (*account)->gid && setuid(0) != 0 &&
                      getgroups(0, nullptr) <= 1;
    _exit(gone ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST(Account, GroupsAreFoundByName) {
  EXPECT_EQ(group_number("root"), std::optional<gid_t>{0});
  EXPECT_EQ(group_number("no-such-group-here"), std::nullopt);
}

TEST(Directory, OnlyTheLastLevelIsMade) {
  std::string const base = testing::TempDir() + "rsm-account-test-" + std::to_string(getpid());
  EXPECT_TRUE(prepare_directory_of(base + "/rsmd.sock", 0750, std::nullopt));
  struct stat status {};
  ASSERT_EQ(stat(base.c_str(), &status), 0);
  EXPECT_TRUE(S_ISDIR(status.st_mode));
  EXPECT_EQ(status.st_mode & 0777 & ~0750U, 0U);
  EXPECT_TRUE(prepare_directory_of(base + "/rsmd.sock", 0750, std::nullopt));
  auto const deep = prepare_directory_of(base + "/a/b/rsmd.sock", 0750, std::nullopt);
  ASSERT_FALSE(deep);
  EXPECT_THAT(deep.error().text(), testing::HasSubstr(base + "/a/b"));
  rmdir(base.c_str());
}

}  // namespace
}  // namespace rsm::daemon
