// Callers that do anything to a disk and its partitions, in weather that does not stop: see weather.hpp.
//
//   volume_hostile_world [--seed N] [--calls N] [--threads N]     calls: of each thread
//
// Each thread opens handles on the disk and on its partitions with any access, carries out any operation, asks who uses them, and asks what paths of any
// bytes mean, by the library and by `rsm volume who`. Whatever the answer is, it is one: an error number with a sentence, text that is UTF-8, JSON that can be
// read. No handler dies, and when the weather is over the disk can be locked and nobody has a handle.
// Exit status: 0 good, 1 something was wrong (printed), 2 usage, 77 not possible here (the reason is printed).
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <boost/describe/enum_to_string.hpp>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "drivers/block/loop_device.hpp"
#include "drivers/block/mount_table.hpp"
#include "drivers/block/volume_record.hpp"
#include "drivers/volume/find_volume.hpp"
#include "drivers/volume/volume_client.hpp"
#include "libmgr/base/command_line.hpp"
#include "libmgr/domain/unicode.hpp"
#include "tests/drivers/block/lab.hpp"
#include "tests/drivers/volume/bench.hpp"
#include "tests/drivers/volume/hands.hpp"
#include "tests/drivers/volume/weather.hpp"

extern char** environ;

namespace rsm::test {
namespace {

using volume::Operation;

constexpr int exit_not_possible = 77;
constexpr std::uint64_t mebibyte = 1 << 20, partition_bytes = 24 * mebibyte;
constexpr int weather_tries = 600;  // a minute
constexpr int quiet_tries = 100;  // for the last of the weather to let go

struct Options {
  std::uint64_t seed = 1, calls = 60, threads = 3;
};

// A loop device with two partitions, an ext4 on each. Empty: this machine makes no nodes for them.
std::vector<std::string> make_partitions(block::LoopDevice const& disk) {
  std::vector<std::string> nodes;
  for (int number : {1, 2}) {
    std::string const node = fmt::format("{}p{}", disk.node, number);
    std::uint64_t const start = mebibyte + static_cast<std::uint64_t>(number - 1) * partition_bytes;
    if (add_partition(disk.node, number, start, partition_bytes) != 0 || run({"mkfs.ext4", "-q", "-F", node}) != 0) return {};
    nodes.push_back(node);
  }
  return nodes;
}

// All that the callers have seen.
class Findings {
 public:
  void told(std::string const& what, Errc code) {
    std::lock_guard const lock(mutex_);
    ++tallies_[what][code];
  }
  void complain(std::string complaint) {
    std::lock_guard const lock(mutex_);
    complaints_.push_back(std::move(complaint));
  }
  // True: nothing was wrong.
  bool print(std::uint64_t seed) const {
    std::uint64_t all = 0;
    for (auto const& [what, codes] : tallies_) {
      std::string line;
      for (auto const& [code, count] : codes) line += fmt::format(" {}:{}", static_cast<std::uint32_t>(code), count), all += count;
      fmt::print("{:28}{}\n", what, line);
    }
    fmt::print("{} calls\n", all);
    for (auto const& complaint : complaints_) fmt::print("seed {}: {}\n", seed, complaint);
    return complaints_.empty();
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::map<Errc, std::uint64_t>> tallies_;
  std::vector<std::string> complaints_;
};

struct World {
  std::vector<std::string> nodes;  // the disk, then its partitions
  std::string folder, state;       // of mount points; of the records
  Findings findings;
};

class Caller {
 public:
  Caller(World& world, std::uint64_t seed) : world_(world), random_(seed) {}

  void call() {
    switch (random_() % 8) {
      case 0: return find();
      case 1:
        if (one_in(4)) return ask_by_hand();
        return find();
      case 2: return drop();
      case 3:
      case 4: return open();
      default: return operate();
    }
  }

 private:
  bool one_in(std::uint64_t n) { return random_() % n == 0; }
  std::string const& node() { return world_.nodes[random_() % world_.nodes.size()]; }
  std::shared_ptr<volume::VolumeClient>& slot() { return handles_[random_() % handles_.size()]; }
  void drop() { slot().reset(); }

  void told(std::string const& what, Error const& error) {
    world_.findings.told(what, error.code);
    if (error.code == Errc::internal_error || error.code == Errc::bad_format || error.code == Errc::timeout) world_.findings.complain(what + ": " + error.text());
    if (error.code != Errc::success && error.text().empty()) world_.findings.complain(what + " failed without a sentence");
  }

  void open() {
    volume::Access const access{.read = one_in(2), .write = one_in(3)};
    bool const listens = one_in(6);
    auto opened = volume::VolumeClient::open({.path = node(), .access = access, .command = name_of_any_bytes(random_), .state_directory = world_.state,
                                              .listener = listens ? [](volume::Notice) {} : std::function<void(volume::Notice)>{}});
    told("open", opened ? Error{} : opened.error());
    if (opened) slot() = std::move(*opened);
  }

  volume::Command command() {
    constexpr std::array operations{Operation::flush, Operation::lock, Operation::lock, Operation::unlock, Operation::dismount, Operation::is_mounted, Operation::offline,
                                    Operation::online, Operation::online, Operation::is_offline, Operation::media_removal, Operation::ejection_control, Operation::verify,
                                    Operation::read, Operation::size, Operation::status, Operation::status, Operation::status, Operation::holders, Operation::holders,
                                    Operation::holders, Operation::could_lock, Operation::await_end};
    volume::Command command{.operation = operations[random_() % operations.size()], .prevent = one_in(2)};
    if (command.operation == Operation::read) command.offset = random_() % (64 * mebibyte), command.length = 512;
    if (command.operation == Operation::await_end) command.length = static_cast<std::uint32_t>(random_() % 200);
    return command;
  }

  void operate() {
    auto& handle = slot();
    if (!handle) return open();
    auto const wanted = command();
    std::string const name = boost::describe::enum_to_string(wanted.operation, "?");
    auto const outcome = handle->run(wanted, volume::limit_of(wanted.operation));
    told(name, outcome ? Error{} : outcome.error());
    if (handle->dead()) world_.findings.complain(fmt::format("{}: the handler {} has died", name, handle->handler_pid()));
    if (!outcome) return;
    std::string const& data = outcome->data;
    bool good = true;
    if (wanted.operation == Operation::status) good = is_utf8(data) && volume::status_from_json(data).has_value();
    if (wanted.operation == Operation::holders) good = is_utf8(data) && volume::holders_from_json(data).has_value();
    if (wanted.operation == Operation::dismount) good = is_utf8(data) && volume::dismount_from_json(data).has_value();
    if (!good) world_.findings.complain(name + " answered what cannot be read: " + plain_text(data));
  }

  // A mount point of the weather, one that is not there, or something below it.
  std::string any_path() {
    std::vector<std::string> there;
    std::error_code gone;
    for (std::filesystem::directory_iterator entry(world_.folder, gone), end; !gone && entry != end; entry.increment(gone)) there.push_back(entry->path().string());
    std::string path = there.empty() || one_in(4) ? world_.folder + "/" + name_of_any_bytes(random_) : there[random_() % there.size()];
    return one_in(5) ? path + "/" + name_of_any_bytes(random_) : path;
  }

  void find() {
    auto const found = volume::find_volume(any_path());
    told("find_volume", found ? Error{} : found.error());
  }

  void ask_by_hand() {
    std::vector<std::string> words{RSM_PROGRAM, "volume", one_in(2) ? "who" : "status", one_in(3) ? node() : any_path()};
    if (one_in(2)) words.emplace_back("--json");
    std::string said;
    int const status = run_and_listen(words, said);
    world_.findings.told(fmt::format("rsm volume {}: exit {}", words[2], status), Errc::success);
    if (status < 0 || status > 9) world_.findings.complain(fmt::format("rsm volume {} ended with {}: {}", words[2], status, plain_text(said)));
    for (std::string_view rest = said; !rest.empty();) {
      auto const character = first_character(rest);
      if (!character.valid || (steers(character.code) && character.code != '\n' && character.code != '\t')) {
        world_.findings.complain("rsm volume " + words[2] + " prints what steers a terminal, or is no UTF-8: " + plain_text(said));
        return;
      }
      rest.remove_prefix(character.bytes);
    }
  }

  static int run_and_listen(std::vector<std::string>& words, std::string& said) {
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return -1;
    UniqueFd const reading(ends[0]);
    UniqueFd writing(ends[1]);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, writing.get(), 1);
    posix_spawn_file_actions_adddup2(&actions, writing.get(), 2);
    pid_t child = 0;
    int const failed = ::posix_spawn(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    writing.reset();
    if (failed != 0) return -1;
    std::array<char, 4096> bytes{};
    for (ssize_t got = 0; (got = ::read(reading.get(), bytes.data(), bytes.size())) > 0;) said.append(bytes.data(), static_cast<std::size_t>(got));
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  World& world_;
  std::mt19937_64 random_;
  std::array<std::shared_ptr<volume::VolumeClient>, 4> handles_;
};

// Of winds that were ended in the middle.
void unmount_below(std::string const& folder) {
  for (auto const& mount : block::read_own_mounts().mounts)
    if (mount.mount_point.starts_with(folder + "/")) ::umount2(mount.mount_point.c_str(), MNT_DETACH);
}

// A loop device keeps partitions that it was told of for its next image.
// The disk is as good as before: online, can be locked, and nobody has a handle on it or on a partition.
void expect_peace(World& world) {
  Error last;
  for (int tries = 0; tries < quiet_tries; ++tries) {
    last = {};
    for (auto const& node : world.nodes) {
      auto const handle = volume::VolumeClient::open({.path = node, .access = {}, .state_directory = world.state});
      auto const online = handle ? (*handle)->run(Operation::online) : std::unexpected(handle.error());
      if (!online) last = online.error();
    }
    auto const disk = volume::VolumeClient::open({.path = world.nodes.front(), .access = {.read = true}, .state_directory = world.state});
    auto const locked = disk ? (*disk)->run(Operation::lock) : std::unexpected(disk.error());
    if (!locked) last = locked.error();
    if (last.code == Errc::success) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  if (last.code != Errc::success) world.findings.complain("after the weather the disk cannot be locked: " + last.text());
  for (auto const& node : world.nodes) {
    auto const device = block::find_block_device(node);
    auto const file = device ? block::VolumeRecordFile::at(world.state, device->device) : std::unexpected(device.error());
    auto const record = file ? file->read() : std::unexpected(file.error());
    if (!record) world.findings.complain("no record: " + record.error().text());
    else if (!record->handles.empty()) world.findings.complain("a handle on " + node + " is still in its record");
  }
}

// On a slow machine some of it is late; nobody locks the disk yet, so all of it comes.
void wait_for_every_kind(Weather const& weather) {
  auto const missing = [&] {
    for (std::size_t kind = 0; kind < Weather::kinds; ++kind)
      if (weather.count(static_cast<Weather::Kind>(kind)) == 0) return true;
    return false;
  };
  for (int waited = 0; missing() && waited < weather_tries; ++waited) std::this_thread::sleep_for(std::chrono::milliseconds(100));
}

int brave(Options const& options) {
  if (auto const reason = why_no_block_volumes(); !reason.empty()) {
    fmt::print("SKIPPED: {}\n", reason);
    return exit_not_possible;
  }
  Lab const lab;
  ::setenv("OPENRSM_VOLUME_STATE", lab.path("state").c_str(), 1);
  ::setenv("OPENRSM_SOCKET", lab.path("no.sock").c_str(), 1);
  write_file(lab.path("disk.img"), "");
  std::filesystem::resize_file(lab.path("disk.img"), 64 * mebibyte);
  auto const disk = bound(lab.path("disk.img"));
  World world{.nodes = {disk.node}, .folder = lab.folder("sky"), .state = lab.path("state"), .findings = {}};
  auto const partitions = make_partitions(disk);
  if (partitions.empty()) {
    fmt::print("SKIPPED: no partitions on {} here\n", disk.node);
    return exit_not_possible;
  }
  world.nodes.insert(world.nodes.end(), partitions.begin(), partitions.end());
  {
    Weather const weather(partitions, world.folder, options.seed);
    wait_for_every_kind(weather);
    std::vector<std::jthread> threads;
    for (std::uint64_t n = 0; n < options.threads; ++n)
      threads.emplace_back([&world, &options, n] {
        Caller caller(world, options.seed * 1000 + n);
        for (std::uint64_t i = 0; i < options.calls; ++i) caller.call();
      });
    threads.clear();
    for (std::size_t kind = 0; kind < Weather::kinds; ++kind) fmt::print("weather: {} {}\n", weather.count(static_cast<Weather::Kind>(kind)), Weather::name(static_cast<Weather::Kind>(kind)));
    for (std::size_t kind = 0; kind < Weather::kinds; ++kind)
      if (weather.count(static_cast<Weather::Kind>(kind)) == 0) world.findings.complain(std::string("there were no ") + Weather::name(static_cast<Weather::Kind>(kind)));
  }
  unmount_below(world.folder);
  expect_peace(world);
  unmount_below(world.folder);
  for (int number : {1, 2}) (void)remove_partition(disk.node, number);
  return world.findings.print(options.seed) ? 0 : 1;
}

}  // namespace
}  // namespace rsm::test

int main(int argc, char** argv) {
  rsm::test::Options options;
  rsm::CommandLine line("callers that do anything to a disk and its partitions, in weather that does not stop");
  line.number("--seed", options.seed);
  line.number("--calls", options.calls, "of each thread");
  line.number("--threads", options.threads, "that call", 1, 16);
  if (auto const status = line.read(argc, argv)) return *status;
  return rsm::test::brave(options);
}
