#include "tests/sim/iron.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace rsm::sim {

void Iron::protection_lost(Element device) {
  if (device.kind != ElementKind::drive) return;
  Volume& volume = volumes[device.number];
  if (!volume.offline) return;
  volume.offline = false;
  history_.count("volume.protection_lost");
  if (strangers && random.chance(30)) stranger_opens(device.number);
}

void Iron::came_online(std::uint32_t drive) {
  volumes[drive].offline = false;
  if (tapes && strangers && random.chance(3)) stranger_opens(drive);
}

std::vector<Alert> Iron::alerts() {
  static Alert const possible[] = {{4, AlertSeverity::critical, AlertAbout::medium, "media"},
                                   {7, AlertSeverity::warning, AlertAbout::medium, "media life"},
                                   {9, AlertSeverity::critical, AlertAbout::either, "write protect"},
                                   {20, AlertSeverity::critical, AlertAbout::cleaning, "clean now"},
                                   {26, AlertSeverity::warning, AlertAbout::drive, "cooling fan"}};
  if (alert_chance == 0 || !random.chance(alert_chance)) return {};
  history_.count("drive.alert");
  return {possible[random.below(std::size(possible))]};
}

void Iron::stranger_opens(std::uint32_t drive) {
  history_.count("volume.stranger");
  volumes[drive].holders.insert("stranger");
  loop_.after(Millis{1000 + static_cast<long>(random.below(20'000))}, [this, drive] { volumes[drive].holders.erase("stranger"); });
}

void Iron::wake() {
  loop_.post([this] {
    auto const looks = std::exchange(waiting_, {});
    for (auto const& look : looks)
      if (look()) waiting_.push_back(look);
  });
}

void Iron::on_wake(std::function<bool()> look) { waiting_.push_back(std::move(look)); }

void Iron::arm_fault(emulated::Fault fault) {
  auto const kind = fault.kind;
  auto const until = fault.until;
  if (auto id = hardware.add_fault(std::move(fault), now())) {
    armed_.emplace(*id, kind);
    history_.note("fault", library + ": " + word(kind) + (until ? " until " + time_text(*until).substr(11) : ""));
    if (until) loop_.after(*until - now() + Millis{1}, [this] { wake(); });
  }
}

void Iron::count_faults() {
  auto const& plan = hardware.state().faults.faults();
  for (auto it = armed_.begin(); it != armed_.end();) {
    auto const left = std::ranges::find(plan, it->first, &emulated::Fault::id);
    bool const hit = left == plan.end() || left->used_up;
    if (hit && it->second != emulated::FaultKind::drive_dies) history_.count("fault." + word(it->second));
    if (hit && it->second == emulated::FaultKind::swapped_labels) look_at_stickers();  // they may be swapped back before anybody rests
    it = hit ? armed_.erase(it) : std::next(it);
  }
}

void Iron::heal() {
  count_faults();
  armed_.clear();
  hardware.heal(std::nullopt, now());
  (void)hardware.set_door(false, now());
  work->heal();
  wake();
}

Omid const* Iron::label_in(std::uint32_t drive) {
  auto const view = hardware.drive(drive, now());
  if (!view || !view->loaded) return nullptr;
  auto const& cartridge = hardware.state().cartridges.at(view->cartridge);
  return view->side_up < cartridge.labels.size() ? &cartridge.labels[view->side_up] : nullptr;
}

std::string Iron::loaded_in(std::uint32_t drive) {
  auto const view = hardware.drive(drive, now());
  return view && view->loaded ? view->cartridge : std::string{};
}

void Iron::format(std::uint32_t drive) {
  auto const view = hardware.drive(drive, now());
  if (!view || !view->loaded) return;
  auto state = hardware.state();
  auto& cartridge = state.cartridges.at(view->cartridge);
  if (view->side_up >= cartridge.labels.size()) return;
  Omid& label = cartridge.labels[view->side_up];
  Omid const before = label;
  label = work->new_label(cartridge.name, view->side_up);
  relabelled_.emplace_back(before, label);
  formatted_.insert(cartridge.name);
  volumes[drive].formatted = true;
  history_.note("person", library + " drive " + std::to_string(drive) + ": " + cartridge.name + " is formatted while it is in use");
  hardware = emulated::Hardware::restore(std::move(state)).value();
}

void Iron::write_label(std::uint32_t drive, Omid const& label) {
  auto const view = hardware.drive(drive, now());
  if (!view || !view->loaded) return;
  auto state = hardware.state();
  auto& cartridge = state.cartridges.at(view->cartridge);
  if (view->side_up >= cartridge.labels.size()) return;
  relabelled_.emplace_back(cartridge.labels[view->side_up], label);
  cartridge.labels[view->side_up] = label;
  formatted_.insert(cartridge.name);
  history_.count("label.written");
  history_.note("iron", library + " drive " + std::to_string(drive) + ": " + cartridge.name + " side " + std::to_string(view->side_up) + " gets the label " + label.key());
  hardware = emulated::Hardware::restore(std::move(state)).value();
}

// One that was formatted often went through several labels, and of one label there may be copies, each formatted by itself. No label is made twice.
bool Iron::became(Omid const& before, Omid const& after) const {
  return std::ranges::any_of(relabelled_, [&](auto const& step) { return step.first.same_medium(before) && (step.second.same_medium(after) || became(step.second, after)); });
}

void Iron::failed(std::uint32_t drive, bool keeps) {
  auto const* cartridge = hardware.in({ElementKind::drive, drive});
  auto& cartridges = failed_with_[drive];
  cartridges.insert(cartridge == nullptr ? std::string{} : cartridge->name + " " + cartridge->barcode);
  failed_there(drive, cartridge);
  // With each sticker it looks like another cartridge, and nobody may have seen the last exchange yet.
  if (cartridge != nullptr)
    for (auto const& sticker : stickers_[cartridge->name]) cartridges.insert(cartridge->name + " " + sticker);
  if (keeps) ++kept_[drive];
}

void Iron::not_reached(std::uint32_t drive, Element from) {
  auto const* cartridge = hardware.in(from);  // or it has arrived, whatever the answer was
  failed_there(drive, cartridge != nullptr ? cartridge : hardware.in({ElementKind::drive, drive}));
}

void Iron::failed_there(std::uint32_t drive, emulated::Cartridge const* cartridge) {
  if (cartridge == nullptr) return;
  auto& with = ever_failed_with_[drive];
  with.insert(cartridge->name);
  with.insert(cartridge->barcode);
  with.insert(stickers_[cartridge->name].begin(), stickers_[cartridge->name].end());
}

void Iron::look_at_stickers() {
  for (auto const& [name, cartridge] : hardware.state().cartridges) stickers_[name].insert(cartridge.barcode);
}

}  // namespace rsm::sim
