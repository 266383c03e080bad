// Random operations by several processes on several real volumes, each answer checked against the model of the states.
//
//   volume_model_check [--rounds N] [--steps N] [--seed N] [--budget SECONDS]
//
// A round begins with fresh volumes (ext4 or xfs, a btrfs with subvolumes, a disk with two partitions) and four processes that open handles and
// files, lock, dismount, take offline, eject, are killed; hands mount and unmount, lay overlays, let FUSE serve, make and end mount namespaces, and
// put ejected images back. After each step the answer must be the model's, the state that `status` gives, and the mounts of every namespace, too.
// Exit status: 0 no difference, 1 a difference (with the seed, the step and what led there), 77 not possible here (the reason is printed).
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "tests/drivers/volume/round.hpp"

namespace rsm::test {
namespace {

constexpr int exit_not_possible = 77;

// Of this process and its children that have ended.
double processor_seconds() {
  double seconds = 0;
  for (int const who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage used{};
    ::getrusage(who, &used);
    for (timeval const& part : {used.ru_utime, used.ru_stime}) seconds += static_cast<double>(part.tv_sec) + static_cast<double>(part.tv_usec) / 1e6;
  }
  return seconds;
}

std::string why_not_possible() {
  if (auto reason = why_no_block_volumes(); !reason.empty()) return reason;
  for (char const* const program : {"fuse2fs", "mkfs.btrfs", "mkfs.xfs"})
    if (run({"sh", "-c", std::string("command -v ") + program}) != 0) return std::string("there is no ") + program + " here; scripts/install-deps installs it";
  int const alone = live_apart();
  return alone == 0 ? "" : std::string("no mount namespace can be made: ") + std::strerror(alone);
}

// --rounds N: so many, unless --budget SECONDS of processor time are used up before (never fewer than 10). RSM_TESTS_IN_FULL: no budget.
int check(int argc, char** argv) {
  int rounds = 200, steps = 30;
  constexpr int rounds_least = 10;
  double budget = 0;
  std::uint64_t first = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    std::string const word = argv[i];
    if (word == "--rounds") rounds = std::atoi(argv[i + 1]);
    if (word == "--budget" && std::getenv("RSM_TESTS_IN_FULL") == nullptr) budget = std::atof(argv[i + 1]);
    if (word == "--steps") steps = std::atoi(argv[i + 1]);
    if (word == "--seed") first = std::strtoull(argv[i + 1], nullptr, 10);
  }
  if (auto const reason = why_not_possible(); !reason.empty()) {
    std::printf("SKIPPED: %s\n", reason.c_str());
    return exit_not_possible;
  }
  Tally tally;
  int done = 0;
  for (; done < rounds && (budget <= 0 || done < rounds_least || processor_seconds() < budget); ++done)
    if (!Round(first + static_cast<std::uint64_t>(done), steps, tally).run()) return 1;
  std::printf("%d of %d rounds of %d steps in %.0f s of processor time: no difference\n%s", done, rounds, steps, processor_seconds(), tally.text().c_str());
  return 0;
}

}  // namespace
}  // namespace rsm::test

int main(int argc, char** argv) { return rsm::test::check(argc, argv); }
