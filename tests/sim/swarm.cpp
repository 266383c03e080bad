#include "tests/sim/swarm.hpp"

namespace rsm::sim {
namespace {

emulated::Geometry draw_library(SeededRandom& random, std::size_t number) {
  emulated::Geometry g;
  g.drives = 1 + static_cast<std::uint32_t>(random.below(4));
  g.slots = random.chance(15) ? 20 + static_cast<std::uint32_t>(random.below(21)) : 4 + static_cast<std::uint32_t>(random.below(9));
  g.ports = static_cast<std::uint32_t>(random.below(3));
  g.sides = 1 + static_cast<std::uint32_t>(random.below(2));
  std::uint32_t const most = std::min(g.slots, 10U);
  g.cartridges = 2 + static_cast<std::uint32_t>(random.below(most - 1));
  g.barcode_prefix = std::string(1, static_cast<char>('A' + number));
  g.seed = random.next();
  constexpr double scales[] = {0.02, 0.1, 0.3, 1.0};
  g.timing.scale = scales[random.below(4)];
  return g;
}

LibrarySettings draw_settings(SeededRandom& random, std::size_t number) {
  LibrarySettings s;
  s.name = "L" + std::to_string(number);
  s.defer_dismount_delay = Millis{10'000 + static_cast<long>(random.below(300'000))};
  s.inventory_method = random.chance(20) ? InventoryMethod::omid : InventoryMethod::fast;
  s.auto_recovery = random.chance(85);
  s.port_max_extend = Millis{20'000 + static_cast<long>(random.below(100'000))};
  return s;
}

}  // namespace

Swarm draw_swarm(SeededRandom& random) {
  Swarm s;
  std::size_t const libraries = random.chance(25) ? 2 : 1;
  for (std::size_t i = 0; i < libraries; ++i) {
    s.libraries.push_back(draw_library(random, i));
    s.settings.libraries.push_back(draw_settings(random, i));
  }
  s.settings.session_grace = Millis{5'000 + static_cast<long>(random.below(60'000))};
  s.settings.fairness_limit = Millis{60'000 + static_cast<long>(random.below(900'000))};
  s.settings.policy = random.chance(30) ? SchedulerPolicy::strict : SchedulerPolicy::batch;
  s.settings.on_restart = random.chance(20) ? OnRestart::cancel : OnRestart::resume;
  s.settings.shares.priority_max_user = 7;  // half of what clients ask for is refused to those who are no administrators
  s.clients = 2 + static_cast<unsigned>(random.below(5));
  s.calls = 120 + static_cast<unsigned>(random.below(160));
  s.pause = Millis{500 + static_cast<long>(random.below(12'000))};
  s.full_inventory = random.chance(25);
  s.turn = Millis{10'000 + static_cast<long>(random.below(40'000))};
  for (auto kind : emulated::all_fault_kinds())
    if (random.chance(40)) s.hardware_faults.push_back(kind);
  auto const rate = [&](unsigned most) { return random.chance(30) ? 0U : static_cast<unsigned>(random.below(most + 1)); };
  s.hardware_fault = s.hardware_faults.empty() ? 0 : rate(50);
  s.handler_fault = rate(15);
  s.disk_fault = rate(6);
  s.slow_commit = rate(10);
  s.restart = rate(8);
  s.link_break = rate(12);
  for (auto visit : all_visits)
    if (random.chance(30)) s.visits.push_back(visit);
  s.visit = s.visits.empty() ? 0 : rate(20);
  s.restart_at_moment = random.chance(40) ? 1 + static_cast<unsigned>(random.below(6)) : 0;
  s.library_away = random.chance(libraries == 2 ? 50 : 15) ? 20 : 0;
  return s;
}

}  // namespace rsm::sim
