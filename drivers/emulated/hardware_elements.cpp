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

std::string Hardware::drive_serial(std::uint32_t number) const { return state_.serial + "-D" + std::to_string(number); }

port::ChangerDescription Hardware::describe() const {
  port::ChangerDescription changer;
  changer.vendor = state_.vendor;
  changer.product = state_.product;
  changer.serial = state_.serial;
  changer.revision = state_.revision;
  changer.elements = {{ElementKind::slot, 0, state_.slots},
                      {ElementKind::drive, 0, static_cast<std::uint32_t>(state_.drives.size())},
                      {ElementKind::port, 0, static_cast<std::uint32_t>(state_.ports.size())},
                      {ElementKind::arm, 0, 1}};
  std::erase_if(changer.elements, [](port::ElementRange const& range) { return range.count == 0; });
  changer.media_type_code = state_.sides == 2 ? media_type_two_sides : media_type_one_side;
  changer.sides = state_.sides;
  changer.door_open = state_.door_open;
  return changer;
}

Result<port::ElementReport> Hardware::elements(std::vector<port::ElementRange> const& ranges, TimePoint now) {
  settle(now);
  std::uint64_t asked = 0;
  for (auto const& range : ranges) asked += range.count;
  if (asked > limits::elements_per_question_max)
    return fail(Errc::invalid_parameter, "elements", "at most " + std::to_string(limits::elements_per_question_max) + " in one question");
  std::vector<Element> wanted;
  for (auto const& range : ranges)
    for (std::uint32_t i = 0; i < range.count; ++i) {
      Element const element{range.kind, range.first + i};
      if (element.number < range.first || !exists(element)) return fail(Errc::resource_not_present, element.text(), "the library has no such element");
      wanted.push_back(element);
    }
  std::ranges::sort(wanted);
  auto const [twice, end] = std::ranges::unique(wanted);
  wanted.erase(twice, end);
  happen_by_hand({{arm}, {}}, now);
  port::ElementReport report;
  for (Element const element : wanted) report.elements.push_back(look_at(element, now));
  report.door_open = state_.door_open;
  return report;
}

port::ElementStatus Hardware::look_at(Element element, TimePoint now) {
  port::ElementStatus seen;
  seen.element = element;
  seen.address = address_of(element);
  if (element.kind == ElementKind::port) seen.accessible = !state_.ports[element.number].extended;
  if (element.kind == ElementKind::drive) {
    seen.drive_serial = drive_serial(element.number);
    if (dead(element.number, now)) {
      seen.accessible = false;
      seen.exception = needs_a_person();
    }
  }
  auto const* cartridge = in(element);
  if (cartridge == nullptr) return seen;
  seen.full = true;
  seen.source = cartridge->source;
  if (element.kind == ElementKind::drive) seen.inverted = state_.drives[element.number].side_up != 0;
  bool const unreadable = cartridge->barcode_unreadable || state_.faults.hit(FaultKind::unreadable_barcode, {{element}, cartridge->name}, now).has_value();
  seen.tag = unreadable ? port::TagState::unreadable : port::TagState::readable;
  if (!unreadable) seen.barcode = cartridge->barcode;
  return seen;
}

}  // namespace rsm::emulated
