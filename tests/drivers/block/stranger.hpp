// Another account of this machine, for tests of what it cannot do.
//
// What for: as_stranger(act) runs act in a child that has given up every right of root's and is the account with number 65534; it gives the
// child's exit code. Only root can do that: others skip (NEEDS_ROOT). Thread rule: one test at a time.
#pragma once

#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <string>

namespace rsm::test {

constexpr uid_t stranger = 65534;

#define NEEDS_ROOT() \
  if (::geteuid() != 0) GTEST_SKIP() << "only root can be somebody else"

inline int as_stranger(std::function<int()> const& act) {
  pid_t const child = ::fork();
  if (child == 0) {
    if (::setgroups(0, nullptr) != 0 || ::setresgid(stranger, stranger, stranger) != 0 || ::setresuid(stranger, stranger, stranger) != 0) ::_exit(120);
    ::_exit(act());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

// Nobody else gets a descriptor of it, for reading or writing, and so nobody can flock(2) it.
inline bool only_ours_to_lock(std::string const& file) {
  return as_stranger([&] {
           for (int const way : {O_RDONLY, O_WRONLY, O_RDWR}) {
             int const fd = ::open(file.c_str(), way | O_NONBLOCK);
             if (fd >= 0 && ::flock(fd, LOCK_EX | LOCK_NB) == 0) return 1;
             if (fd >= 0) return 2;
             if (errno != EACCES) return 3;
           }
           return 0;
         }) == 0;
}

inline mode_t mode_of(std::string const& path) {
  struct stat st {};
  return ::lstat(path.c_str(), &st) == 0 ? st.st_mode & 07777 : 0;
}
inline uid_t owner_of(std::string const& path) {
  struct stat st {};
  return ::lstat(path.c_str(), &st) == 0 ? st.st_uid : static_cast<uid_t>(-1);
}

}  // namespace rsm::test
