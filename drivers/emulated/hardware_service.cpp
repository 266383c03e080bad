// What is exchanged in the emulated library: magazines, slots, the devices themselves.
#include <algorithm>
#include <charconv>

#include "drivers/emulated/hardware.hpp"
#include "drivers/emulated/limits.hpp"

namespace rsm::emulated {
namespace {

// "EMU-1" -> "EMU-1-R1" -> "EMU-1-R2"
std::string next_serial(std::string const& serial) {
  std::size_t const mark = serial.rfind("-R");
  unsigned count = 0;
  char const* const last = serial.data() + serial.size();
  bool const replaced = mark != std::string::npos && std::from_chars(serial.data() + mark + 2, last, count) == std::from_chars_result{last, std::errc{}};
  return (replaced ? serial.substr(0, mark) : serial) + "-R" + std::to_string(count + 1);
}

Result<Identity> successor(Identity const& old, Identity with) {
  for (auto const* text : {&with.vendor, &with.product, &with.serial, &with.revision})
    if (!valid_barcode(*text)) return fail(Errc::invalid_parameter, "identity", "up to 32 printable characters of ASCII each");
  if (with.vendor.empty()) with.vendor = old.vendor;
  if (with.product.empty()) with.product = old.product;
  if (with.revision.empty()) with.revision = old.revision;
  if (with.serial.empty()) with.serial = next_serial(old.serial);
  if (with.serial == old.serial) return fail(Errc::invalid_parameter, "serial number", "another device has another one");
  return with;
}

}  // namespace

bool Hardware::magazine_out(Element slot) const {
  return slot.kind == ElementKind::slot && std::ranges::any_of(state_.magazines_out, [&](Magazine const& magazine) { return magazine.has(slot.number); });
}

bool Hardware::element_ever(Element element) const {
  return exists(element) || (element.kind == ElementKind::slot && element.number < state_.slots_ever);
}

Result<> Hardware::take_magazine(Magazine magazine, TimePoint now) {
  settle(now);
  std::string const object = "slots from " + std::to_string(magazine.first);
  if (magazine.count == 0) return fail(Errc::invalid_parameter, object, "a magazine has at least one slot");
  if (magazine.first >= state_.slots || magazine.count > state_.slots - magazine.first) return fail(Errc::resource_not_present, object, "the library has no such slots");
  for (auto const& out : state_.magazines_out)
    if (out.has(magazine.first) || magazine.has(out.first)) return fail(Errc::invalid_operation, object, "some of them are out already");
  if (state_.motion)
    for (Element const end : {state_.motion->from, state_.motion->to})
      if (end.kind == ElementKind::slot && magazine.has(end.number)) return fail(Errc::busy, end.text(), "the arm is moving a cartridge from or to it");
  state_.magazines_out.push_back(magazine);
  return {};
}

Result<> Hardware::put_magazine(std::uint32_t first, TimePoint now) {
  settle(now);
  if (std::erase_if(state_.magazines_out, [&](Magazine const& out) { return out.first == first; }) != 0) return {};
  return fail(Errc::object_not_found, "slots from " + std::to_string(first), "no magazine that begins there is out");
}

Result<> Hardware::set_slots(std::uint32_t slots, TimePoint now) {
  settle(now);
  if (slots == 0 || slots > limits::emulator_elements_max)
    return fail(Errc::invalid_parameter, "slots", "at least one, at most " + std::to_string(limits::emulator_elements_max));
  if (!state_.magazines_out.empty()) return fail(Errc::invalid_operation, "slots", "a magazine is out; put it back first");
  if (state_.motion)
    for (Element const end : {state_.motion->from, state_.motion->to})
      if (end.kind == ElementKind::slot && end.number >= slots) return fail(Errc::busy, end.text(), "the arm is moving a cartridge from or to it");
  state_.slots = slots;
  state_.slots_ever = std::max(state_.slots_ever, slots);
  return {};
}

Result<Identity> Hardware::replace_drive(std::uint32_t number, Identity with, TimePoint now) {
  settle(now);
  Element const element{ElementKind::drive, number};
  if (!exists(element)) return fail(Errc::resource_not_present, element.text(), "the library has no such drive");
  if (auto const* inside = in(element)) return fail(Errc::not_empty, element.text(), "cartridge " + inside->name + " is in it; take it out first");
  if (state_.motion && (state_.motion->from == element || state_.motion->to == element))
    return fail(Errc::busy, element.text(), "the arm is moving a cartridge from or to it");
  RSM_TRY(Identity const identity, successor(state_.drives[number].identity, std::move(with)));
  state_.drives[number] = DriveState{.identity = identity};
  state_.faults.forget_dead(element);
  return identity;
}

Result<Identity> Hardware::replace_changer(Identity with, TimePoint now) {
  settle(now);
  if (state_.motion) return fail(Errc::busy, arm.text(), "it is moving cartridge " + state_.motion->cartridge);
  RSM_TRY(Identity const identity, successor(state_.identity, std::move(with)));
  state_.identity = identity;
  return identity;
}

}  // namespace rsm::emulated
