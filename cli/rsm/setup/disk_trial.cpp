#include "cli/rsm/setup/disk_trial.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <ctime>

#include "cli/rsm/commands/descriptor.hpp"
#include "cli/rsm/setup/limits.hpp"

namespace rsm::cli {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t block_bytes = 4096;

std::int64_t clock_us() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
}

// In the new process: only what is allowed between fork and exec.
[[noreturn]] void write_and_tell(int file, int out) {
  static std::array<char, block_bytes> const block{};
  for (int i = 0; i < limits::setup_sync_trials; ++i) {
    auto const begun = clock_us();
    bool const done = ::pwrite(file, block.data(), block.size(), static_cast<off_t>(i) * static_cast<off_t>(block.size())) ==
                          static_cast<ssize_t>(block.size()) &&
                      ::fdatasync(file) == 0;
    auto const took = clock_us() - begun;
    if (!done || ::write(out, &took, sizeof took) != static_cast<ssize_t>(sizeof took)) break;
  }
  ::_exit(0);
}

}  // namespace

std::vector<std::int64_t> try_disk(std::string const& folder) {
  std::vector<std::int64_t> trials;
  Descriptor const file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  std::array<int, 2> ends{-1, -1};
  if (!file || ::pipe2(ends.data(), O_CLOEXEC) != 0) return trials;
  Descriptor const reader(ends[0]);
  pid_t child = -1;
  {
    Descriptor const writer(ends[1]);
    child = ::fork();
    if (child == 0) write_and_tell(file.get(), writer.get());
  }
  auto const end = steady_clock::now() + limits::setup_sync_limit;
  for (std::int64_t took = 0; child > 0;) {
    auto const left = std::chrono::ceil<Millis>(end - steady_clock::now());
    pollfd look{reader.get(), POLLIN, 0};
    if (left <= Millis{0} || ::poll(&look, 1, static_cast<int>(left.count())) <= 0) break;
    if (::read(reader.get(), &took, sizeof took) != static_cast<ssize_t>(sizeof took)) break;
    trials.push_back(took);
  }
  if (child > 0) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, static_cast<int>(trials.size()) < limits::setup_sync_trials ? WNOHANG : 0);
  }
  return trials;
}

}  // namespace rsm::cli
