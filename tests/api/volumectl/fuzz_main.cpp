// volumectl_fuzz: hostile callers on several threads; see fuzz_caller.hpp.
// usage: volumectl_fuzz [--seed N] [--calls N] [--threads N]   calls: of each thread. Exit: 0 good, 1 something was wrong, 2 usage.
#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <optional>
#include <thread>

#include "fuzz_caller.hpp"

namespace {

using namespace rsm::test;

struct Options {
  std::uint64_t seed = 1, calls = 20000, threads = 4;
};

std::optional<Options> read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    std::string_view const name = argv[i];
    auto* const value = name == "--seed" ? &options.seed : name == "--calls" ? &options.calls : name == "--threads" ? &options.threads : nullptr;
    char const* const end = argv[i + 1] + std::strlen(argv[i + 1]);
    if (value == nullptr || std::from_chars(argv[i + 1], end, *value).ptr != end) return std::nullopt;
  }
  return argc % 2 == 1 && options.threads > 0 && options.threads <= 64 ? std::optional(options) : std::nullopt;
}

std::map<std::string, FuzzTally> sum_of(std::vector<FuzzCaller> const& callers) {
  std::map<std::string, FuzzTally> sum;
  for (auto const& caller : callers)
    for (auto const& [name, tally] : caller.tallies()) {
      sum[name].calls += tally.calls;
      sum[name].good += tally.good;
      for (auto const& [number, count] : tally.errors) sum[name].errors[number] += count;
    }
  return sum;
}

void close_everything(FuzzPool& pool) {
  for (auto& kind : pool.handles)
    for (auto& slot : kind) {
      HANDLE const left = slot.exchange(nullptr);
      if (left != nullptr && !CloseHandle(left)) VctlUnregisterVolumeNotification(left);
    }
}

}  // namespace

int main(int argc, char** argv) {
  auto const options = read_options(argc, argv);
  if (!options) {
    fmt::print(stderr, "usage: volumectl_fuzz [--seed N] [--calls N] [--threads N]\n");
    return 2;
  }
  FuzzPool pool;
  std::vector<FuzzCaller> callers;
  for (std::uint64_t i = 0; i < options->threads; ++i) callers.emplace_back(pool, options->seed * 1000 + i);
  std::vector<std::thread> threads;
  for (auto& caller : callers)
    threads.emplace_back([&] {
      for (std::uint64_t i = 0; i < options->calls; ++i) caller.call();
    });
  for (auto& thread : threads) thread.join();
  close_everything(pool);

  bool wrong = false;
  for (auto const& [name, tally] : sum_of(callers)) {
    std::string errors;
    for (auto const& [number, count] : tally.errors) errors += fmt::format(" {}:{}", number, count);
    fmt::print("{:36} {:6} calls, {:6} good, errors{}\n", name, tally.calls, tally.good, errors);
    if (tally.good == 0) wrong = true;
  }
  for (auto const& caller : callers)
    for (auto const& complaint : caller.complaints()) fmt::print("seed {}: {}\n", options->seed, complaint), wrong = true;
  if (pool.volumes.medium->open_handles != 0) fmt::print("{} handles of volumes are still open\n", pool.volumes.medium->open_handles.load()), wrong = true;
  if (wrong) fmt::print("WRONG: a complaint above, or a function that never succeeded\n");
  callers.clear();  // whoever touches the memory of a call now is seen by the sanitizer
  return wrong ? 1 : 0;
}
