#include "drivers/emulated/hardware.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "drivers/emulated/limits.hpp"
#include "libmgr/base/random.hpp"

namespace rsm::emulated {
namespace {

Result<> judge_geometry(Geometry const& g) {
  auto const refuse = [](char const* member, std::string why) { return fail(Errc::invalid_parameter, member, std::move(why)); };
  auto const at_most = [](std::uint32_t most) { return "at most " + std::to_string(most); };
  if (g.drives > limits::emulator_drives_max) return refuse("drives", at_most(limits::emulator_drives_max));
  if (g.slots == 0 || g.slots > limits::emulator_elements_max) return refuse("slots", "at least one slot, " + at_most(limits::emulator_elements_max));
  if (g.ports > limits::emulator_ports_max) return refuse("ports", at_most(limits::emulator_ports_max));
  if (g.cartridges > g.slots) return refuse("cartridges", "not more than slots: each cartridge begins in a slot");
  if (g.sides != 1 && g.sides != 2) return refuse("sides", "1 or 2");
  if (g.barcode_prefix.size() > 4 || !valid_name(g.barcode_prefix)) return refuse("barcode prefix", "1 to 4 characters of A-Z and 0-9");
  if (g.filesystem != "ext4" && g.filesystem != "xfs" && g.filesystem != "none") return refuse("file system", "ext4, xfs or none");
  if (!(g.timing.scale >= 0 && g.timing.scale <= limits::emulator_scale_max)) return refuse("timing", "a factor from 0 to 1000");
  return {};
}

// "A" 7 -> "A00007"
std::string numbered_barcode(std::string const& prefix, std::uint32_t number) {
  std::string const digits = std::to_string(number);
  std::size_t const used = prefix.size() + digits.size();
  return prefix + std::string(used < 6 ? 6 - used : 0, '0') + digits;
}

std::uint32_t other_side(std::uint32_t side, std::uint32_t sides) {
  return (side + 1) % sides;
}

}  // namespace

std::optional<Element> parse_element(std::string_view text) {
  auto const digits = std::min(text.find_first_of("0123456789"), text.size());
  auto kind_word = text.substr(0, digits);
  if (!kind_word.empty() && std::string_view(" :-").contains(kind_word.back())) kind_word.remove_suffix(1);
  auto const kind = parse_word<ElementKind>(kind_word);
  std::uint32_t number = 0;
  auto const* const last = text.data() + text.size();
  auto const [end, error] = std::from_chars(text.data() + digits, last, number);
  if (!kind || error != std::errc{} || end != last) return std::nullopt;
  return Element{*kind, number};
}

bool valid_name(std::string_view text) {
  auto const allowed = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= 10 && std::ranges::all_of(text, allowed);
}

bool valid_barcode(std::string_view text) {
  auto const printable = [](char c) { return c >= 0x20 && c < 0x7F; };
  if (text.size() > limits::emulator_barcode_chars_max || !std::ranges::all_of(text, printable)) return false;
  return text.empty() || (text.front() != ' ' && text.back() != ' ');
}

std::string cartridge_word(Cartridge const& cartridge) { return cartridge.barcode.empty() ? "name:" + cartridge.name : cartridge.barcode; }

bool cleaner_barcode(std::string_view text) { return text.starts_with("CLN") || text.starts_with("CLR"); }

Omid made_label(std::string const& filesystem, std::string const& name, std::uint32_t side, Guid uuid) {
  if (filesystem == "none") return {};
  std::string const type = filesystem == "xfs" ? "XFS" : "EXT4";
  return {type, uuid.text(), name + "." + std::to_string(side)};
}

Result<Hardware> Hardware::make(Geometry const& geometry) {
  RSM_CHECK(judge_geometry(geometry));
  SeededRandom random(geometry.seed);
  HardwareState state;
  std::string const serial = "EMU-" + random.guid().text().substr(0, 8);
  state.identity = {"OPENRSM", "EMULATED LIBRARY", serial, "1"};
  state.sides = geometry.sides;
  state.filesystem = geometry.filesystem;
  state.side_bytes = geometry.side_bytes;
  state.slots = state.slots_ever = geometry.slots;
  for (std::uint32_t i = 0; i < geometry.drives; ++i)
    state.drives.push_back({.identity = {"OPENRSM", "EMULATED DRIVE", serial + "-D" + std::to_string(i), "1"}});
  state.ports.resize(geometry.ports);
  state.timing = geometry.timing;
  for (std::uint32_t i = 0; i < geometry.cartridges; ++i) {
    Cartridge cartridge;
    cartridge.name = cartridge.barcode = numbered_barcode(geometry.barcode_prefix, i + 1);
    cartridge.place = Element{ElementKind::slot, i};
    for (std::uint32_t side = 0; side < geometry.sides; ++side)
      cartridge.labels.push_back(made_label(geometry.filesystem, cartridge.name, side, random.guid()));
    state.cartridges.emplace(cartridge.name, cartridge);
  }
  return Hardware(std::move(state));
}

Result<Hardware> Hardware::restore(HardwareState state) {
  Hardware hardware(std::move(state));
  if (auto const problems = hardware.problems(); !problems.empty()) return fail(Errc::bad_format, {}, problems.front());
  return hardware;
}

void Hardware::settle(TimePoint now) {
  if (state_.motion && state_.motion->end <= now) end_motion();
  for (std::uint32_t number = 0; number < state_.drives.size(); ++number) {
    auto& drive = state_.drives[number];
    bool const busy = drive.phase == DrivePhase::loading || drive.phase == DrivePhase::unloading;
    if (busy && drive.end <= now) end_phase(number);
    if (drive.held_by != 0 && !holds(drive.held_by, now)) drive.held_by = 0;
  }
  if (state_.motion && !holds(state_.motion->held_by, now)) state_.motion->held_by = 0;
  if (state_.door_closes && *state_.door_closes <= now) {
    state_.door_open = false;
    state_.door_closes.reset();
  }
  state_.faults.forget_over(now);
}

Cartridge const* Hardware::in(Element place) const {
  auto const at = occupants_.find(place);
  return at == occupants_.end() ? nullptr : &state_.cartridges.at(at->second);
}

bool Hardware::exists(Element element) const {
  switch (element.kind) {
    case ElementKind::slot:
      return element.number < state_.slots;
    case ElementKind::drive:
      return element.number < state_.drives.size();
    case ElementKind::port:
      return element.number < state_.ports.size();
    case ElementKind::arm:
      return element == arm;
  }
  return false;
}

Millis Hardware::scaled(Millis real) const {
  return Millis{std::llround(static_cast<double>(real.count()) * state_.timing.scale)};
}

bool Hardware::dead(std::uint32_t drive, TimePoint now) const {
  Element const element{ElementKind::drive, drive};
  auto const* cartridge = in(element);
  return state_.faults.in_force(FaultKind::drive_dies, {{element}, cartridge ? cartridge->name : std::string{}}, now);
}

Result<TimePoint> Hardware::begin_move(port::Move const& what, TimePoint now) {
  settle(now);
  if (state_.motion) return fail(Errc::busy, arm.text(), "it is moving cartridge " + state_.motion->cartridge + "; wait for its end");
  auto const* before = in(what.from);
  happen_by_hand({{what.from, what.to}, before ? before->name : std::string{}}, now);
  RSM_CHECK(judge_ends(what, now));
  RSM_CHECK(judge_source(what.from, now));
  RSM_CHECK(judge_destination(what, now));
  Cartridge* const asked = occupant(what.from);
  Cartridge* const delivered = delivered_instead(asked, what, now);
  start_motion(*delivered, {*delivered->place, what.to, what.turn, what.exchange}, delivered != asked, now);
  auto const end = state_.motion->end;
  settle(now);
  return end;
}

// Whether the arm may go from there to there at all.
Result<> Hardware::judge_ends(port::Move const& what, TimePoint now) const {
  if (state_.door_open) return fail(Errc::not_ready, "door", "it is open: the arm does not move until it is closed");
  for (Element const end : {what.from, what.to}) {
    if (!exists(end)) return fail(Errc::resource_not_present, end.text(), "the library has no such element");
    if (end.kind == ElementKind::drive && dead(end.number, now))
      return fail(Errc::medium_not_accessible, end.text(), "the drive does not answer; repair it");
    if (magazine_out(end)) return fail(Errc::medium_not_accessible, end.text(), "its magazine is taken out");
    if (end.kind == ElementKind::port && state_.ports[end.number].extended)
      return fail(Errc::not_ready, end.text(), "it is extended: retract it first");
  }
  if (what.to.kind == ElementKind::arm) return fail(Errc::invalid_parameter, what.to.text(), "the arm is no destination");
  if (what.from == what.to && (what.from.kind != ElementKind::drive || !what.turn))
    return fail(Errc::invalid_parameter, what.from.text(), "only a cartridge that is turned in a drive may end where it begins");
  bool const slots = what.from.kind == ElementKind::slot && what.to.kind == ElementKind::slot;
  if (what.exchange && (!slots || what.turn)) return fail(Errc::invalid_parameter, what.to.text(), "only cartridges of two slots change places, and none is turned");
  if (what.turn && state_.sides < 2) return fail(Errc::not_supported, what.from.text(), "its cartridge has one side and cannot be turned");
  return {};
}

Result<> Hardware::judge_source(Element from, TimePoint now) {
  auto const* cartridge = in(from);
  if (cartridge == nullptr) return fail(Errc::empty, from.text(), "there is no cartridge to take");
  if (state_.faults.hit(FaultKind::source_empty, {{from}, cartridge->name}, now))
    return fail(Errc::empty, from.text(), "the sensor of the arm finds no cartridge to take");
  if (from.kind == ElementKind::drive && drive_state(from).phase != DrivePhase::inserted)
    return fail(Errc::medium_not_accessible, from.text(), "the drive holds cartridge " + cartridge->name + "; unload it first");
  return {};
}

Result<> Hardware::judge_destination(port::Move const& what, TimePoint now) {
  auto const* moved = in(what.from);
  if (what.exchange) return in(what.to) != nullptr ? Result<>() : fail(Errc::empty, what.to.text(), "there is no cartridge to take");
  if (what.from != what.to && in(what.to) != nullptr)
    return fail(Errc::not_empty, what.to.text(), "cartridge " + in(what.to)->name + " is in it");
  if (what.from != what.to && state_.faults.hit(FaultKind::destination_full, {{what.to}, moved->name}, now))
    return fail(Errc::not_empty, what.to.text(), "the sensor of the arm finds a cartridge in it");
  return {};
}

// The cartridge that the arm really takes: the one asked for, unless a fault makes it reach into the wrong slot.
Cartridge* Hardware::delivered_instead(Cartridge* asked, port::Move const& what, TimePoint now) {
  Concerned const command{{what.from, what.to}, asked->name};
  if (what.from.kind == ElementKind::drive || !state_.faults.in_force(FaultKind::wrong_cartridge, command, now)) return asked;
  for (auto const& [place, name] : occupants_) {
    if (place.kind != ElementKind::slot || place == what.from || !exists(place) || magazine_out(place)) continue;
    state_.faults.hit(FaultKind::wrong_cartridge, command, now);
    return occupant(place);
  }
  return asked;
}

void Hardware::start_motion(Cartridge& cartridge, port::Move const& what, bool wrong, TimePoint now) {
  Motion motion;
  motion.cartridge = cartridge.name;
  motion.from = what.from;
  motion.to = what.to;
  motion.turn = what.turn;
  if (what.exchange) motion.other = in(what.to)->name;
  motion.side_up = what.from.kind == ElementKind::drive ? drive_state(what.from).side_up : 0;
  motion.start = now;
  motion.length = scaled(state_.timing.move * (what.exchange ? 2 : 1) + (what.turn ? state_.timing.turn : Millis{0}));
  motion.end = now + motion.length;
  if (!wrong) spoil_motion(motion, now);
  pick_up(cartridge);
  if (what.from.kind == ElementKind::slot || what.from.kind == ElementKind::port) cartridge.source = what.from;
  set_place(cartridge, arm);
  state_.motion = std::move(motion);
  ++state_.moves;
}

void Hardware::spoil_motion(Motion& motion, TimePoint now) {
  Concerned const command{{motion.from, motion.to}, motion.cartridge};
  if (auto const hang = state_.faults.hit(FaultKind::move_hangs, command, now)) {
    motion.held_by = hang->id;
    motion.end = hang->until ? *hang->until + motion.length : never;
    return;
  }
  std::string const what = "moving cartridge " + motion.cartridge + " from " + motion.from.text() + " to " + motion.to.text();
  Error const jam{Errc::gen_failure, arm.text(), "mechanical positioning error while " + what};
  if (state_.faults.hit(FaultKind::jam_moved, command, now)) {
    motion.trouble = jam;
  } else if (state_.faults.hit(FaultKind::jam_not_moved, command, now)) {
    motion.trouble = jam;
    motion.arrives = false;
  }
}

void Hardware::end_motion() {
  Motion const motion = *state_.motion;
  state_.motion.reset();
  bool const turned = motion.turn && motion.arrives;
  std::uint32_t const up = turned ? other_side(motion.side_up, state_.sides) : motion.side_up;
  if (motion.other && motion.arrives) exchange_for(motion);
  put_down(edit(motion.cartridge), motion.arrives ? motion.to : motion.from, up, motion.end);
  if (!motion.arrives && motion.from.kind == ElementKind::drive) {  // it has not been out: it does not clean once more
    auto& drive = drive_state(motion.from);
    drive.phase = DrivePhase::inserted;
    drive.end = {};
    drive.length = {};
  }
  state_.move_trouble = motion.trouble;
}

// The other cartridge makes room, and takes the place of the one that comes.
void Hardware::exchange_for(Motion const& motion) {
  Cartridge& other = edit(*motion.other);
  pick_up(other);
  other.source = motion.to;
  put_down(other, motion.from, 0, motion.end);
}

Result<> Hardware::finish_move(TimePoint now) {
  settle(now);
  if (state_.motion) return fail(Errc::not_ready, arm.text(), "it is still moving cartridge " + state_.motion->cartridge);
  if (state_.moves == 0) return fail(Errc::invalid_operation, arm.text(), "no move was begun");
  if (state_.move_trouble) return std::unexpected(*state_.move_trouble);
  return {};
}

Result<> Hardware::extend_port(std::uint32_t number, bool extend, TimePoint now) {
  settle(now);
  Element const port{ElementKind::port, number};
  if (!exists(port)) return fail(Errc::resource_not_present, port.text(), "the library has no such port");
  if (state_.motion && (state_.motion->to == port || state_.motion->from == port))
    return fail(Errc::busy, port.text(), "the arm is moving a cartridge to or from it");
  state_.ports[number].extended = extend;
  return {};
}

Result<> Hardware::lock_door(bool lock, TimePoint now) {
  settle(now);
  state_.door_locked = lock;
  return {};
}

}  // namespace rsm::emulated
