// rsm-sim: runs seeds of the simulator. See docs/simulator.md.
#include <malloc.h>
#include <poll.h>

#include <cstdio>
#include <map>
#include <sstream>

#include "libmgr/base/command_line.hpp"
#include "tests/sim/coverage_rules.hpp"
#include "tests/sim/planted_names.hpp"
#include "tests/sim/trace_report.hpp"
#include "tests/sim/worker.hpp"

namespace rsm::sim {
namespace {

struct Options {
  std::uint64_t first = 1, last = 1;
  std::uint64_t jobs = 1;
  std::uint64_t repeat = 10;
  bool events = false, verbose = false, until_found = false, coverage_rules = false, histories = false;
  std::string plant;
  IronKind kind = IronKind::emulated;
};

// The command that shows a seed again.
std::string repetition(Options const& options, std::uint64_t seed) {
  return "rsm-sim" + std::string(options.kind == IronKind::scsi ? " --iron scsi" : "") + " --seed " + std::to_string(seed) + " --events" +
         (options.plant.empty() ? "" : " --plant " + options.plant);
}

// Of the libraries of a history, as it counts them.
std::string models_in(Coverage const& coverage) {
  constexpr std::string_view start = "scsi.model.";
  std::string models;
  for (auto const& [name, count] : coverage)
    if (name.starts_with(start)) models += (models.empty() ? "" : ", ") + name.substr(start.size());
  return models;
}

class Runner {
 public:
  explicit Runner(Options options) : options_(std::move(options)) {}

  int run() {
    std::vector<Worker> workers(options_.jobs);
    next_ = options_.first;
    for (bool busy = true; busy;) {
      for (auto& worker : workers)
        if (worker.idle() && next_ <= options_.last && !enough()) begin(worker);
      busy = listen(workers);
    }
    return report();
  }

 private:
  bool enough() const { return options_.until_found && failures_ > 0; }

  void begin(Worker& worker) {
    worker.begin(next_, options_.kind, options_.repeat != 0 && next_ % options_.repeat == 0);
    ++next_;
  }

  // False: nobody is at work.
  bool listen(std::vector<Worker>& workers) {
    std::vector<pollfd> pipes;
    std::vector<Worker*> speakers;
    for (auto& worker : workers) {
      if (worker.idle()) continue;
      pipes.push_back({worker.pipe(), POLLIN, 0});
      speakers.push_back(&worker);
    }
    if (pipes.empty() || ::poll(pipes.data(), pipes.size(), -1) < 0) return !pipes.empty();
    for (std::size_t i = 0; i < pipes.size(); ++i) {
      if (pipes[i].revents == 0) continue;
      if (auto told = speakers[i]->listen()) told_.emplace(told->seed, std::move(*told));
    }
    // Told in the order of the seeds, whoever is ready first.
    for (auto it = told_.begin(); it != told_.end() && it->first == reported_; it = told_.erase(it), ++reported_) take(it->second);
    return true;
  }

  void take(Worker::Told const& told) {
    ++seeds_;
    std::string violation = told.death, lines;
    Coverage occurred;
    std::istringstream text(told.text);
    for (std::string line; std::getline(text, line);) {
      if (line.starts_with("C ")) {
        auto const space = line.find(' ', 2);
        occurred[line.substr(space + 1)] += std::stoull(line.substr(2, space - 2));
      }
      if (line.starts_with("H ")) history_of(told.seed, line.substr(2));
      if (line.starts_with("P ")) played_ += Millis{std::stoll(line.substr(2))};
      if (line.starts_with("V ")) violation = line.substr(2);
      if (line.starts_with("L ")) lines += "  " + line.substr(2) + "\n";
    }
    for (auto const& [name, count] : occurred) coverage_[name] += count;
    if (violation.empty()) return;
    std::string const models = models_in(occurred);
    ++failures_;
    std::printf("seed %llu%s: %s\n", static_cast<unsigned long long>(told.seed), models.empty() ? "" : (" (" + models + ")").c_str(), violation.c_str());
    if (options_.verbose || failures_ == 1) std::printf("%s", lines.c_str());
    std::printf("  repeat: %s\n", repetition(options_, told.seed).c_str());
  }

  void history_of(std::uint64_t seed, std::string const& hash_and_steps) {
    if (!options_.histories) return;
    auto const space = hash_and_steps.find(' ');
    std::printf("seed %llu: history %016llx, %s steps\n", static_cast<unsigned long long>(seed), std::stoull(hash_and_steps.substr(0, space)),
                hash_and_steps.substr(space + 1).c_str());
  }

  int report() {
    for (auto const& [name, count] : coverage_) std::printf("%10llu  %s\n", static_cast<unsigned long long>(count), name.c_str());
    std::printf("%llu seeds, %llu failed; %.1f hours of operation\n", static_cast<unsigned long long>(seeds_), static_cast<unsigned long long>(failures_),
                std::chrono::duration<double, std::ratio<3600>>(played_).count());
    int missing = 0;
    if (options_.coverage_rules)
      for (auto const& name : must_occur(options_.kind))
        if (!coverage_.contains(name)) ++missing, std::printf("never occurred: %s\n", name.c_str());
    if (options_.until_found) return failures_ > 0 ? 0 : 1;
    return failures_ > 0 || missing > 0 ? 1 : 0;
  }

  Options options_;
  Coverage coverage_;
  std::map<std::uint64_t, Worker::Told> told_;  // not reported yet: one before them is still at work
  std::uint64_t next_ = 0, reported_ = options_.first;
  std::uint64_t seeds_ = 0, failures_ = 0;
  Millis played_{};
};

int run_one(Options const& options) {
  Verdict const verdict = simulate_and_compare(options.first, options.kind, options.events, options.repeat != 0);
  if (options.verbose)
    for (auto const& [name, count] : verdict.coverage) std::printf("%10llu  %s\n", static_cast<unsigned long long>(count), name.c_str());
  if (verdict.violation) {
    if (!options.events)
      for (auto const& line : verdict.last_lines) std::printf("  %s\n", line.c_str());
    std::printf("seed %llu: %s\n  repeat: %s\n", static_cast<unsigned long long>(options.first), verdict.violation->c_str(),
                repetition(options, options.first).c_str());
  }
  if (auto const models = models_in(verdict.coverage); !models.empty())
    std::printf("seed %llu: %s\n", static_cast<unsigned long long>(options.first), models.c_str());
  std::printf("seed %llu: history %016llx, %llu steps\n", static_cast<unsigned long long>(options.first), static_cast<unsigned long long>(verdict.hash),
              static_cast<unsigned long long>(verdict.steps));
  return verdict.violation.has_value() != options.until_found ? 1 : 0;
}

}  // namespace
}  // namespace rsm::sim

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 1 << 16);
  // What one seed gives back the next one needs: nothing goes back to the system in between.
  ::mallopt(M_MMAP_THRESHOLD, 1 << 30);
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
  rsm::CommandLine line("Simulates the service with virtual time, faults and power cuts; every seed is one history.");
  rsm::sim::Options options;
  std::string range, iron = "emulated";
  std::uint64_t seed = 0;
  line.number("--seed", seed, "run this seed");
  line.text("--seeds", range, "run seeds A-B; what crashes one of them does not end the others");
  line.number("--jobs", options.jobs, "processes at a time", 1, 64);
  line.number("--repeat", options.repeat, "run every seed whose number can be divided by this a second time and compare (default 10, 0: none)");
  line.flag("--histories", options.histories, "print the hash of every history (with --seeds)");
  line.flag("--events", options.events, "print every line of the history (with --seed)");
  line.flag("--verbose", options.verbose, "print the counts of what occurred, and the last lines of every failing seed");
  line.flag("--until-found", options.until_found, "expect a violation: end at the first, exit 1 when there is none");
  line.flag("--coverage", options.coverage_rules, "fail when something that must occur never did");
  line.text("--iron", iron, "what the libraries are: emulated (default), or scsi: the drivers of real changers and tape drives on a scripted library");
  rsm::sim::TraceOrder trace;
  line.texts("--trace", trace.files);
  line.text("--policy", trace.policy, "with --trace: fifo-immediate, fifo, strict, batch, throughput (default) or clairvoyant");
  line.flag("--compare", trace.compare, "with --trace: all policies, beside a planner that knows all uses and arrivals beforehand");
  line.flag("--json", trace.json, "with --trace: one JSON object for a file, times in seconds");
  line.number("--forecast", trace.forecast, "with --trace: foretell of every so-many-th request when it will be served, and print how good that was", 1, 1000000);
  line.footer("--trace FILE ...: plays these histories of requests with a scheduling policy and prints what came of them (docs/simulator.md)");
  line.text("--plant", options.plant, "plant a bug: " + rsm::sim::planted_names());
  if (auto const end = line.read(argc, argv)) return *end;
  if (!trace.files.empty()) return rsm::sim::report_traces(trace);
  if (trace.compare || trace.json || trace.forecast != 0 || !trace.policy.empty()) {
    std::fprintf(stderr, "rsm-sim: --policy, --compare, --forecast and --json belong to --trace FILE\n");
    return 2;
  }
  if (line.was_given("--seed") && line.was_given("--seeds")) {
    std::fprintf(stderr, "rsm-sim: --seed is one history, --seeds a range: give one of them\n");
    return 2;
  }
  if (iron != "emulated" && iron != "scsi") {
    std::fprintf(stderr, "rsm-sim: --iron is emulated or scsi\n");
    return 2;
  }
  options.kind = iron == "scsi" ? rsm::sim::IronKind::scsi : rsm::sim::IronKind::emulated;
  if (!options.plant.empty() && !rsm::sim::plant(options.plant)) {
    std::fprintf(stderr, "rsm-sim: no bug \"%s\" can be planted in this program; known: %s\n", options.plant.c_str(), rsm::sim::planted_names().c_str());
    return 2;
  }
  if (!line.was_given("--seeds")) {
    options.first = options.last = line.was_given("--seed") ? seed : 1;
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
