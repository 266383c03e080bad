// What persons do to the emulated library, by themselves or as a fault, and what whoever runs the emulation does.
#include <algorithm>

#include "drivers/emulated/hardware.hpp"
#include "drivers/emulated/limits.hpp"

namespace rsm::emulated {
namespace {

constexpr char const* barcode_rule = "a bar code has up to 32 printable characters of ASCII, and no blank at an end";

}  // namespace

Result<Cartridge const*> Hardware::find(std::string_view said) const {
  constexpr std::string_view by_name = "name:";
  std::string const object = "cartridge " + std::string(said);
  std::string const name(said.starts_with(by_name) ? said.substr(by_name.size()) : said);
  Cartridge const* found = nullptr;
  std::string several;
  for (auto const& [each, cartridge] : state_.cartridges) {
    if (said.empty() || cartridge.barcode != said) continue;
    several += (found == nullptr ? "" : ", ") + std::string(by_name) + each;
    if (found != nullptr) continue;
    found = &cartridge;
  }
  if (several.contains(',')) return fail(Errc::invalid_parameter, object, "several carry this bar code; say which: " + several);
  if (found != nullptr) return found;
  if (auto const at = state_.cartridges.find(name); at != state_.cartridges.end()) return &at->second;
  return fail(Errc::object_not_found, object, "no cartridge carries this bar code or has this name");
}

Result<Cartridge*> Hardware::named(std::string_view cartridge) {
  RSM_TRY(auto const* found, find(cartridge));
  return &edit(found->name);
}

// A person reaches slots, retracted ports too (from inside), and drives that do not hold their cartridge.
Result<> Hardware::hand_reaches(Element place) const {
  if (!exists(place)) return fail(Errc::resource_not_present, place.text(), "the library has no such element");
  if (place.kind == ElementKind::arm) return fail(Errc::invalid_parameter, place.text(), "nobody reaches into the arm");
  if (magazine_out(place)) return fail(Errc::invalid_operation, place.text(), "its magazine is taken out");
  if (state_.motion && (state_.motion->from == place || state_.motion->to == place))
    return fail(Errc::busy, place.text(), "the arm is moving a cartridge from or to it");
  if (place.kind != ElementKind::drive) return {};
  auto const phase = state_.drives[place.number].phase;
  if (phase == DrivePhase::empty || phase == DrivePhase::inserted) return {};
  return fail(Errc::invalid_operation, place.text(), "the drive holds its cartridge; unload it first");
}

void Hardware::put_down(Cartridge& cartridge, Element place, std::uint32_t side_up, TimePoint now) {
  set_place(cartridge, place);
  if (place.kind != ElementKind::drive) return;
  drive_state(place).phase = DrivePhase::inserted;
  drive_state(place).side_up = side_up;
  drive_state(place).trouble.reset();
  if (cartridge.cleaner && !dead(place.number, now)) begin_cleaning(place, now);
}

// Nobody has to load it.
void Hardware::begin_cleaning(Element place, TimePoint now) {
  auto& drive = drive_state(place);
  drive.phase = DrivePhase::loading;
  drive.length = scaled(state_.timing.load);
  drive.end = now + drive.length;
  drive.will_fail = false;
}

void Hardware::pick_up(Cartridge& cartridge) {
  if (cartridge.place && cartridge.place->kind == ElementKind::drive) {
    auto& drive = drive_state(*cartridge.place);
    drive.phase = DrivePhase::empty;
    drive.side_up = 0;
  }
  set_place(cartridge, std::nullopt);
}

void Hardware::take_in_hand(Cartridge& cartridge) {
  pick_up(cartridge);
  cartridge.source.reset();
}

std::optional<Element> Hardware::first_free_slot() const {
  for (std::uint32_t i = 0; i < state_.slots; ++i) {
    Element const slot{ElementKind::slot, i};
    if (in(slot) == nullptr && hand_reaches(slot)) return slot;
  }
  return std::nullopt;
}

Result<> Hardware::hand_move(Element from, Element to, TimePoint now) {
  settle(now);
  RSM_CHECK(hand_reaches(from));
  RSM_CHECK(hand_reaches(to));
  Cartridge* const cartridge = occupant(from);
  if (cartridge == nullptr) return fail(Errc::empty, from.text(), "there is no cartridge to take");
  if (in(to) != nullptr) return fail(Errc::not_empty, to.text(), "cartridge " + in(to)->name + " is in it");
  take_in_hand(*cartridge);
  put_down(*cartridge, to, 0, now);
  return {};
}

Result<std::string> Hardware::hand_take(Element from, TimePoint now) {
  settle(now);
  RSM_CHECK(hand_reaches(from));
  Cartridge* const cartridge = occupant(from);
  if (cartridge == nullptr) return fail(Errc::empty, from.text(), "there is no cartridge to take");
  take_in_hand(*cartridge);
  return cartridge_word(*cartridge);
}

Result<std::string> Hardware::hand_pull(std::uint32_t number, TimePoint now) {
  settle(now);
  Element const from{ElementKind::drive, number};
  if (!exists(from)) return fail(Errc::resource_not_present, from.text(), "the library has no such drive");
  if (state_.motion && (state_.motion->from == from || state_.motion->to == from))
    return fail(Errc::busy, from.text(), "the arm is moving a cartridge from or to it");
  Cartridge* const cartridge = occupant(from);
  if (cartridge == nullptr) return fail(Errc::empty, from.text(), "there is no cartridge to take");
  take_in_hand(*cartridge);
  auto& drive = state_.drives[number];
  drive = DriveState{.identity = drive.identity, .loads = drive.loads, .dirty = drive.dirty, .told = drive.told};
  return cartridge_word(*cartridge);
}

Result<> Hardware::hand_put(std::string_view barcode, Element to, TimePoint now) {
  settle(now);
  RSM_TRY(Cartridge * cartridge, named(barcode));
  RSM_CHECK(hand_reaches(to));
  if (cartridge->place)
    return fail(Errc::invalid_operation, "cartridge " + cartridge->barcode,
                "it is in " + cartridge->place->text() + ", not in a person's hand");
  if (in(to) != nullptr) return fail(Errc::not_empty, to.text(), "cartridge " + in(to)->name + " is in it");
  put_down(*cartridge, to, 0, now);
  return {};
}

Result<> Hardware::swap_labels(std::string_view barcode_a, std::string_view barcode_b, TimePoint now) {
  settle(now);
  RSM_TRY(Cartridge * a, named(barcode_a));
  RSM_TRY(Cartridge * b, named(barcode_b));
  if (a == b) return fail(Errc::invalid_parameter, "cartridge " + a->barcode, "two cartridges are needed to swap their labels");
  std::swap(a->barcode, b->barcode);
  return {};
}

Result<> Hardware::soil_label(std::string_view barcode, bool unreadable, TimePoint now) {
  settle(now);
  RSM_TRY(Cartridge * cartridge, named(barcode));
  cartridge->barcode_unreadable = unreadable;
  return {};
}

Result<> Hardware::put_label(std::string_view said, std::string_view barcode, TimePoint now) {
  settle(now);
  RSM_TRY(Cartridge * cartridge, named(said));
  if (!valid_barcode(barcode)) return fail(Errc::invalid_parameter, "bar code", barcode_rule);
  cartridge->barcode = barcode;
  cartridge->barcode_unreadable = false;
  return {};
}

Result<> Hardware::set_write_protect(std::string_view barcode, bool on, TimePoint now) {
  settle(now);
  RSM_TRY(Cartridge * cartridge, named(barcode));
  if (cartridge->place && cartridge->place->kind == ElementKind::drive)
    return fail(Errc::invalid_operation, cartridge->place->text(), "nobody reaches the tab of a cartridge in a drive");
  cartridge->write_protected = on;
  return {};
}

Result<> Hardware::port_put(std::uint32_t number, std::string_view barcode, TimePoint now) {
  settle(now);
  Element const port{ElementKind::port, number};
  if (!exists(port)) return fail(Errc::resource_not_present, port.text(), "the library has no such port");
  if (!state_.ports[number].extended)
    return fail(Errc::invalid_operation, port.text(), "it is retracted: the library must extend it first");
  return hand_put(barcode, port, now);
}

Result<std::string> Hardware::port_take(std::uint32_t number, TimePoint now) {
  settle(now);
  Element const port{ElementKind::port, number};
  if (!exists(port)) return fail(Errc::resource_not_present, port.text(), "the library has no such port");
  if (!state_.ports[number].extended)
    return fail(Errc::invalid_operation, port.text(), "it is retracted: the library must extend it first");
  return hand_take(port, now);
}

Result<> Hardware::port_press(std::uint32_t number, TimePoint now) {
  settle(now);
  Element const port{ElementKind::port, number};
  if (!exists(port)) return fail(Errc::resource_not_present, port.text(), "the library has no such port");
  if (!state_.ports[number].extended) return fail(Errc::invalid_operation, port.text(), "it is retracted and locked already");
  state_.ports[number].extended = false;
  return {};
}

Result<> Hardware::set_door(bool open, TimePoint now) {
  settle(now);
  if (open && state_.motion) return fail(Errc::busy, "door", "it is locked while the arm moves");
  if (open && state_.door_locked.value_or(false)) return fail(Errc::invalid_operation, "door", "it is locked: the library must unlock it first");
  state_.door_open = open;
  state_.door_closes.reset();
  return {};
}

Result<> Hardware::soil_drive(std::uint32_t number, TimePoint now) {
  settle(now);
  if (!exists({ElementKind::drive, number})) return fail(Errc::resource_not_present, Element{ElementKind::drive, number}.text(), "the library has no such drive");
  auto& drive = state_.drives[number];
  drive.dirty = true;
  drive.told.reset();
  return {};
}

void Hardware::happen_by_hand(Concerned const& command, TimePoint now) {
  auto const plan = state_.faults.faults();
  for (auto const& fault : plan)
    if (done_by_hand(fault.kind) && happens(fault, command, now)) state_.faults.spend(fault.id);
}

// False: it cannot happen now (the cartridge is in a loaded drive ...), so the fault stays armed.
bool Hardware::happens(Fault const& fault, Concerned const& command, TimePoint now) {
  if (fault.kind == FaultKind::door_open) {
    if (state_.motion) return false;  // whoever has the key opens it
    state_.door_open = true;
    state_.door_closes = fault.until;
    return true;
  }
  Cartridge* const cartridge = taken_by_person(fault, command);
  if (cartridge == nullptr || !cartridge->place) return false;
  if (fault.kind == FaultKind::taken_by_hand) return hand_take(*cartridge->place, now).has_value();
  if (fault.kind == FaultKind::moved_by_hand) {
    auto const to = fault.to ? fault.to : first_free_slot();
    return to && hand_move(*cartridge->place, *to, now).has_value();
  }
  Cartridge* const other = fault.other.empty() ? next_in_library(*cartridge) : &edit(fault.other);
  if (other == nullptr || other == cartridge) return false;
  std::swap(cartridge->barcode, other->barcode);
  return true;
}

Cartridge* Hardware::taken_by_person(Fault const& fault, Concerned const& command) {
  if (!fault.cartridge.empty()) return &edit(fault.cartridge);
  if (fault.element) return occupant(*fault.element);
  if (!command.cartridge.empty()) return &edit(command.cartridge);
  std::string const* first = nullptr;
  for (auto const& [place, name] : occupants_)
    if (place.kind == ElementKind::slot && (first == nullptr || name < *first)) first = &name;
  return first == nullptr ? nullptr : &edit(*first);
}

// The cartridge with the next name that is in the library, from the first again after the last.
Cartridge* Hardware::next_in_library(Cartridge const& after) {
  auto const& all = state_.cartridges;
  auto const here = [&](auto const& entry) { return entry.second.place && entry.first != after.name; };
  auto next = std::find_if(all.upper_bound(after.name), all.end(), here);
  if (next == all.end()) next = std::find_if(all.begin(), all.end(), here);
  return next == all.end() ? nullptr : &edit(next->first);
}

Result<FaultId> Hardware::add_fault(Fault fault, TimePoint now) {
  settle(now);
  for (auto const& element : {fault.element, fault.to})
    if (element && !exists(*element)) return fail(Errc::resource_not_present, element->text(), "the library has no such element");
  for (auto* barcode : {&fault.cartridge, &fault.other}) {
    if (barcode->empty()) continue;
    RSM_TRY(Cartridge * cartridge, named(*barcode));
    *barcode = cartridge->name;
  }
  if (fault.until && *fault.until <= now) return fail(Errc::invalid_parameter, "duration", "the fault would be over before it begins");
  if (fault.kind == FaultKind::drive_dies && fault.element && fault.element->kind != ElementKind::drive)
    return fail(Errc::invalid_parameter, fault.element->text(), "only a drive can stop to answer");
  if (fault.to && fault.kind != FaultKind::moved_by_hand && !about_a_range(fault.kind))
    return fail(Errc::invalid_parameter, fault.to->text(), "only moved_by_hand has a destination, and only elements_fail and elements_hang a last element");
  if (about_a_range(fault.kind) && fault.to && (!fault.element || fault.element->kind != fault.to->kind || *fault.to < *fault.element))
    return fail(Errc::invalid_parameter, fault.to->text(), "a range has a first element of the same kind before its last");
  if (!fault.other.empty() && fault.kind != FaultKind::swapped_labels)
    return fail(Errc::invalid_parameter, "cartridge " + fault.other, "only swapped_labels has another cartridge");
  if (state_.faults.faults().size() >= limits::emulator_faults_max)
    return fail(Errc::not_empty, "fault plan", "it is full; heal some faults first");
  return state_.faults.add(std::move(fault));
}

std::size_t Hardware::heal(std::optional<FaultKind> kind, TimePoint now) {
  settle(now);
  std::size_t const removed = state_.faults.remove(kind);
  if (state_.motion && state_.motion->held_by != 0 && !holds(state_.motion->held_by, now))
    state_.motion->end = std::min(state_.motion->end, now + state_.motion->length);
  for (auto& drive : state_.drives)
    if (drive.held_by != 0 && !holds(drive.held_by, now)) drive.end = std::min(drive.end, now + drive.length);
  settle(now);
  return removed;
}

Result<> Hardware::set_scale(double scale, TimePoint now) {
  settle(now);
  if (!(scale >= 0 && scale <= limits::emulator_scale_max)) return fail(Errc::invalid_parameter, "timing", "a factor from 0 to 1000");
  state_.timing.scale = scale;
  return {};
}

std::string Hardware::free_name(std::string_view barcode) const {
  std::string name(barcode);
  for (std::uint32_t number = 1; !valid_name(name) || state_.cartridges.contains(name); ++number) name = "C" + std::to_string(100000 + number).substr(1);
  return name;
}

Result<> Hardware::judge_new(Cartridge const& cartridge) const {
  std::string const object = "cartridge " + cartridge.name;
  if (!valid_name(cartridge.name)) return fail(Errc::invalid_parameter, object, "a name has 1 to 10 characters of A-Z and 0-9");
  if (!valid_barcode(cartridge.barcode)) return fail(Errc::invalid_parameter, object, barcode_rule);
  if (cartridge.labels.size() != (cartridge.cleaner ? 0 : state_.sides))
    return fail(Errc::invalid_parameter, object, "the number of its sides does not fit the library");
  if (state_.cartridges.contains(cartridge.name)) return fail(Errc::already_exists, object, "there is one with this name");
  return {};
}

Result<> Hardware::add_cartridge(Cartridge cartridge, TimePoint now) {
  settle(now);
  RSM_CHECK(judge_new(cartridge));
  cartridge.place.reset();
  if (before_) before_->cartridges.try_emplace(cartridge.name, std::nullopt);
  state_.cartridges.emplace(cartridge.name, std::move(cartridge));
  return {};
}

}  // namespace rsm::emulated
