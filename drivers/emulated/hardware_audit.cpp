// What contradicts itself in the state of an emulated library.
#include <cmath>
#include <functional>

#include "drivers/emulated/hardware.hpp"
#include "drivers/emulated/limits.hpp"

namespace rsm::emulated {
namespace {

using Problems = std::vector<std::string>;

void audit_library(MachineState const& state, Problems& problems) {
  if (state.drives.size() > limits::emulator_drives_max) problems.push_back("the number of drives is not possible");
  if (state.slots == 0 || state.slots > state.slots_ever || state.slots_ever > limits::emulator_elements_max)
    problems.push_back("the number of slots is not possible");
  if (state.ports.size() > limits::emulator_ports_max) problems.push_back("the number of ports is not possible");
  for (auto const& magazine : state.magazines_out)
    if (magazine.count == 0 || magazine.first >= state.slots || magazine.count > state.slots - magazine.first)
      problems.push_back("a magazine that is out has slots that the library has not");
  if (state.sides != 1 && state.sides != 2) problems.push_back("a cartridge has 1 or 2 sides");
  if (state.filesystem != "ext4" && state.filesystem != "xfs" && state.filesystem != "none")
    problems.push_back("file system " + state.filesystem + " is not known");
  auto const& t = state.timing;
  if (!(t.scale >= 0 && t.scale <= limits::emulator_scale_max)) problems.push_back("the timing factor is not from 0 to 1000");
  for (Millis const length : {t.move, t.turn, t.load, t.rewind, t.unload})
    if (length < Millis{0} || length > limits::emulator_step_max) problems.push_back("a time of the timing model is out of range");
  if (state.door_closes && !state.door_open) problems.push_back("the door is closed but has a time to close");
}

void audit_cartridges(HardwareState const& state, std::function<bool(Element)> const& known, Problems& problems) {
  std::map<Element, std::string> places;
  for (auto const& [name, cartridge] : state.cartridges) {
    std::string const object = "cartridge " + name;
    if (name != cartridge.name || !valid_name(name)) problems.push_back(object + ": its name is not valid");
    if (!valid_barcode(cartridge.barcode)) problems.push_back(object + ": its bar code is not valid");
    if (cartridge.labels.size() != (cartridge.cleaner ? 0 : state.sides)) problems.push_back(object + ": the number of its sides does not fit the library");
    if (!cartridge.place) continue;
    if (!known(*cartridge.place)) problems.push_back(object + ": there is no " + cartridge.place->text());
    auto const [at, fresh] = places.emplace(*cartridge.place, name);
    if (!fresh) problems.push_back(at->first.text() + " holds two cartridges: " + at->second + " and " + name);
  }
}

void audit_motion(Hardware const& hardware, Problems& problems) {
  auto const& state = hardware.state();
  auto const* carried = hardware.in(arm);
  if (!state.motion) {
    if (carried) problems.push_back("cartridge " + carried->name + " is in the arm, but no move is under way");
    return;
  }
  auto const& motion = *state.motion;
  if (!carried || carried->name != motion.cartridge) problems.push_back("the cartridge of the move under way is not in the arm");
  for (Element const end : {motion.from, motion.to}) {
    if (!hardware.exists(end) || end.kind == ElementKind::arm) problems.push_back("the move under way has no " + end.text() + " to go to");
    auto const* blocking = hardware.in(end);
    bool const makes_room = blocking && motion.other == blocking->name && end == motion.to;
    if (blocking && !makes_room && end.kind != ElementKind::arm)
      problems.push_back(end.text() + " is an end of the move under way, but holds cartridge " + blocking->name);
  }
  if (motion.side_up >= state.sides) problems.push_back("the move under way has a side up that its cartridge has not");
  if (motion.end < motion.start || motion.length < Millis{0}) problems.push_back("the move under way ends before it begins");
  if (motion.end == never && motion.held_by == 0) problems.push_back("the move under way never ends, and no fault holds it");
}

void audit_drives(Hardware const& hardware, Problems& problems) {
  auto const& state = hardware.state();
  for (std::uint32_t number = 0; number < state.drives.size(); ++number) {
    Element const element{ElementKind::drive, number};
    auto const& drive = state.drives[number];
    bool const full = hardware.in(element) != nullptr;
    bool const busy = drive.phase == DrivePhase::loading || drive.phase == DrivePhase::unloading;
    if (full && drive.phase == DrivePhase::empty) problems.push_back(element.text() + " is empty, but holds a cartridge");
    if (!full && drive.phase != DrivePhase::empty)
      problems.push_back(element.text() + " is " + word(drive.phase) + ", but holds no cartridge");
    if (drive.side_up >= state.sides) problems.push_back(element.text() + " has a side up that its cartridge has not");
    if (!busy && (drive.will_fail || drive.held_by != 0))
      problems.push_back(element.text() + " has nothing under way that could fail or hang");
    if (busy && drive.end == never && drive.held_by == 0) problems.push_back(element.text() + " never ends, and no fault holds it");
    if (drive.length < Millis{0}) problems.push_back(element.text() + " has a negative time");
  }
}

void audit_faults(HardwareState const& state, std::function<bool(Element)> const& known, Problems& problems) {
  for (auto const& fault : state.faults.faults()) {
    std::string const object = "fault " + std::to_string(fault.id);
    for (auto const& name : {fault.cartridge, fault.other})
      if (!name.empty() && !state.cartridges.contains(name)) problems.push_back(object + ": there is no cartridge " + name);
    for (auto const& element : {fault.element, fault.to})
      if (element && !known(*element)) problems.push_back(object + ": there is no " + element->text());
  }
}

}  // namespace

std::vector<std::string> Hardware::problems() const {
  Problems problems = machine_problems();
  audit_cartridges(state_, [this](Element element) { return element_ever(element); }, problems);
  return problems;
}

std::vector<std::string> Hardware::machine_problems() const {
  Problems problems;
  audit_library(state_, problems);
  audit_motion(*this, problems);
  audit_drives(*this, problems);
  audit_faults(state_, [this](Element element) { return element_ever(element); }, problems);
  return problems;
}

}  // namespace rsm::emulated
