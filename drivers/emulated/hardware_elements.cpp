// What the changer of the emulated library tells of itself and of its elements.
#include <algorithm>

#include "drivers/emulated/hardware.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::emulated {
namespace {

constexpr std::uint32_t arm_address = 1;
constexpr std::uint32_t first_port = 0x10;
constexpr std::uint32_t first_drive = 0x100;
constexpr std::uint32_t first_slot = 0x1000;

// SMC: additional sense codes of an element's exception.
port::ElementException needs_a_person() { return {0x04, 0x03, "the drive does not answer; repair it"}; }
port::ElementException magazine_removed() { return {0x3B, 0x12, "its magazine is taken out"}; }

}  // namespace

std::uint32_t Hardware::address_of(Element element) const {
  auto const ports = static_cast<std::uint32_t>(state_.ports.size()), drives = static_cast<std::uint32_t>(state_.drives.size());
  std::uint32_t const drives_from = std::max(first_drive, first_port + ports);
  switch (element.kind) {
    case ElementKind::arm:
      return arm_address;
    case ElementKind::port:
      return first_port + element.number;
    case ElementKind::drive:
      return drives_from + element.number;
    case ElementKind::slot:
      return std::max(first_slot, drives_from + drives) + element.number;
  }
  return 0;
}

port::ChangerDescription Hardware::describe() const {
  port::ChangerDescription changer;
  static_cast<DeviceIdentity&>(changer) = state_.identity;
  changer.elements = {{ElementKind::slot, 0, state_.slots},
                      {ElementKind::drive, 0, static_cast<std::uint32_t>(state_.drives.size())},
                      {ElementKind::port, 0, static_cast<std::uint32_t>(state_.ports.size())},
                      {ElementKind::arm, 0, 1}};
  std::erase_if(changer.elements, [](port::ElementRange const& range) { return range.count == 0; });
  changer.media_type_code = state_.sides == 2 ? media_type_two_sides : media_type_one_side;
  changer.sides = state_.sides;
  changer.exchanges = true;
  changer.door_open = state_.door_open;
  return changer;
}

// The elements of these ranges, by kind, then number, each once.
Result<std::vector<Element>> Hardware::wanted(std::vector<port::ElementRange> const& ranges) const {
  std::uint64_t asked = 0;
  for (auto const& range : ranges) asked += range.count;
  if (asked > limits::elements_per_question_max)
    return fail(Errc::invalid_parameter, "elements", "at most " + std::to_string(limits::elements_per_question_max) + " in one question");
  std::vector<Element> elements;
  for (auto const& range : ranges)
    for (std::uint32_t i = 0; i < range.count; ++i) {
      Element const element{range.kind, range.first + i};
      if (element.number < range.first || !exists(element)) return fail(Errc::resource_not_present, element.text(), "the library has no such element");
      elements.push_back(element);
    }
  std::ranges::sort(elements);
  auto const [twice, end] = std::ranges::unique(elements);
  elements.erase(twice, end);
  return elements;
}

Hold Hardware::begin_elements(std::vector<port::ElementRange> const& ranges, TimePoint now) {
  if (Hold const hold = begin_status(arm, now); hold.fault != 0) return hold;
  auto asked = wanted(ranges);
  return asked ? held(FaultKind::elements_hang, {std::move(*asked), {}}, now) : Hold{0, now};
}

Result<port::ElementReport> Hardware::elements(std::vector<port::ElementRange> const& ranges, TimePoint now) {
  settle(now);
  RSM_TRY(auto const asked, wanted(ranges));
  happen_by_hand({{arm}, {}}, now);
  if (auto const bad = state_.faults.hit(FaultKind::elements_fail, {asked, {}}, now))
    return fail(Errc::medium_not_accessible, bad->element ? bad->element->text() : arm.text(), "hardware error while looking at it; repair it");
  port::ElementReport report;
  for (Element const element : asked) report.elements.push_back(look_at(element, now));
  report.door_open = state_.door_open;
  return report;
}

port::ElementStatus Hardware::look_at(Element element, TimePoint now) {
  port::ElementStatus seen;
  seen.element = element;
  seen.address = address_of(element);
  if (element.kind == ElementKind::port) seen.accessible = !state_.ports[element.number].extended;
  if (element.kind == ElementKind::drive) {
    seen.drive_serial = state_.drives[element.number].identity.serial;
    if (dead(element.number, now)) {
      seen.accessible = false;
      seen.exception = needs_a_person();
    }
  }
  if (magazine_out(element)) {
    seen.accessible = false;
    seen.exception = magazine_removed();
    return seen;
  }
  auto const* cartridge = in(element);
  if (cartridge == nullptr) return seen;
  seen.full = true;
  seen.source = cartridge->source;
  if (element.kind == ElementKind::drive) seen.inverted = state_.drives[element.number].side_up != 0;
  if (cartridge->barcode.empty()) return seen;
  bool const unreadable = cartridge->barcode_unreadable || state_.faults.hit(FaultKind::unreadable_barcode, {{element}, cartridge->name}, now).has_value();
  seen.tag = unreadable ? port::TagState::unreadable : port::TagState::readable;
  if (!unreadable) seen.barcode = cartridge->barcode;
  return seen;
}

}  // namespace rsm::emulated
