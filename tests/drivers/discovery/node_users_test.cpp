// Who has a node open: found by its number, in another process.
#include "drivers/discovery/node_users.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rsm::test {
namespace {

using discovery::find_node_users;
using discovery::NodeNumber;
using ::testing::HasSubstr;

// A process of our own that has /dev/full open until it is asked to end.
class Holder {
 public:
  Holder() {
    int ready[2];
    if (::pipe(ready) != 0) ::abort();
    child_ = ::fork();
    if (child_ == 0) {
      int const node = ::open("/dev/full", O_RDONLY);
      bool const told = ::write(ready[1], "x", 1) == 1;
      ::pause();
      ::_exit(node >= 0 && told ? 0 : 1);
    }
    char byte = 0;
    if (::read(ready[0], &byte, 1) != 1) ::abort();
    ::close(ready[0]);
    ::close(ready[1]);
  }
  ~Holder() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  Holder(Holder const&) = delete;
  Holder& operator=(Holder const&) = delete;
  pid_t pid() const { return child_; }

 private:
  pid_t child_ = -1;
};

TEST(NodeUsersFound, AProcessThatHasItOpenIsNamed) {
  struct stat full {};
  ASSERT_EQ(::stat("/dev/full", &full), 0);
  NodeNumber const number{full.st_rdev, false}, as_block{full.st_rdev, true};
  Holder const holder;
  auto const users = find_node_users({number, as_block});
  auto const found = users.sentences.find(number);
  ASSERT_NE(found, users.sentences.end());
  EXPECT_THAT(found->second, ::testing::Contains(HasSubstr("process " + std::to_string(holder.pid()) + " (")));
  EXPECT_THAT(found->second, ::testing::Contains(HasSubstr("has /dev/full open")));
  EXPECT_FALSE(users.sentences.contains(as_block)) << "a block device of the same number is another one";
}

TEST(NodeUsersFound, NobodyIsLookedForWithoutANode) { EXPECT_TRUE(find_node_users({}).sentences.empty()); }

}  // namespace
}  // namespace rsm::test
