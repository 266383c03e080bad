#include "tests/sim/swarm.hpp"

#include <algorithm>
#include <stdexcept>

#include "tests/drivers/changer/scripted_library.hpp"

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

std::vector<test::LibraryModel> const& all_models() {
  static auto const models = [] {
    auto read = test::library_models(SCSI_CASES "/libraries.json");
    if (!read) throw std::runtime_error(read.error().text());
    std::erase_if(*read, [](auto const& model) { return model.elements.drive.count == 0 || model.elements.storage.count < 4; });
    return *std::move(read);
  }();
  return models;
}

// A few elements of each kind; a tape has one side, whatever the library can turn.
test::LibraryModel draw_model(SeededRandom& random) {
  auto model = all_models()[random.below(all_models().size())];
  auto const at_most = [](scsi::ElementRange& range, std::uint64_t count) {
    range.count = static_cast<std::uint16_t>(std::min<std::uint64_t>(range.count, count));
  };
  at_most(model.elements.transport, 1);
  at_most(model.elements.drive, 1 + random.below(4));
  at_most(model.elements.storage, 4 + random.below(9));
  at_most(model.elements.import_export, random.below(3));
  model.rotates = false;
  return model;
}

ScsiMix draw_mix(SeededRandom& random) {
  using Code = std::array<unsigned, 3>;
  auto const sense_of = [](Code const& code) { return test::fixed_sense(code[0], code[1], code[2]); };
  ScsiMix mix{.model = draw_model(random)};
  auto& habits = mix.habits;
  habits.nothing_of_longer = random.chance(10);
  habits.wrong_residual = random.chance(10);
  habits.end_without_code = random.chance(10);
  habits.mode_block = random.chance(20) ? 512 : 0;
  habits.knows_limits = random.chance(90);
  habits.knows_mode_6 = random.chance(90);
  habits.knows_memory = random.chance(70);
  habits.knows_alerts = random.chance(70);
  habits.knows_prevent = random.chance(80);
  constexpr double scales[] = {0.02, 0.1, 0.3, 1.0};
  mix.scale = scales[random.below(4)];
  if (random.chance(50)) habits.load_time = Millis{static_cast<long>(static_cast<double>(10'000 + random.below(60'000)) * mix.scale)};
  mix.drives_load_by_themselves = random.chance(40);
  mix.takes_out_of_loaded_drives = random.chance(25);
  constexpr Code held[] = {{5, 0x3B, 0x0E}, {5, 0x53, 0x02}, {2, 0x3A, 0x00}, {4, 0x53, 0x00}, {5, 0x3B, 0x8E}};
  mix.held_sense = sense_of(held[random.below(std::size(held))]);
  constexpr Code doors[] = {{2, 0x04, 0x83}, {2, 0x04, 0x03}, {2, 0x04, 0x84}, {2, 0x3A, 0x02}};
  mix.door_sense = sense_of(doors[random.below(std::size(doors))]);
  mix.descriptor_sense = random.chance(50);
  mix.fault_per_mille = random.chance(25) ? 0 : 1 + static_cast<unsigned>(random.below(random.chance(20) ? 60 : 15));
  return mix;
}

}  // namespace

void make_scsi(Swarm& swarm, SeededRandom& random) {
  for (std::size_t i = 0; i + swarm.by_hand < swarm.libraries.size(); ++i) {
    auto& library = swarm.libraries[i];
    ScsiMix mix = draw_mix(random);
    auto const& elements = mix.model.elements;
    library.drives = elements.drive.count;
    library.slots = elements.storage.count;
    library.ports = elements.import_export.count;
    library.sides = 1;
    library.cartridges = std::min(library.cartridges, library.slots - 1);
    swarm.scsi.push_back(std::move(mix));
  }
  if (swarm.hardware_fault == 0 && random.chance(60)) swarm.hardware_fault = 1 + static_cast<unsigned>(random.below(40));
  swarm.pause *= 1 + static_cast<long>(random.below(8));
}

namespace {

// A stand-alone drive beside the other libraries.
void add_by_hand(Swarm& s, SeededRandom& random) {
  emulated::Geometry g;
  g.drives = 1;
  g.slots = 12;
  g.ports = 0;
  g.sides = 1 + static_cast<std::uint32_t>(random.below(2));
  g.cartridges = 2 + static_cast<std::uint32_t>(random.below(4));
  g.barcode_prefix = "H";
  g.seed = random.next();
  g.timing.scale = random.chance(50) ? 0.1 : 1.0;
  LibrarySettings settings;
  settings.name = "L" + std::to_string(s.libraries.size());
  settings.standalone = true;
  settings.poll_interval = Millis{5'000 + static_cast<long>(random.below(55'000))};
  s.libraries.push_back(g);
  s.settings.libraries.push_back(std::move(settings));
  s.by_hand = 1;
  s.hints = random.chance(60);
}

}  // namespace

Swarm draw_swarm(SeededRandom& random, SeededRandom& later) {
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
  s.exchange = later.chance(40) ? 50 : 0;
  s.cleaning = later.chance(50) ? 60 : 0;
  if (later.chance(20)) add_by_hand(s, later);
  return s;
}

}  // namespace rsm::sim
