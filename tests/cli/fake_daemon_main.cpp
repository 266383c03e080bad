// rsm-fake-daemon SOCKET: the samples on a socket until standard input ends, to look at the tables by eye.
#include <unistd.h>

#include <chrono>
#include <cstdio>

#include "tests/cli/fake_daemon.hpp"
#include "tests/cli/samples.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: rsm-fake-daemon SOCKET\n");
    return 1;
  }
  using namespace std::chrono;
  rsm::cli::samples::now = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  rsm::cli::FakeDaemon daemon(argv[1]);
  rsm::cli::tell_samples(daemon);
  char byte = 0;
  while (::read(STDIN_FILENO, &byte, 1) > 0) {
  }
  return 0;
}
