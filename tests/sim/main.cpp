// rsm-sim: runs seeds of the simulator. See docs/simulator.md.
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstring>

#include "tests/sim/coverage_rules.hpp"
#include "tests/sim/planted_names.hpp"
#include "tests/sim/simulation.hpp"

namespace rsm::sim {
namespace {

struct Options {
  std::uint64_t first = 1, last = 1;
  unsigned jobs = 1;
  bool events = false, verbose = false, until_found = false, coverage_rules = false;
  std::string plant;
};

// What a child tells its parent about one seed, in one line each: "V text", "H hash steps", "C count name", "L line".
std::string told(Verdict const& verdict) {
  std::string text = "H " + std::to_string(verdict.hash) + " " + std::to_string(verdict.steps) + "\n";
  for (auto const& [name, count] : verdict.coverage) text += "C " + std::to_string(count) + " " + name + "\n";
  if (!verdict.violation) return text;
  text += "V " + *verdict.violation + "\n";
  for (auto const& line : verdict.last_lines) text += "L " + line + "\n";
  return text;
}

Verdict simulate_twice(std::uint64_t seed, bool show) {
  Verdict verdict = simulate(seed, show);
  if (verdict.violation) return verdict;
  Verdict const again = simulate(seed, false);
  if (again.hash != verdict.hash || again.steps != verdict.steps)
    verdict.violation = "two runs of this seed have different histories (" + std::to_string(verdict.steps) + " and " + std::to_string(again.steps) + " steps)";
  return verdict;
}

struct Child {
  pid_t pid = 0;
  int pipe = -1;
  std::uint64_t seed = 0;
};

Child start_child(std::uint64_t seed) {
  int ends[2];
  if (::pipe(ends) != 0) return {};
  std::fflush(stdout);
  pid_t const pid = ::fork();
  if (pid != 0) {
    ::close(ends[1]);
    return {pid, ends[0], seed};
  }
  ::close(ends[0]);
  std::string const text = told(simulate_twice(seed, false));
  for (std::size_t sent = 0; sent < text.size();) {
    auto const n = ::write(ends[1], text.data() + sent, text.size() - sent);
    if (n <= 0) ::_exit(3);
    sent += static_cast<std::size_t>(n);
  }
  ::_exit(0);
}

std::string read_all(int pipe) {
  std::string text;
  char buffer[4096];
  for (ssize_t n = 0; (n = ::read(pipe, buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(n));
  ::close(pipe);
  return text;
}

class Runner {
 public:
  explicit Runner(Options options) : options_(std::move(options)) {}

  int run() {
    std::vector<Child> children;
    std::uint64_t next = options_.first;
    while (next <= options_.last || !children.empty()) {
      while (next <= options_.last && children.size() < options_.jobs && !enough()) children.push_back(start_child(next++));
      if (children.empty()) break;
      take(children.front());
      children.erase(children.begin());
    }
    return report();
  }

 private:
  bool enough() const { return options_.until_found && failures_ > 0; }

  void take(Child const& child) {
    std::string const text = read_all(child.pipe);
    int status = 0;
    ::waitpid(child.pid, &status, 0);
    ++seeds_;
    std::string violation, lines;
    for (std::size_t at = 0; at < text.size();) {
      auto const end = std::min(text.find('\n', at), text.size());
      std::string const line = text.substr(at, end - at);
      at = end + 1;
      if (line.starts_with("C ")) {
        auto const space = line.find(' ', 2);
        coverage_[line.substr(space + 1)] += std::stoull(line.substr(2, space - 2));
      }
      if (line.starts_with("V ")) violation = line.substr(2);
      if (line.starts_with("L ")) lines += "  " + line.substr(2) + "\n";
    }
    if (WIFSIGNALED(status)) violation = std::string("the program crashed: ") + ::strsignal(WTERMSIG(status));
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0) violation = "the program ended with " + std::to_string(WEXITSTATUS(status));
    if (violation.empty()) return;
    ++failures_;
    std::printf("seed %llu: %s\n", static_cast<unsigned long long>(child.seed), violation.c_str());
    if (options_.verbose || failures_ == 1) std::printf("%s", lines.c_str());
    std::printf("  repeat: rsm-sim --seed %llu --events%s\n", static_cast<unsigned long long>(child.seed),
                options_.plant.empty() ? "" : (" --plant " + options_.plant).c_str());
  }

  int report() {
    for (auto const& [name, count] : coverage_) std::printf("%10llu  %s\n", static_cast<unsigned long long>(count), name.c_str());
    std::printf("%llu seeds, %llu failed\n", static_cast<unsigned long long>(seeds_), static_cast<unsigned long long>(failures_));
    int missing = 0;
    if (options_.coverage_rules)
      for (auto const& name : must_occur())
        if (!coverage_.contains(name)) ++missing, std::printf("never occurred: %s\n", name.c_str());
    if (options_.until_found) return failures_ > 0 ? 0 : 1;
    return failures_ > 0 || missing > 0 ? 1 : 0;
  }

  Options options_;
  Coverage coverage_;
  std::uint64_t seeds_ = 0, failures_ = 0;
};

int run_one(Options const& options) {
  Verdict const verdict = simulate_twice(options.first, options.events);
  if (options.verbose)
    for (auto const& [name, count] : verdict.coverage) std::printf("%10llu  %s\n", static_cast<unsigned long long>(count), name.c_str());
  if (verdict.violation) {
    if (!options.events)
      for (auto const& line : verdict.last_lines) std::printf("  %s\n", line.c_str());
    std::printf("seed %llu: %s\n  repeat: rsm-sim --seed %llu --events\n", static_cast<unsigned long long>(options.first), verdict.violation->c_str(),
                static_cast<unsigned long long>(options.first));
  }
  std::printf("seed %llu: history %016llx, %llu steps\n", static_cast<unsigned long long>(options.first), static_cast<unsigned long long>(verdict.hash),
              static_cast<unsigned long long>(verdict.steps));
  return verdict.violation.has_value() != options.until_found ? 1 : 0;
}

}  // namespace
}  // namespace rsm::sim

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 1 << 16);
  CLI::App app{"Simulates the service with virtual time, faults and power cuts; every seed is one history."};
  rsm::sim::Options options;
  std::string range;
  std::uint64_t seed = 0;
  auto* one = app.add_option("--seed", seed, "run this seed");
  auto* many = app.add_option("--seeds", range, "run seeds A-B, each in a process of its own")->excludes(one);
  app.add_option("--jobs", options.jobs, "processes at a time")->check(CLI::Range(1, 64));
  app.add_flag("--events", options.events, "print every line of the history (with --seed)");
  app.add_flag("--verbose", options.verbose, "print the counts of what occurred, and the last lines of every failing seed");
  app.add_flag("--until-found", options.until_found, "expect a violation: end at the first, exit 1 when there is none");
  app.add_flag("--coverage", options.coverage_rules, "fail when something that must occur never did");
  app.add_option("--plant", options.plant, "plant a bug: " + rsm::sim::planted_names());
  CLI11_PARSE(app, argc, argv);
  if (!options.plant.empty() && !rsm::sim::plant(options.plant)) {
    std::fprintf(stderr, "rsm-sim: no bug \"%s\" can be planted in this program; known: %s\n", options.plant.c_str(), rsm::sim::planted_names().c_str());
    return 2;
  }
  if (many->count() == 0) {
    options.first = options.last = one->count() == 0 ? 1 : seed;
    return rsm::sim::run_one(options);
  }
  unsigned long long first = 0, last = 0;
  if (std::sscanf(range.c_str(), "%llu-%llu", &first, &last) != 2 || last < first) {
    std::fprintf(stderr, "rsm-sim: --seeds wants A-B, for example 1-500\n");
    return 2;
  }
  options.first = first;
  options.last = last;
  return rsm::sim::Runner(options).run();
}
