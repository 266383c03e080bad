#include "tests/sim/simulation.hpp"

#include "tests/sim/healing.hpp"

namespace rsm::sim {
namespace {

constexpr std::uint64_t steps_most = 3'000'000;
constexpr Millis drain_limit = std::chrono::hours{12};
constexpr Millis silence_limit = std::chrono::hours{1};
constexpr Millis rest_look = std::chrono::seconds{20};
constexpr Millis rest_gap{1'500};  // nothing is due for so long: the core is at rest

class Simulation {
 public:
  Simulation(std::uint64_t seed, IronKind kind, bool show) : stage_(seed, kind, show), person_(stage_), fate_(stage_, clients_), healing_(stage_, clients_, person_) {
    for (unsigned i = 0; i < stage_.swarm.clients; ++i) clients_.push_back(std::make_unique<Client>(stage_, i));
  }

  Verdict run() {
    fate_.start_daemon();
    every(Millis{7'000}, [this] { person_.look(); });
    every(stage_.swarm.turn, [this] { if (!stage_.healing) fate_.turn(); });
    client_deeds();
    every(rest_look, [this] { look_at_rest_ = true; });
    while (!act_two_over_ && !stage_.history.failed()) step();
    stage_.history.count("seed");
    Verdict verdict{stage_.history.violation(), stage_.history.hash(), stage_.loop.steps(), stage_.loop.now() - begun_, stage_.history.coverage(), {}};
    verdict.last_lines.assign(stage_.history.last_lines().begin(), stage_.history.last_lines().end());
    return verdict;
  }

 private:
  void step() {
    if (!stage_.loop.step()) return stage_.history.violation("nothing is left to happen");
    stage_.auditor->after_step();
    fate_.look_at_power();
    fate_.look_at_moments();
    if (stage_.loop.steps() > steps_most) stage_.history.violation("no end after " + std::to_string(steps_most) + " steps");
    if (look_at_rest_ && at_rest()) {
      look_at_rest_ = false;
      stage_.history.count("rest.looked_at");
      stage_.auditor->at_rest();
    }
    if (quiet_rounds_ >= 10 && at_rest()) {
      stage_.auditor->at_end(stage_.swarm.full_inventory);
      act_two_over_ = true;
    }
  }

  bool at_rest() {
    if (!stage_.serves() || !stage_.daemon->devices_idle() || !stage_.manager()->counters().durable) return false;
    auto const next = stage_.loop.next();
    return next && *next - stage_.loop.now() >= rest_gap;
  }

  void every(Millis pause, std::function<void()> deed) {
    stage_.loop.after(pause, [this, pause, deed] {
      deed();
      every(pause, deed);
    });
  }

  void client_deeds() {
    if (calls_ >= stage_.swarm.calls) return begin_act_two();
    auto const mean = static_cast<std::uint64_t>(stage_.swarm.pause.count());
    stage_.loop.after(Millis{static_cast<long>(stage_.random.below(2 * mean) + 1)}, [this] {
      if (stage_.serves()) ++calls_, served_at_ = stage_.loop.now();
      if (stage_.loop.now() - served_at_ > silence_limit) stage_.history.violation("the daemon has not served for " + duration_text(silence_limit));
      clients_[stage_.random.below(clients_.size())]->act();
      client_deeds();
    });
  }

  void begin_act_two() {
    fate_.heal();
    healed_at_ = stage_.loop.now();
    every(Millis{30'000}, [this] { tidy(); });
  }

  // Drained: quiet in two looks after the last inventory.
  void tidy() {
    healing_.round();
    quiet_rounds_ = healing_.drained() ? quiet_rounds_ + 1 : 0;
    if (quiet_rounds_ < 10 && stage_.loop.now() - healed_at_ > drain_limit)
      stage_.history.violation("not drained " + duration_text(drain_limit) + " after everything was repaired: " + healing_.left());
  }

  Stage stage_;
  std::vector<std::unique_ptr<Client>> clients_;
  Person person_;
  Fate fate_;
  Healing healing_;
  unsigned calls_ = 0;
  unsigned quiet_rounds_ = 0;
  TimePoint const begun_ = stage_.loop.now();
  TimePoint healed_at_{}, served_at_ = begun_;
  bool look_at_rest_ = false;
  bool act_two_over_ = false;
};

}  // namespace

Verdict simulate(std::uint64_t seed, IronKind kind, bool show) { return Simulation(seed, kind, show).run(); }

}  // namespace rsm::sim
