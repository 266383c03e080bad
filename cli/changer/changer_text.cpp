#include "cli/changer/changer_text.hpp"

namespace rsm::changer {
namespace {

// That stands in the slot, or is in a drive and comes back to it.
std::optional<Medium> owner(Shelf const& shelf, Slot const& slot) {
  return slot.drive ? shelf.drive(*slot.drive)->medium : slot.medium;
}

std::string why_left_out(Medium const& medium, Show show) {
  if (medium.cleaner) return show.cleaning ? "" : "it is a cleaning cartridge (--cleaning shows it)";
  if (medium.barcode.empty()) return "";
  if (!is_volume_name(medium.barcode)) return "its bar code is no name of a volume: only letters, digits and : . - _ are, at most 127";
  if (medium.second) return "an older medium has the same bar code; give it another label";
  return "";
}

void add_listed(Listing& out, Shelf const& shelf, Slot const& slot, Show show) {
  auto const medium = owner(shelf, slot);
  std::string const number = std::to_string(slot.number);
  if (!medium) {
    if (slot.full) out.text += number + ":\n";
    return;
  }
  if (auto const why = why_left_out(*medium, show); !why.empty())
    out.remarks.push_back("slot " + number + ": " + medium->name + " is left out: " + why);
  else
    out.text += number + ":" + medium->barcode + "\n";
}

std::string element_line(char kind, Slot const& slot) {
  std::string const begin = std::string(1, kind) + ":" + std::to_string(slot.number) + ":";
  if (!slot.full) return begin + "E\n";
  return begin + "F:" + (slot.medium ? code_or_id(*slot.medium) : "unknown") + "\n";
}

}  // namespace

Listing list_text(Shelf const& shelf, Show show) {
  Listing out;
  for (auto const& slot : shelf.slots) add_listed(out, shelf, slot, show);
  if (show.ports)
    for (auto const& port : shelf.ports) add_listed(out, shelf, port, show);
  return out;
}

std::string listall_text(Shelf const& shelf, Show show) {
  std::string out;
  for (std::size_t i = 0; i < shelf.drives.size(); ++i) {
    auto const& drive = shelf.drives[i];
    out += "D:" + std::to_string(i) + ":";
    out += drive.full ? "F:" + std::to_string(drive.home) + ":" + (drive.medium ? code_or_id(*drive.medium) : "unknown") + "\n" : "E\n";
  }
  for (auto const& slot : shelf.slots) out += element_line('S', slot);
  if (show.ports)
    for (auto const& port : shelf.ports) out += element_line('I', port);
  return out;
}

std::string slots_text(Shelf const& shelf, Show show) { return std::to_string(shelf.slots.size() + (show.ports ? shelf.ports.size() : 0)) + "\n"; }

std::string loaded_text(Drive const& drive) { return std::to_string(drive.full ? drive.home : 0) + "\n"; }

}  // namespace rsm::changer
