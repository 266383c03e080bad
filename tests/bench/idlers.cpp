// bench_idlers NUMBER: so many processes that only sleep, one in ten of them with threads, until standard input ends.
//
// What for: a machine with thousands of processes, for whoever has to look at all of them. Nine in ten are the program sleep. They end with this
// program, whatever ends it. Says "ready" when all are there. Exit status: 0; 1: they could not be started; 2: wrong use.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace {

constexpr int threads_of_one = 4;

[[noreturn]] void idle_with_threads(int ready) {
  std::vector<std::thread> others;
  for (int i = 1; i < threads_of_one; ++i) others.emplace_back([] { ::pause(); });
  ::close(ready);
  for (;;) ::pause();
}

// The other end of `ready` reads its end when every process has come to where it sleeps: sleep closes it by being started.
[[noreturn]] void idle(bool with_threads, int ready, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(0);
  if (with_threads) idle_with_threads(ready);
  ::execlp("sleep", "sleep", "infinity", nullptr);
  ::_exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  int const number = argc == 2 ? std::atoi(argv[1]) : 0;
  if (number <= 0) return 2;
  int ready[2];
  if (::pipe2(ready, O_CLOEXEC) != 0) return 1;
  pid_t const parent = ::getpid();
  std::vector<pid_t> children;
  for (int i = 0; i < number; ++i) {
    pid_t const child = ::fork();
    if (child == 0) idle(i % 10 == 9, ready[1], parent);
    if (child < 0) return 1;
    children.push_back(child);
  }
  ::close(ready[1]);
  char byte = 0;
  while (::read(ready[0], &byte, 1) > 0) {
  }
  std::puts("ready");
  std::fflush(stdout);
  while (::read(STDIN_FILENO, &byte, 1) > 0) {
  }
  for (pid_t const child : children) ::kill(child, SIGKILL);
  for (pid_t const child : children) ::waitpid(child, nullptr, 0);
  return 0;
}
