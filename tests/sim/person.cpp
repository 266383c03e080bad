#include "tests/sim/person.hpp"

#include <algorithm>

namespace rsm::sim {

void Person::look() {
  for (auto& iron : stage_.irons)
    for (std::uint32_t i = 0; i < iron->hardware.state().ports.size(); ++i)
      if (iron->hardware.state().ports[i].extended && (stage_.healing || stage_.random.chance(60))) at_port(*iron, i);
  for (auto& iron : stage_.irons)
    if (iron->by_hand)
      at_drive(*iron);
    else
      at_door(*iron);
}

// Opens it when it is unlocked for somebody, and closes it again; has what the library wants in the hand: a cleaning cartridge.
void Person::at_door(Iron& iron) {
  auto& random = stage_.later_random;
  auto& hardware = iron.hardware;
  auto const now = stage_.loop.now();
  hardware.settle(now);
  if (iron.opened_by_person && hardware.state().door_open && (stage_.healing || random.chance(30))) {
    iron.opened_by_person = false;
    if (hardware.set_door(false, now)) stage_.history.count("person.closes_door");
    return;
  }
  bool const unlocked = hardware.state().door_locked.has_value() && !*hardware.state().door_locked;
  if (!unlocked || hardware.state().door_open || stage_.healing || !random.chance(50) || !hardware.set_door(true, now)) return;
  iron.opened_by_person = true;
  stage_.history.note("person", iron.library + ": opens the door");
  stage_.history.count("person.opens_door");
}

// Who puts in a cleaning cartridge has a new one when there is none.
void Person::bring_cleaner(Iron& iron) {
  auto const* library = stage_.serves() ? library_of(iron) : nullptr;
  if (library == nullptr) return;
  auto const& requests = stage_.manager()->world().requests;
  bool const wanted = std::ranges::any_of(requests, [&](auto const& r) { return r.second.library == library->record.id && r.second.operation == Operation::inject_cleaner && r.second.state == RequestState::inprocess; });
  auto const& all = iron.hardware.state().cartridges;
  bool const has_one = std::ranges::any_of(all, [](auto const& entry) { return entry.second.cleaner && !entry.second.place; });
  if (!wanted || has_one || std::ranges::count_if(all, [](auto const& entry) { return entry.second.cleaner; }) > 6) return;
  emulated::Cartridge made;
  made.cleaner = true;
  made.barcode = "CLN1" + std::to_string(all.size()) + "L1";
  made.name = iron.hardware.free_name("CLN" + std::to_string(all.size()));
  if (iron.hardware.add_cartridge(std::move(made), stage_.loop.now())) stage_.history.count("person.brings_cleaner");
}

// ---- a stand-alone drive

namespace {

constexpr Element the_drive{ElementKind::drive, 0};

}  // namespace

LibraryEntry const* Person::library_of(Iron const& iron) {
  for (auto const& [id, library] : stage_.manager()->world().libraries)
    if (library.record.name == iron.library) return &library;
  return nullptr;
}

void Person::did(Iron& iron, port::DriveHint hint, std::string const& what, std::string const& line) {
  iron.hand_at = stage_.loop.now();
  stage_.history.note("person", iron.library + ": " + line);
  stage_.history.count("person." + what);
  if (iron.hints && stage_.daemon) stage_.daemon->hint(iron.library, hint);
}

// Somebody uses it, as far as anybody knows.
bool Person::kept_in(Iron const& iron) {
  auto const* library = stage_.serves() ? library_of(iron) : nullptr;
  if (library == nullptr || library->drives.empty() || !iron.volumes[0].holders.empty()) return true;
  return stage_.manager()->world().drive(library->drives.begin()->second)->hot.state == DriveState::loaded;
}

// The drive has let go of it, or an operator is asked to.
bool Person::is_to_take_out(Iron const& iron) {
  World const& world = stage_.manager()->world();
  DriveId const id = library_of(iron)->drives.begin()->second;
  bool const asked = std::ranges::any_of(world.operator_requests, [id](auto const& o) { return o.second.kind == OperatorKind::take_out && o.second.argument1 == id.guid; });
  return asked || (stage_.healing && world.drive(id)->hot.state == DriveState::unloaded);
}

std::vector<std::string> Person::on_the_shelf(Iron const& iron) {
  std::vector<std::string> names;
  for (auto const& [name, cartridge] : iron.hardware.state().cartridges)
    if (cartridge.place && cartridge.place->kind == ElementKind::slot && !cartridge.cleaner) names.push_back(name);
  return names;
}

// The cartridge that an operator is asked to insert, by its label; empty: none, or it is not found.
std::string Person::wanted_in(Iron const& iron) {
  auto const* library = stage_.serves() ? library_of(iron) : nullptr;
  if (library == nullptr) return {};
  World const& world = stage_.manager()->world();
  for (auto const& [id, asked] : world.operator_requests) {
    auto const medium = world.media.find(MediumId{asked.argument1});
    if (asked.kind != OperatorKind::bring_medium || asked.argument2 != library->record.id.guid || medium == world.media.end()) continue;
    for (auto const& [name, cartridge] : iron.hardware.state().cartridges)
      for (auto const& label : cartridge.labels)
        if (std::ranges::any_of(medium->second.sides, [&](Side const& side) { return side.omid && side.omid->same_medium(label); })) return name;
  }
  return {};
}

void Person::at_drive(Iron& iron) {
  auto& random = stage_.later_random;
  auto& hardware = iron.hardware;
  auto const now = stage_.loop.now();
  hardware.settle(now);
  if (!iron.plugged && (stage_.healing || random.chance(10))) {
    iron.plugged = true;
    return did(iron, port::DriveHint::came_or_went, "plugs_in", "the drive is plugged in again");
  }
  if (!iron.plugged || iron.in_hand.contains(the_drive)) return;
  if (!stage_.healing && random.chance(1)) {
    iron.plugged = false;
    return did(iron, port::DriveHint::came_or_went, "unplugs", "the drive is pulled out");
  }
  std::string const wanted = wanted_in(iron);
  auto const* inside = hardware.in(the_drive);
  if (inside != nullptr) {
    if (kept_in(iron)) return;
    std::string const name = inside->name;
    bool const other = !wanted.empty() && wanted != name && (stage_.healing || random.chance(50));
    if (!is_to_take_out(iron) && !other && (stage_.healing || !random.chance(3))) return;
    if (!hardware.hand_pull(0, now)) return;
    for (std::uint32_t slot = 0; slot < hardware.state().slots; ++slot)
      if (hardware.in({ElementKind::slot, slot}) == nullptr && hardware.hand_put("name:" + name, {ElementKind::slot, slot}, now)) break;
    return did(iron, port::DriveHint::medium_changed, "pulls_out", "takes " + name + " out of the drive");
  }
  auto const shelf = on_the_shelf(iron);
  std::string name;
  if (!stage_.healing && !shelf.empty() && random.chance(8)) name = shelf[random.below(shelf.size())];
  if (std::ranges::find(shelf, wanted) != shelf.end() && (stage_.healing || random.chance(70))) name = wanted;
  if (name.empty() || !hardware.hand_take(*hardware.state().cartridges.at(name).place, now)) return;
  if (!hardware.hand_put("name:" + name, the_drive, now)) return;
  did(iron, port::DriveHint::medium_changed, "inserts", "puts " + name + " into the drive");
}

// ---- ports

void Person::at_port(Iron& iron, std::uint32_t number) {
  auto const now = stage_.loop.now();
  auto& hardware = iron.hardware;
  if (auto const* inside = hardware.in({ElementKind::port, number}); inside != nullptr) {
    if (auto taken = hardware.port_take(number, now)) {
      stage_.history.note("person", "takes " + *taken + " out of port " + std::to_string(number));
      stage_.history.count("person.takes");
    }
    return;
  }
  bring_cleaner(iron);
  for (auto const& [name, cartridge] : hardware.state().cartridges) {
    if (cartridge.place || iron.laid_aside.contains(name)) continue;
    if (hardware.port_put(number, "name:" + name, now)) {
      stage_.history.note("person", "puts " + name + " into port " + std::to_string(number));
      stage_.history.count("person.puts");
    }
    return;
  }
}

namespace {

bool is_in_a_drive(emulated::Cartridge const& cartridge) { return cartridge.place && cartridge.place->kind == ElementKind::drive; }

// What is in a drive wants a slot, too.
bool has_room(emulated::Hardware const& hardware) {
  auto const& cartridges = hardware.state().cartridges;
  auto const in_slots = std::ranges::count_if(cartridges, [](auto const& entry) { return entry.second.place && entry.second.place->kind == ElementKind::slot; });
  auto const in_drives = std::ranges::count_if(cartridges, [](auto const& entry) { return is_in_a_drive(entry.second); });
  return static_cast<std::uint32_t>(in_slots + in_drives) < hardware.state().slots;
}

}  // namespace

void Person::make_room(LibraryEntry const& library, std::optional<std::uint32_t> from) {
  World const& world = stage_.manager()->world();
  auto const iron = std::ranges::find(stage_.irons, library.record.name, [](auto const& one) { return one->library; });
  if (iron == stage_.irons.end() || (*iron)->by_hand) return;
  auto& hardware = (*iron)->hardware;
  auto const now = stage_.loop.now();
  hardware.settle(now);
  auto const wanted = [&](emulated::Cartridge const& cartridge) {
    return std::ranges::any_of(world.requests, [&](auto const& entry) {
      auto const medium = world.media.find(entry.second.medium);
      return medium != world.media.end() && medium->second.barcode == cartridge.barcode;
    });
  };
  std::optional<Element> best;
  for (std::uint32_t slot = 0; slot < hardware.state().slots; ++slot) {
    auto const* cartridge = hardware.in({ElementKind::slot, slot});
    if (cartridge != nullptr && (from == slot || !best || !wanted(*cartridge))) best = Element{ElementKind::slot, slot};
    if (cartridge != nullptr && from == slot) break;
  }
  if (!best) return;
  std::string const name = hardware.in(*best)->name;
  if (!hardware.hand_take(*best, now)) return;
  (*iron)->laid_aside.insert(name);
  (*iron)->work->touched(stage_.random);
  stage_.history.note("person", "takes " + name + " out of " + best->text() + " to make room");
  stage_.history.count("person.makes_room");
}

// What lies in a port and is asked about is put into a slot by hand: put_all_back() does that where one is empty.
void Person::make_room_for_port(std::set<Guid> const& about) {
  World const& world = stage_.manager()->world();
  for (auto const& [id, library] : world.libraries) {
    bool const its = about.contains(id.guid) || std::ranges::any_of(library.ports, [&](auto const& port) { return about.contains(port.second.id.guid); });
    auto const iron = std::ranges::find(stage_.irons, library.record.name, [](auto const& one) { return one->library; });
    if (its && iron != stage_.irons.end() && !has_room((*iron)->hardware)) make_room(library, {});
  }
}

bool Person::put_all_back() {
  bool did = false;
  for (auto& iron : stage_.irons) {
    auto const now = stage_.loop.now();
    auto& hardware = iron->hardware;
    hardware.settle(now);
    if (hardware.state().slots < hardware.state().slots_ever && hardware.set_slots(hardware.state().slots_ever, now)) did = true;
    auto const cartridges = hardware.state().cartridges;
    for (auto const& [name, cartridge] : cartridges) {  // out of a port where it was left
      if (!cartridge.place || cartridge.place->kind != ElementKind::port) continue;
      for (std::uint32_t slot = 0; slot < hardware.state().slots && !did; ++slot)
        did = hardware.in({ElementKind::slot, slot}) == nullptr && hardware.hand_move(*cartridge.place, {ElementKind::slot, slot}, now).has_value();
    }
    for (auto const& [name, cartridge] : cartridges) {
      if (cartridge.place || iron->laid_aside.contains(name) || !has_room(hardware)) continue;
      for (std::uint32_t slot = 0; slot < hardware.state().slots; ++slot) {
        if (hardware.in({ElementKind::slot, slot}) != nullptr) continue;
        if (!hardware.hand_put("name:" + name, {ElementKind::slot, slot}, now)) continue;
        stage_.history.note("person", "puts " + name + " into slot " + std::to_string(slot));
        did = true;
        iron->work->touched(stage_.random);
        break;
      }
    }
  }
  return did;
}

}  // namespace rsm::sim
