#include "tests/sim/stage.hpp"

#include "tests/sim/scsi_work.hpp"

namespace rsm::sim {
namespace {

// A catalog without a row, as the first start makes it: the same for every seed, so it is made once.
std::string const& new_catalog() {
  static std::string const made = [] {
    SimVfs disk("new");
    (void)db::Database::open_owner(catalog_name, disk.name());
    return disk.content(catalog_name);
  }();
  return made;
}

}  // namespace

Stage::Stage(std::uint64_t seed, IronKind kind, bool show)
    : random(seed),
      later_random(seed ^ 0x6c61746572ULL),
      core_random(seed ^ 0x636f7265ULL),
      swarm(draw_swarm(random, later_random)),
      loop(from_ms(1'767'225'600'000)),
      history(loop, show),
      vfs("sim", seed) {
  if (SeededRandom(seed ^ 0x706f6c696379ULL).chance(25)) swarm.settings.policy = SchedulerPolicy::throughput;
  SeededRandom of_house(seed ^ 0x686f757365ULL);
  swarm.house = of_house.chance(50) ? 5 + static_cast<unsigned>(of_house.below(40)) : 0;
  swarm.sides = SeededRandom(seed ^ 0x7369646573ULL).chance(50) ? 30 : 0;
  swarm.rights = SeededRandom(seed ^ 0x726967687473ULL).chance(30) ? 20 : 0;
  vfs.place(catalog_name, new_catalog());
  make_irons(kind, seed);
  auditor = std::make_unique<Auditor>(history, loop, all_irons());
}

void Stage::make_irons(IronKind kind, std::uint64_t seed) {
  SeededRandom scsi_random(seed ^ 0x73637369ULL);
  if (kind == IronKind::scsi) make_scsi(swarm, scsi_random);
  for (std::size_t i = 0; i < swarm.libraries.size(); ++i) {
    auto hardware = emulated::Hardware::make(swarm.libraries[i]).value();
    auto& iron = *irons.emplace_back(std::make_unique<Iron>(swarm.settings.libraries[i].name, std::move(hardware), loop, history, random.next()));
    iron.look_at_stickers();  // before anybody exchanges two
    iron.by_hand = i + swarm.by_hand >= swarm.libraries.size();
    iron.hints = swarm.hints;
    bool const scsi = kind == IronKind::scsi && !iron.by_hand;
    iron.work = scsi ? make_scsi_work(iron, swarm.scsi[i]) : make_emulated_work(iron);
    iron.tapes = random.chance(40);
    if (iron.tapes) iron.alert_chance = 3;
    if (!scsi) continue;
    iron.tapes = true;
    auto const& model = swarm.scsi[i].model.id;
    history.note("iron", iron.library + " is a scripted " + model);
    history.count("scsi.model." + model);
  }
}

Iron* Stage::iron(std::string const& library) {
  for (auto& each : irons)
    if (each->library == library) return each.get();
  return nullptr;
}

std::vector<Iron*> Stage::all_irons() {
  std::vector<Iron*> all;
  for (auto& each : irons) all.push_back(each.get());
  return all;
}

}  // namespace rsm::sim
