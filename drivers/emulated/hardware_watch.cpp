// Who is where in the emulated library, and what has become different since somebody began to watch.
#include "drivers/emulated/hardware.hpp"

namespace rsm::emulated {

Hardware::Hardware(HardwareState state) : state_(std::move(state)) {
  for (auto const& [name, cartridge] : state_.cartridges)
    if (cartridge.place) occupants_.emplace(*cartridge.place, name);
}

Cartridge& Hardware::edit(std::string const& name) {
  auto& cartridge = state_.cartridges.at(name);
  if (before_) before_->cartridges.try_emplace(name, cartridge);
  return cartridge;
}

Cartridge* Hardware::occupant(Element place) {
  auto const* cartridge = in(place);
  return cartridge == nullptr ? nullptr : &edit(cartridge->name);
}

void Hardware::set_place(Cartridge& cartridge, std::optional<Element> place) {
  if (cartridge.place) occupants_.erase(*cartridge.place);
  cartridge.place = place;
  if (place) occupants_.insert_or_assign(*place, cartridge.name);
}

void Hardware::watch() { before_ = Before{state_, {}}; }

bool Hardware::changed() const {
  return before_ && (static_cast<MachineState const&>(state_) != before_->machine || !changed_cartridges().empty());
}

std::vector<Cartridge> Hardware::changed_cartridges() const {
  std::vector<Cartridge> different;
  if (!before_) return different;
  for (auto const& [name, was] : before_->cartridges)
    if (auto const& is = state_.cartridges.at(name); is != was) different.push_back(is);
  return different;
}

void Hardware::undo() {
  if (!before_) return;
  Before const before = std::move(*before_);
  before_.reset();
  static_cast<MachineState&>(state_) = before.machine;
  for (auto const& [name, was] : before.cartridges) set_place(state_.cartridges.at(name), std::nullopt);
  for (auto const& [name, was] : before.cartridges) {
    if (!was) {
      state_.cartridges.erase(name);
      continue;
    }
    state_.cartridges.at(name) = *was;
    if (was->place) occupants_.insert_or_assign(*was->place, name);
  }
}

// The rare case is that something became due: else two copies of the machine are spared.
void Hardware::start_again() {
  if (before_ && !changed()) return;
  undo();
  watch();
}

// Places are given up first, then taken: cartridges may have changed theirs, and more than once.
Result<> Hardware::follow(MachineState machine, std::vector<Cartridge> const& cartridges) {
  static_cast<MachineState&>(state_) = std::move(machine);
  std::map<std::string, Cartridge const*> last;
  for (auto const& cartridge : cartridges) last.insert_or_assign(cartridge.name, &cartridge);
  for (auto const& [name, cartridge] : last)
    if (auto const known = state_.cartridges.find(name); known != state_.cartridges.end()) set_place(known->second, std::nullopt);
  for (auto const& [name, cartridge] : last) {
    state_.cartridges.insert_or_assign(name, *cartridge);
    if (!cartridge->place) continue;
    if (auto const [at, free] = occupants_.emplace(*cartridge->place, name); !free)
      return fail(Errc::bad_format, {}, at->first.text() + " holds two cartridges: " + at->second + " and " + name);
  }
  if (auto const found = machine_problems(); !found.empty()) return fail(Errc::bad_format, {}, found.front());
  return {};
}

}  // namespace rsm::emulated
