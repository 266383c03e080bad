#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "cli/emu/show.hpp"

namespace rsm::emu {
namespace {

using emulated::Hardware;
using Row = std::vector<std::string>;

// Left-aligned columns, two blanks between them.
std::string aligned(std::vector<Row> const& rows) {
  std::vector<std::size_t> widths;
  for (auto const& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (auto const& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += fmt::format("{:<{}}", row[i], widths[i] + 2);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string left_text(TimePoint end, TimePoint now) {
  return end == emulated::never ? "held by a fault" : "ends in " + duration_text(end - now);
}

std::string cartridge_text(emulated::Cartridge const& cartridge) {
  std::string text = cartridge.barcode.empty() ? "(no label)" : cartridge.barcode;
  if (cartridge.name != cartridge.barcode) text += " (really " + cartridge.name + ")";
  if (cartridge.barcode_unreadable) text += " (label soiled)";
  if (cartridge.write_protected) text += " (write protected)";
  if (cartridge.cleaner) text += fmt::format(" (cleaner, used {} x)", cartridge.cleanings);
  return text;
}

Row element_row(Hardware const& hardware, Element element, std::string state) {
  auto const* cartridge = hardware.in(element);
  return {element.text(), cartridge ? cartridge_text(*cartridge) : "-", std::move(state)};
}

Row drive_row(Hardware& hardware, std::uint32_t number, TimePoint now) {
  auto const drive = hardware.drive(number, now).value();
  std::string state = word(drive.phase);
  if (drive.full && hardware.state().sides == 2) state += ", side " + std::to_string(drive.side_up) + " up";
  if (drive.phase == emulated::DrivePhase::loading || drive.phase == emulated::DrivePhase::unloading)
    state += ", " + left_text(drive.end, now);
  if (!drive.answers) state += ", does not answer";
  if (hardware.state().drives.at(number).dirty.value_or(false)) state += ", wants to be cleaned";
  return element_row(hardware, {ElementKind::drive, number}, state);
}

std::string move_text(emulated::Motion const& motion, TimePoint now) {
  return fmt::format("{} from {} to {}{}, {}", motion.cartridge, motion.from.text(), motion.to.text(), motion.turn ? ", turned" : "",
                     left_text(motion.end, now));
}

std::string target_text(emulated::Fault const& fault) {
  std::string text;
  if (fault.element) text += fault.element->text();
  if (!fault.cartridge.empty()) text += (text.empty() ? "" : ", ") + fault.cartridge;
  if (fault.to) text += " to " + fault.to->text();
  if (!fault.other.empty()) text += " with " + fault.other;
  return text.empty() ? "any" : text;
}

Row fault_row(emulated::Fault const& fault, TimePoint now) {
  std::string const times = fault.used_up ? "holds" : fault.count == 0 ? "until healed" : fmt::format("{} x", fault.count);
  return {std::to_string(fault.id), word(fault.kind), target_text(fault), times,
          fault.until ? "for " + duration_text(*fault.until - now) : ""};
}

}  // namespace

std::string library_table(emulated::LibraryDirectory const& library, Hardware hardware, TimePoint now) {
  hardware.settle(now);
  auto const& state = hardware.state();
  std::string text = fmt::format("{} {} {}  {}\n", state.identity.vendor, state.identity.product, state.identity.serial, library.path());
  text += fmt::format("door {}, timing x {}, cartridges with {} side{} of {} MiB ({})\n\n", state.door_open ? "open" : state.door_locked.value_or(false) ? "locked" : "closed",
                      state.timing.scale, state.sides, state.sides == 1 ? "" : "s", state.side_bytes >> 20, state.filesystem);
  std::vector<Row> rows{{"ELEMENT", "CARTRIDGE", "STATE"}};
  for (std::uint32_t i = 0; i < state.drives.size(); ++i) rows.push_back(drive_row(hardware, i, now));
  rows.push_back(element_row(hardware, emulated::arm, state.motion ? "moving " + move_text(*state.motion, now) : "still"));
  for (std::uint32_t i = 0; i < state.ports.size(); ++i)
    rows.push_back(element_row(hardware, {ElementKind::port, i}, state.ports[i].extended ? "extended" : "retracted"));
  for (std::uint32_t i = 0; i < state.slots; ++i) rows.push_back(element_row(hardware, {ElementKind::slot, i}, hardware.magazine_out({ElementKind::slot, i}) ? "magazine out" : ""));
  for (auto const& [name, cartridge] : state.cartridges)
    if (!cartridge.place)
      rows.push_back({"outside", cartridge_text(cartridge)});
    else if (!hardware.exists(*cartridge.place))
      rows.push_back({cartridge.place->text(), cartridge_text(cartridge), "gone with its slot"});
  text += aligned(rows);
  if (state.faults.faults().empty()) return text;
  std::vector<Row> faults{{"FAULT", "KIND", "TARGET", "TIMES", "TIME"}};
  for (auto const& fault : state.faults.faults()) faults.push_back(fault_row(fault, now));
  return text + "\n" + aligned(faults);
}

}  // namespace rsm::emu
