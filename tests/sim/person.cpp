#include "tests/sim/person.hpp"

namespace rsm::sim {

void Person::look() {
  for (auto& iron : stage_.irons)
    for (std::uint32_t i = 0; i < iron->hardware.state().ports.size(); ++i)
      if (iron->hardware.state().ports[i].extended && (stage_.healing || stage_.random.chance(60))) at_port(*iron, i);
}

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
  for (auto const& [name, cartridge] : hardware.state().cartridges) {
    if (cartridge.place) continue;
    if (hardware.port_put(number, "name:" + name, now)) {
      stage_.history.note("person", "puts " + name + " into port " + std::to_string(number));
      stage_.history.count("person.puts");
    }
    return;
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
      if (cartridge.place) continue;
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
