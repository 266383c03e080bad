// Random operations by several processes on several real volumes, each answer checked against the model of the states.
//
//   volume_model_check [--rounds N] [--steps N] [--seed N]
//
// A round begins with fresh volumes (ext4, xfs, ext4) and four processes that open handles and files, lock, dismount, take offline, eject, are
// killed; hands mount volumes and put ejected images back. After each step the answer must be the model's, and the state that `status` gives, too.
// Exit status: 0 no difference, 1 a difference (with the seed, the step and what led there), 77 not possible here (the reason is printed).
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <chrono>
#include <cstdio>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "drivers/block/volume_record.hpp"
#include "tests/drivers/volume/bench.hpp"
#include "tests/drivers/volume/volume_model.hpp"

namespace rsm::test {
namespace {

using volume::Command;
using volume::Operation;

constexpr int processes = 4, volumes = 3, handles_of_process = 8, exit_not_possible = 77;
constexpr std::array<char const*, volumes> file_systems{"ext4", "xfs", "ext4"};
constexpr std::array accesses{volume::Access{}, volume::Access{true, false}, volume::Access{true, true}, volume::Access{true, true}};

// What a process is told to do, in one structure over a pipe.
struct Order {
  enum Kind : int { open, close, operate, open_file, close_file, probe_file } kind = open;
  int slot = 0, volume = 0, access = 0;
  Operation operation = Operation::status;
  bool prevent = false;
};

class Worker {
 public:
  explicit Worker(std::deque<VolumeBench> const& benches) {
    int to[2], from[2];
    if (::pipe2(to, O_CLOEXEC) != 0 || ::pipe2(from, O_CLOEXEC) != 0) std::abort();
    pid_ = ::fork();
    if (pid_ == 0) ::prctl(PR_SET_PDEATHSIG, SIGKILL), serve(benches, to[0], from[1], to[1], from[0]);
    orders_.reset(to[1]);
    answers_.reset(from[0]);
    ::close(to[0]);
    ::close(from[1]);
  }
  ~Worker() { kill(); }
  Worker(Worker const&) = delete;

  pid_t pid() const { return pid_; }
  std::uint32_t ask(Order const& order) {
    std::uint32_t answer = ~0U;
    if (::write(orders_.get(), &order, sizeof order) != sizeof order || ::read(answers_.get(), &answer, sizeof answer) != sizeof answer) return ~0U;
    return answer;
  }
  void kill() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  [[noreturn]] static void serve(std::deque<VolumeBench> const& benches, int orders, int answers, int other_end, int other_answers) {
    ::close(other_end);
    ::close(other_answers);
    std::array<std::shared_ptr<volume::VolumeClient>, handles_of_process> handles;
    std::array<int, volumes> files;
    files.fill(-1);
    Order order;
    while (::read(orders, &order, sizeof order) == sizeof order) {
      auto const answer = carry_out(order, benches, handles, files);
      if (::write(answers, &answer, sizeof answer) != sizeof answer) break;
    }
    ::_exit(0);
  }

  static std::uint32_t carry_out(Order const& order, std::deque<VolumeBench> const& benches, std::array<std::shared_ptr<volume::VolumeClient>, handles_of_process>& handles,
                                 std::array<int, volumes>& files) {
    auto const& bench = benches[static_cast<std::size_t>(order.volume)];
    auto& handle = handles[static_cast<std::size_t>(order.slot)];
    int& file = files[static_cast<std::size_t>(order.volume)];
    switch (order.kind) {
      case Order::open: {
        auto opened = bench.open(accesses[static_cast<std::size_t>(order.access)]);
        if (!opened) return static_cast<std::uint32_t>(opened.error().code);
        handle = std::move(*opened);
        return 0;
      }
      case Order::close: handle.reset(); return 0;
      case Order::operate: {
        Command command{.operation = order.operation, .prevent = order.prevent};
        if (order.operation == Operation::read) command.length = 512;
        if (order.operation == Operation::write) command.data = std::string(512, '\0');  // what is there on ext4
        return number_of(handle->run(std::move(command), limit_of(order.operation)));
      }
      case Order::open_file: file = ::open((bench.lab().path("mnt") + "/file").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600); return file < 0 ? static_cast<std::uint32_t>(errno) : 0;
      case Order::close_file: ::close(file); file = -1; return 0;
      case Order::probe_file: return ::pwrite(file, "x", 1, 0) == 1 ? 0 : static_cast<std::uint32_t>(errno);
    }
    return ~0U;
  }

  pid_t pid_ = 0;
  UniqueFd orders_, answers_;
};

class Round {
 public:
  Round(std::uint64_t seed, int steps) : seed_(seed), steps_(steps), random_(seed) {
    for (int n = 0; n < volumes; ++n) benches_.emplace_back(file_systems[static_cast<std::size_t>(n)]);
    for (int n = 0; n < processes; ++n) workers_.push_back(std::make_unique<Worker>(benches_));
  }
  // Newest first: each lab's janitor has inherited the lines to the older ones.
  ~Round() {
    workers_.clear();
    while (!benches_.empty()) benches_.pop_back();
  }
  Round(Round const&) = delete;

  bool run() {
    for (step_ = 1; step_ <= steps_; ++step_)
      if (!step()) return false;
    for (int n = 0; n < volumes; ++n)
      if (!check_state(n)) return false;
    tidy_up();
    return true;
  }

 private:
  struct Open {
    HandleNumber number;
    int worker, slot, volume;
  };

  int pick(int below) { return static_cast<int>(random_() % static_cast<std::uint64_t>(below)); }

  bool step() {
    int const chance = pick(100);
    if (chance < 22) return open_handle();
    if (chance < 28) return close_handle();
    if (chance < 36) return mount();
    if (chance < 44) return open_or_close_file();
    if (chance < 48) return bind_again();
    if (chance < 51) return kill_worker();
    return operate();
  }

  bool expect(std::uint32_t expected, std::uint32_t got, std::string const& what, int volume) {
    log_.push_back(fmt::format("{} on volume {} ({}): {}", what, volume, file_systems[static_cast<std::size_t>(volume)], got));
    if (expected == got && check_state(volume)) return true;
    std::fprintf(stderr, "DIFFERENCE: seed %llu, step %d: %s: the model says %u, the volume answered %u\n", static_cast<unsigned long long>(seed_), step_, what.c_str(), expected, got);
    for (auto const& line : log_) std::fprintf(stderr, "  %s\n", line.c_str());
    return false;
  }

  bool check_state(int volume) {
    auto const& bench = benches_[static_cast<std::size_t>(volume)];
    auto const& model = models_[static_cast<std::size_t>(volume)];
    auto& watcher = watchers_[static_cast<std::size_t>(volume)];
    if (!watcher) watcher = bench.opened({});
    if (!watcher) return false;
    auto const told = watcher->run(Operation::status);
    auto const status = told ? volume::status_from_json(told->data) : std::unexpected(told.error());
    bool const mounted = is_mounted(bench.lab().path("mnt"));
    if (status && status->state == model.state() && mounted == model.mounted()) return true;
    std::fprintf(stderr, "state of volume %d: the model says %s%s, the volume is %s%s\n", volume, model.state().c_str(), model.mounted() ? " (mounted)" : "",
                 status ? status->state.c_str() : status.error().text().c_str(), mounted ? " (mounted)" : "");
    return false;
  }

  bool open_handle() {
    int const worker = pick(processes), volume = pick(volumes), access = pick(static_cast<int>(accesses.size()));
    int slot = 0;
    while (slot < handles_of_process && taken(worker, slot)) ++slot;
    if (slot == handles_of_process) return true;
    HandleNumber const number = ++last_handle_;
    auto const expected = models_[static_cast<std::size_t>(volume)].open(number, worker, accesses[static_cast<std::size_t>(access)]);
    auto const got = workers_[static_cast<std::size_t>(worker)]->ask({.kind = Order::open, .slot = slot, .volume = volume, .access = access});
    if (got == 0) open_.push_back({number, worker, slot, volume});
    return expect(expected, got, fmt::format("process {} opens handle {} with access {}", worker, number, access), volume);
  }

  bool taken(int worker, int slot) const {
    return std::ranges::any_of(open_, [&](Open const& one) { return one.worker == worker && one.slot == slot; });
  }

  bool close_handle() {
    if (open_.empty()) return true;
    auto const it = open_.begin() + pick(static_cast<int>(open_.size()));
    Open const one = *it;
    open_.erase(it);
    models_[static_cast<std::size_t>(one.volume)].close(one.number);
    auto const got = workers_[static_cast<std::size_t>(one.worker)]->ask({.kind = Order::close, .slot = one.slot, .volume = one.volume});
    return expect(0, got, fmt::format("handle {} is closed", one.number), one.volume);
  }

  bool operate() {
    if (open_.empty()) return open_handle();
    static constexpr std::array operations{Operation::flush,  Operation::lock,       Operation::lock,   Operation::lock,          Operation::unlock,           Operation::unlock,
                                           Operation::dismount, Operation::dismount,  Operation::offline, Operation::offline,       Operation::online,           Operation::is_mounted,
                                           Operation::is_offline, Operation::verify,  Operation::eject,  Operation::media_removal, Operation::ejection_control, Operation::ejection_control,
                                           Operation::read,   Operation::write};
    Open const& one = open_[static_cast<std::size_t>(pick(static_cast<int>(open_.size())))];
    Operation const operation = operations[static_cast<std::size_t>(pick(static_cast<int>(operations.size())))];
    bool const prevent = pick(3) == 0;
    if (operation == Operation::write && std::string_view(file_systems[static_cast<std::size_t>(one.volume)]) != "ext4") return true;
    auto const expected = models_[static_cast<std::size_t>(one.volume)].carry_out(one.number, {.operation = operation, .prevent = prevent});
    auto const got = workers_[static_cast<std::size_t>(one.worker)]->ask({.kind = Order::operate, .slot = one.slot, .volume = one.volume, .operation = operation, .prevent = prevent});
    return expect(expected, got, fmt::format("handle {}: {}{}", one.number, boost::describe::enum_to_string(operation, "?"), prevent ? " (prevent)" : ""), one.volume);
  }

  bool mount() {
    int const volume = pick(volumes);
    auto& model = models_[static_cast<std::size_t>(volume)];
    auto const& bench = benches_[static_cast<std::size_t>(volume)];
    if (!model.may_mount() && !model.mount_is_refused()) return true;
    auto const expected = model.may_mount() ? 0U : static_cast<std::uint32_t>(EBUSY);
    if (expected == 0) model.mount();
    int const got = mount_device(bench.node(), bench.lab().folder("mnt"), file_systems[static_cast<std::size_t>(volume)]);
    return expect(expected, static_cast<std::uint32_t>(got), "somebody mounts it", volume);
  }

  bool open_or_close_file() {
    int const volume = pick(volumes), worker = pick(processes);
    auto& model = models_[static_cast<std::size_t>(volume)];
    auto& process = *workers_[static_cast<std::size_t>(worker)];
    if (!model.has_file(worker)) {
      if (!model.may_open_file()) return true;
      model.open_file(worker);
      return expect(0, process.ask({.kind = Order::open_file, .volume = volume}), fmt::format("process {} opens a file", worker), volume);
    }
    auto const expected = model.file_is_dead(worker) ? static_cast<std::uint32_t>(EIO) : 0U;
    if (!expect(expected, process.ask({.kind = Order::probe_file, .volume = volume}), fmt::format("process {} writes to its file", worker), volume)) return false;
    model.close_file(worker);
    return expect(0, process.ask({.kind = Order::close_file, .volume = volume}), fmt::format("process {} closes its file", worker), volume);
  }

  bool bind_again() {
    int const volume = pick(volumes);
    auto& model = models_[static_cast<std::size_t>(volume)];
    if (model.bound()) return true;
    model.bind_again();
    benches_[static_cast<std::size_t>(volume)].bind_again();
    return expect(0, 0, "somebody puts the medium in", volume);
  }

  // Its handlers let go by themselves; that is waited for, since it is not the dead process that does it.
  bool kill_worker() {
    int const worker = pick(processes);
    pid_t const pid = workers_[static_cast<std::size_t>(worker)]->pid();
    workers_[static_cast<std::size_t>(worker)]->kill();
    for (auto const& bench : benches_) wait_until_gone(bench, pid);
    for (auto& model : models_) model.end_process(worker);
    std::erase_if(open_, [&](Open const& one) { return one.worker == worker; });
    workers_[static_cast<std::size_t>(worker)] = std::make_unique<Worker>(benches_);
    for (int volume = 0; volume < volumes; ++volume)
      if (!expect(0, 0, fmt::format("process {} is killed", worker), volume)) return false;
    return true;
  }

  static void wait_until_gone(VolumeBench const& bench, pid_t application) {
    struct stat st {};
    ::stat(bench.node().c_str(), &st);
    auto const file = block::VolumeRecordFile::at(bench.state_directory(), st.st_rdev);
    for (int looks = 0; file && looks < 1000; ++looks) {
      auto const record = file->read();
      if (record && std::ranges::none_of(record->handles, [&](auto const& slot) { return slot.used() && slot.application == application; })) return;
      ::usleep(10'000);
    }
  }

  // What may be offline still is brought online, so that its keeper ends.
  void tidy_up() {
    for (auto& worker : workers_) worker->kill();
    for (auto const& watcher : watchers_)
      if (watcher) (void)watcher->run(Operation::online);
    watchers_ = {};
  }

  std::uint64_t seed_;
  int steps_, step_ = 0;
  std::mt19937_64 random_;
  std::deque<VolumeBench> benches_;
  std::array<VolumeModel, volumes> models_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::array<std::shared_ptr<volume::VolumeClient>, volumes> watchers_;  // ask for the state; without access they are no users
  std::vector<Open> open_;
  HandleNumber last_handle_ = 0;
  std::vector<std::string> log_;
};

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

// --rounds N: so many, unless --budget SECONDS of processor time are used up before (never fewer than 10). RSM_TESTS_IN_FULL: no budget.
int check(int argc, char** argv) {
  int rounds = 200, steps = 20;
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
  if (auto const reason = why_no_block_volumes(); !reason.empty()) {
    std::printf("SKIPPED: %s\n", reason.c_str());
    return exit_not_possible;
  }
  int done = 0;
  for (; done < rounds && (budget <= 0 || done < rounds_least || processor_seconds() < budget); ++done)
    if (!Round(first + static_cast<std::uint64_t>(done), steps).run()) return 1;
  std::printf("%d of %d rounds of %d steps in %.0f s of processor time: no difference\n", done, rounds, steps, processor_seconds());
  return 0;
}

}  // namespace
}  // namespace rsm::test

int main(int argc, char** argv) { return rsm::test::check(argc, argv); }
