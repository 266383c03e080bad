#include "tests/sim/stage.hpp"

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

Stage::Stage(std::uint64_t seed, bool show)
    : random(seed),
      core_random(seed ^ 0x636f7265ULL),
      swarm(draw_swarm(random)),
      loop(from_ms(1'767'225'600'000)),
      history(loop, show),
      vfs("sim", seed) {
  vfs.place(catalog_name, new_catalog());
  for (std::size_t i = 0; i < swarm.libraries.size(); ++i) {
    irons.push_back(std::make_unique<Iron>(swarm.settings.libraries[i].name, emulated::Hardware::make(swarm.libraries[i]).value(), loop, history, random.next()));
    irons.back()->tapes = random.chance(40);
    if (irons.back()->tapes) irons.back()->alert_chance = 3;
  }
  auditor = std::make_unique<Auditor>(history, loop, all_irons());
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
