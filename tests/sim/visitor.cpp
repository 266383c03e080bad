#include "tests/sim/visitor.hpp"

#include <algorithm>

namespace rsm::sim {
namespace {

std::string called(emulated::Cartridge const& cartridge) { return "name:" + cartridge.name; }

}  // namespace

void Visitor::visit(Visit what) {
  Iron& iron = *stage_.irons[stage_.random.below(stage_.irons.size())];
  iron.hardware.settle(stage_.loop.now());
  switch (what) {
    case Visit::format: return format(iron);
    case Visit::exchange_stickers: return exchange_stickers(iron);
    case Visit::exchange_cartridges: return exchange_cartridges(iron);
    case Visit::copy: return copy(iron);
    case Visit::cleaner: return cleaner(iron);
    case Visit::replace_drive: return replace_drive(iron);
    case Visit::replace_changer: return replace_changer(iron);
    case Visit::fewer_slots: return fewer_slots(iron);
    case Visit::bad_cartridge: return bad_cartridge(iron);
    case Visit::bad_drive: return bad_drive(iron);
  }
}

void Visitor::done(std::string const& what, std::string const& line) {
  stage_.history.note("person", line);
  stage_.history.count("visit." + what);
}

std::vector<Visitor::Cartridge const*> Visitor::inside(Iron const& iron, ElementKind kind) const {
  std::vector<Cartridge const*> found;
  for (auto const& [name, cartridge] : iron.hardware.state().cartridges)
    if (cartridge.place && cartridge.place->kind == kind) found.push_back(&cartridge);
  return found;
}

// ---- labels and stickers

void Visitor::format(Iron& iron) {
  for (std::uint32_t drive = 0; drive < iron.drives(); ++drive) {
    auto const& holders = iron.volumes[drive].holders;
    bool const used = !holders.empty() && !holders.contains("stranger");
    if (!used || iron.volumes[drive].offline || iron.loaded_in(drive).empty()) continue;
    iron.format(drive);
    stage_.history.count("visit.formatted_in_use");
    return;
  }
}

void Visitor::exchange_stickers(Iron& iron) {
  auto all = inside(iron, ElementKind::slot);
  for (auto const* cartridge : inside(iron, ElementKind::drive)) all.push_back(cartridge);
  std::erase_if(all, [](Cartridge const* c) { return c->cleaner; });
  if (all.size() < 2) return;
  std::size_t const at = stage_.random.below(all.size() - 1);
  Cartridge const one = *all[at], other = *all[at + 1];
  if (!iron.hardware.swap_labels(called(one), called(other), stage_.loop.now())) return;
  iron.look_at_stickers();
  bool const moving = iron.hardware.state().motion.has_value();
  done(moving ? "stickers_exchanged_in_a_move" : "stickers_exchanged", iron.library + ": exchanges the stickers of " + one.name + " and " + other.name);
}

// ---- cartridges

// While the arm is under way: others than those it moves, or the one that has just arrived.
void Visitor::exchange_cartridges(Iron& iron) {
  auto const& motion = iron.hardware.state().motion;
  if (motion && motion->arrives && motion->to.kind == ElementKind::drive && motion->end != emulated::never && stage_.random.chance(60)) {
    stage_.loop.after(motion->end - stage_.loop.now() + Millis{1}, [this, &iron, to = motion->to] {
      auto const slots = inside(iron, ElementKind::slot);
      if (!slots.empty()) exchange(iron, to, *slots[stage_.random.below(slots.size())]->place);
    });
    return;
  }
  auto const slots = inside(iron, ElementKind::slot);
  if (slots.size() < 2) return;
  std::size_t const at = stage_.random.below(slots.size() - 1);
  exchange(iron, *slots[at]->place, *slots[at + 1]->place);
}

void Visitor::exchange(Iron& iron, Element one, Element other) {
  auto const now = stage_.loop.now();
  auto& hardware = iron.hardware;
  auto const* first = hardware.in(one);
  auto const* second = hardware.in(other);
  if (first == nullptr || second == nullptr) return;
  std::string const a = called(*first), b = called(*second);
  bool const moving = hardware.state().motion.has_value() || one.kind == ElementKind::drive;
  if (!hardware.hand_take(one, now)) return;
  if (!hardware.hand_take(other, now)) {
    (void)hardware.hand_put(a, one, now);
    return;
  }
  (void)hardware.hand_put(a, other, now);
  (void)hardware.hand_put(b, one, now);
  iron.work->touched(stage_.random);
  done(moving ? "cartridges_exchanged_in_a_move" : "cartridges_exchanged", iron.library + ": exchanges what is in " + one.text() + " and " + other.text());
}

bool Visitor::room_for_one_more(Iron const& iron) const { return iron.hardware.state().cartridges.size() < iron.hardware.state().slots_ever; }

void Visitor::bring(Iron& iron, Cartridge cartridge) {
  auto const now = stage_.loop.now();
  std::string const name = called(cartridge);
  if (!iron.hardware.add_cartridge(std::move(cartridge), now) || stage_.random.chance(50)) return;
  iron.work->touched(stage_.random);
  for (std::uint32_t slot = 0; slot < iron.hardware.state().slots; ++slot)
    if (iron.hardware.in({ElementKind::slot, slot}) == nullptr && iron.hardware.hand_put(name, {ElementKind::slot, slot}, now)) return;
}

// Of a cartridge that is mounted, in its place, or away; with the same sticker or another one.
void Visitor::copy(Iron& iron) {
  if (!room_for_one_more(iron)) return;
  auto const now = stage_.loop.now();
  std::vector<Cartridge const*> originals;
  for (auto const& [name, cartridge] : iron.hardware.state().cartridges) {
    bool const copied = std::ranges::any_of(iron.copies(), [&](Copy const& copy) { return copy.copy == name || copy.original == name; });
    bool const in_arm = cartridge.place && cartridge.place->kind == ElementKind::arm;
    if (!cartridge.cleaner && !copied && !in_arm) originals.push_back(&cartridge);
  }
  if (originals.empty()) return;
  Cartridge const original = *originals[stage_.random.below(originals.size())];
  bool const same_sticker = stage_.random.chance(35);
  Cartridge made = original;
  made.place.reset();
  made.source.reset();
  made.name = iron.hardware.free_name("X" + std::to_string(100 + iron.copies().size()));
  made.barcode = same_sticker ? original.barcode : made.name;
  bool const mounted = original.place && original.place->kind == ElementKind::drive;
  std::optional<Element> place = original.place;
  if (place && place->kind == ElementKind::slot && stage_.random.chance(50) && iron.hardware.hand_take(*place, now)) place.reset();
  std::string const when = mounted ? "mounted" : place ? "present" : "away";
  done("copy_while_" + when, iron.library + ": " + made.name + " (bar code " + made.barcode + ") is made a copy of " + original.name + ", which is " + when);
  stage_.history.count(same_sticker ? "visit.copy_with_the_same_sticker" : "visit.copy_with_another_sticker");
  iron.copied({made.name, original.name, made.barcode, original.barcode});
  bring(iron, std::move(made));
}

void Visitor::cleaner(Iron& iron) {
  if (!room_for_one_more(iron)) return;
  auto const& all = iron.hardware.state().cartridges;
  auto const there = std::ranges::count_if(all, [](auto const& entry) { return entry.second.cleaner; });
  if (there >= 2) return;
  Cartridge made;
  made.name = iron.hardware.free_name("CLN" + std::to_string(there + 1));
  made.barcode = "CLN00" + std::to_string(there + 1) + "L1";
  made.cleaner = true;
  done("cleaner", iron.library + ": brings the cleaning cartridge " + made.barcode);
  bring(iron, std::move(made));
}

// No drive can load it any more.
void Visitor::bad_cartridge(Iron& iron) {
  auto const& faults = iron.hardware.state().faults.faults();
  if (std::ranges::any_of(faults, [](emulated::Fault const& f) { return f.kind == emulated::FaultKind::load_fails && f.count == 0 && !f.cartridge.empty(); })) return;
  auto const all = inside(iron, ElementKind::slot);
  if (all.empty()) return;
  Cartridge const bad = *all[stage_.random.below(all.size())];
  emulated::Fault fault;
  fault.kind = emulated::FaultKind::load_fails;
  fault.cartridge = called(bad);
  fault.count = 0;
  iron.arm_fault(fault);
  done("bad_cartridge", iron.library + ": " + bad.name + " cannot be loaded any more");
}

// ---- devices

void Visitor::bad_drive(Iron& iron) {
  emulated::Fault fault;
  fault.kind = emulated::FaultKind::load_fails;
  fault.element = Element{ElementKind::drive, static_cast<std::uint32_t>(stage_.random.below(iron.drives()))};
  fault.count = 0;
  fault.until = stage_.loop.now() + stage_.between(300'000, 3'000'000);
  iron.arm_fault(fault);
  done("bad_drive", iron.library + ": " + fault.element->text() + " loads nothing for some time");
}

void Visitor::replace_drive(Iron& iron) {
  auto const drive = static_cast<std::uint32_t>(stage_.random.below(iron.drives()));
  auto const identity = iron.hardware.replace_drive(drive, {}, stage_.loop.now());
  if (!identity) return;
  iron.volumes[drive] = {};
  done("drive_replaced", iron.library + ": drive " + std::to_string(drive) + " is replaced by " + identity->serial);
}

void Visitor::replace_changer(Iron& iron) {
  auto const identity = iron.hardware.replace_changer({}, stage_.loop.now());
  if (identity) done("changer_replaced", iron.library + ": the changer is replaced by " + identity->serial);
}

// For some time, or until act two.
void Visitor::fewer_slots(Iron& iron) {
  auto const& state = iron.hardware.state();
  if (state.slots < state.slots_ever || state.slots < 2) return;
  auto const fewer = state.slots - 1 - static_cast<std::uint32_t>(stage_.random.below(std::min(state.slots - 1, 3U)));
  if (!iron.hardware.set_slots(fewer, stage_.loop.now())) return;
  done("fewer_slots", iron.library + ": has only " + std::to_string(fewer) + " slots now");
  if (stage_.random.chance(70)) return;
  stage_.loop.after(stage_.between(10'000, 600'000), [this, &iron] {
    if (iron.hardware.set_slots(iron.hardware.state().slots_ever, stage_.loop.now())) stage_.history.note("person", iron.library + ": has all its slots again");
  });
}

}  // namespace rsm::sim
