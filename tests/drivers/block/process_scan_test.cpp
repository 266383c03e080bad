// The look at all processes: what it finds in one, and that among many nobody is missed and nobody named twice.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sched.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <numeric>

#include "drivers/block/busy_report.hpp"
#include "drivers/block/in_slices.hpp"
#include "drivers/block/mappings.hpp"
#include "drivers/block/mount_table.hpp"
#include "drivers/block/process_scan.hpp"
#include "drivers/block/sights.hpp"
#include "tests/drivers/block/lab.hpp"

namespace rsm::test {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

// A file of two pages, mapped here.
class Mapped {
 public:
  explicit Mapped(std::string const& path) {
    write_file(path, std::string(8192, 'm'));
    UniqueFd const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    at_ = ::mmap(nullptr, 8192, PROT_READ, MAP_PRIVATE, file.get(), 0);
  }
  ~Mapped() { ::munmap(at_, 8192); }
  Mapped(Mapped const&) = delete;
  Mapped& operator=(Mapped const&) = delete;
  bool is_there() const { return at_ != MAP_FAILED; }

 private:
  void* at_;
};

// Processes that only sleep; they end with this one.
class Sleepers {
 public:
  explicit Sleepers(std::size_t number, std::string const& input = "/dev/null") {
    std::string program = "sleep", time = "infinity";
    char* words[] = {program.data(), time.data(), nullptr};
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input.c_str(), O_RDONLY, 0);
    for (std::size_t i = 0; i < number; ++i)
      if (pid_t child = 0; ::posix_spawnp(&child, program.c_str(), &actions, nullptr, words, environ) == 0) processes_.push_back(child);
    ::posix_spawn_file_actions_destroy(&actions);
  }
  ~Sleepers() {
    for (pid_t const process : processes_) ::kill(process, SIGKILL);
    for (pid_t const process : processes_) ::waitpid(process, nullptr, 0);
  }
  Sleepers(Sleepers const&) = delete;
  Sleepers& operator=(Sleepers const&) = delete;
  std::vector<pid_t> const& processes() const { return processes_; }

 private:
  std::vector<pid_t> processes_;
};

std::vector<pid_t> holders_of(std::string const& path) {
  block::BusyReport report;
  auto const file = block::file_identity(path);
  block::HeldThing const thing{.file = file.value()};
  block::scan_processes(thing, block::ScanDepth::everything, {}, report);
  std::vector<pid_t> processes;
  for (auto const& holder : report.holders) processes.push_back(static_cast<pid_t>(holder.pid));
  return processes;
}

TEST(UnknownHolder, OneProcessThatMayNotBeLookedAtIsNamedAndSeveralAreCounted) {
  block::BusyReport report;
  report.not_seen = {4711};
  EXPECT_EQ(block::unknown_holder(report).what, "unknown holder (it may be process 4711, which may not be looked at)");
  report.not_seen = {4711, 4712};
  EXPECT_EQ(block::unknown_holder(report).what, "unknown holder (it may be one of the 2 that may not be looked at: process 4711 4712)");
}

TEST(ProcessScan, WhatIsMappedIsFoundByDeviceAndInode) {
  Lab lab;
  Mapped const mapped(lab.path("mapped")), removed(lab.path("removed"));
  ASSERT_TRUE(mapped.is_there() && removed.is_there());
  auto const first = block::file_identity(lab.path("mapped")), second = block::file_identity(lab.path("removed"));
  ASSERT_TRUE(first && second);
  ASSERT_EQ(::unlink(lab.path("removed").c_str()), 0);
  UniqueFd const self(::open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC));
  auto const mappings_of = [&](block::FileIdentity wanted) {
    std::vector<std::string> paths;
    EXPECT_EQ(block::look_at_mappings(self.get(), [&](block::FileIdentity file) { return file == wanted; }, [&](std::string const& path) { paths.push_back(path); }), 0);
    return paths;
  };
  EXPECT_THAT(mappings_of(*first), ElementsAre(lab.path("mapped")));
  EXPECT_THAT(mappings_of(*second), ElementsAre(lab.path("removed") + " (deleted)"));
  EXPECT_THAT(mappings_of({first->device, 1}), ElementsAre());
}

TEST(ProcessScan, AFolderThatIsNoProcessHasNoMappings) {
  EXPECT_EQ(block::look_at_mappings(-1, [](auto) { return true; }, [](auto const&) { FAIL(); }), EBADF);
  EXPECT_THAT(block::numbered_entries("/proc"), Contains(::getpid()));
  EXPECT_TRUE(block::numbered_entries("/proc/self/nothing").empty());
}

TEST(ProcessScan, TheKernelsThreadsHoldNothing) {
  auto const all = block::numbered_entries("/proc"), looked_at = block::processes_that_may_hold();
  EXPECT_THAT(looked_at, Contains(::getpid()));
  EXPECT_THAT(looked_at, Contains(1));
  EXPECT_TRUE(std::ranges::is_sorted(looked_at));
  // Whoever is left out has no program and no memory of its own, as the kernel says itself.
  constexpr pid_t kthreadd = 2;
  std::vector<pid_t> left_out;
  std::ranges::set_difference(all, looked_at, std::back_inserter(left_out));
  for (pid_t const thread : left_out) {
    std::string const memory = "/proc/" + std::to_string(thread) + "/statm";
    std::ifstream file(memory);
    std::string pages;
    file >> pages;
    EXPECT_THAT(pages, AnyOf("0", "")) << memory;  // empty: it has ended
  }
  if (left_out.empty()) GTEST_SKIP() << "the threads of the kernel are not to be seen here";
  EXPECT_THAT(looked_at, Contains(kthreadd));  // in its namespaces they live
}

// A process in namespaces of its own, for mounts and network; it ends with this object.
class Hermit {
 public:
  Hermit() {
    int ready[2];
    if (::pipe2(ready, O_CLOEXEC) != 0) return;
    process_ = ::fork();
    if (process_ == 0) {
      char const made = ::unshare(CLONE_NEWNS | CLONE_NEWNET) == 0 ? 'y' : 'n';
      [[maybe_unused]] auto const told = ::write(ready[1], &made, 1);
      for (;;) ::pause();
    }
    ::close(ready[1]);
    char made = 'n';
    there_ = ::read(ready[0], &made, 1) == 1 && made == 'y';
    ::close(ready[0]);
  }
  ~Hermit() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  Hermit(Hermit const&) = delete;
  Hermit& operator=(Hermit const&) = delete;
  bool is_there() const { return there_; }
  pid_t process() const { return process_; }

 private:
  pid_t process_ = 0;
  bool there_ = false;
};

TEST(ProcessScan, WhoLooksAtProcessesMeetsTheirNamespacesByTheWay) {
  Hermit const hermit;
  if (!hermit.is_there()) GTEST_SKIP() << "no namespaces can be made here";
  for (auto const depth : {block::ScanDepth::descriptors, block::ScanDepth::everything}) {
    block::BusyReport report;
    std::vector<block::Sights> sights;
    block::scan_processes({.devices = {1}}, depth, {}, report, &sights);
    auto const by_the_way = block::mount_table_of(sights), looked_for = block::read_mount_table();
    EXPECT_EQ(by_the_way.own_namespace, looked_for.own_namespace);
    for (auto const* table : {&by_the_way, &looked_for}) {
      auto const is_his = [&](auto const& mount) { return mount.seen_by == hermit.process(); };
      EXPECT_TRUE(std::ranges::any_of(table->mounts, is_his));
      auto const lives_there = [&](auto const& network) { return std::ranges::find(network.second, hermit.process()) != network.second.end(); };
      bool const with_networks = table == &looked_for || depth == block::ScanDepth::everything;  // whoever looks for a device alone asks for no socket
      EXPECT_EQ(std::ranges::any_of(table->other_networks, lives_there), with_networks);
    }
  }
}

TEST(ProcessScan, EveryProcessIsInOneSliceAndTheOrderStays) {
  for (std::size_t const number : {0UZ, 1UZ, limits::scan_thread_processes * 2 - 1, limits::scan_thread_processes * 2, 10'007UZ}) {
    std::vector<int> all(number);
    std::iota(all.begin(), all.end(), 0);
    std::vector<int> again;
    for (auto const& part : block::in_slices(all, [](std::span<int const> slice) { return std::vector<int>(slice.begin(), slice.end()); }))
      again.insert(again.end(), part.begin(), part.end());
    EXPECT_EQ(again, all) << number;
  }
  std::vector<int> const many(10'000);
  EXPECT_THROW(block::in_slices(many, [](std::span<int const>) -> int { throw std::runtime_error("no"); }), std::runtime_error);
}

TEST(ProcessScan, AmongManyProcessesThoseThatHoldItAreNamedOnceEach) {
  Lab lab;
  std::string const file = lab.path("held");
  write_file(file, "held");
  Sleepers const first(1, file), others(limits::scan_thread_processes * 4), last(1, file);
  ASSERT_EQ(others.processes().size(), limits::scan_thread_processes * 4);
  EXPECT_THAT(holders_of(file), testing::UnorderedElementsAre(first.processes().front(), last.processes().front()));
  UniqueFd const own(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_THAT(holders_of(file), Not(Contains(::getpid())));
}

}  // namespace
}  // namespace rsm::test
