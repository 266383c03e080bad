#include "tests/bench/contestant.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <stdexcept>

namespace rsm::bench {
namespace {

float percentile(std::vector<float>& values, double share) {
  if (values.empty()) return 0;
  auto const at = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::ranges::nth_element(values, values.begin() + at);
  return values[static_cast<std::size_t>(at)];
}

void tell(Round& round) {
  std::printf("{\"operations\":%llu,\"seconds\":%.6f,\"whole\":%s,\"median_us\":%.2f,\"p99_us\":%.2f}\n", static_cast<unsigned long long>(round.operations),
              round.elapsed.count(), round.whole ? "true" : "false", static_cast<double>(percentile(round.latencies, 0.5)), static_cast<double>(percentile(round.latencies, 0.99)));
  std::fflush(stdout);
}

}  // namespace

void Round::add(Round&& other) {
  operations += other.operations;
  elapsed += other.elapsed;
  latencies.insert(latencies.end(), other.latencies.begin(), other.latencies.end());
}

void give_up(std::string const& why) { throw std::runtime_error(why); }

int run_contestant(std::function<Work()> prepare) {
  try {
    Work const work = prepare();
    std::puts("ready");
    std::fflush(stdout);
    for (std::string line; std::getline(std::cin, line);) {
      Round round = work(Seconds(std::stod(line)));
      tell(round);
    }
    return 0;
  } catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}

}  // namespace rsm::bench
