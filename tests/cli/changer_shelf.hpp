// A small library for the tests of rsm-changer and rsm-mtx: four slots, two drives, as the service would list them.
// Thread rule: values.
#pragma once

#include <string>

#include "cli/changer/shelf.hpp"

namespace rsm::changer::tests {

inline Guid guid(char const* end) { return *Guid::parse("00000000-0000-0000-0000-0000000000" + std::string(end)); }

inline wire::MediumInfo medium(char const* end, std::string barcode, std::int64_t created = 0) {
  wire::MediumInfo out;
  out.id = MediumId{guid(end)};
  out.name = barcode.empty() ? "medium " + std::string(end) : barcode;
  out.barcode = std::move(barcode);
  out.created = created;
  out.location_type = ObjectType::slot;
  out.sides.emplace_back().id = SideId{guid(end)};
  return out;
}

struct Room {
  Facts facts;

  explicit Room(int slots = 4, int drives = 2) {
    facts.library.name = "Jukebox";
    for (int i = 0; i < slots; ++i) facts.slots.emplace_back(wire::SlotInfo{.id = {}, .library = {}, .number = i, .state = SlotState::empty, .state_code = 0, .medium = {}, .medium_name = {}});
    for (int i = 0; i < drives; ++i) {
      auto& drive = facts.drives.emplace_back();
      drive.number = i;
      drive.name = "Jukebox drive " + std::to_string(i);
    }
  }

  // Into a slot, numbered as the service does: from 0.
  Room& put(wire::MediumInfo info, int slot) {
    facts.slots[static_cast<std::size_t>(slot)].state = SlotState::full;
    facts.slots[static_cast<std::size_t>(slot)].medium = info.id;
    info.home_slot = slot;
    facts.media.push_back(std::move(info));
    return *this;
  }

  Room& load(wire::MediumInfo info, int drive, std::optional<int> home, DriveState state = DriveState::loaded) {
    auto& in = facts.drives[static_cast<std::size_t>(drive)];
    in.state = state;
    in.medium = info.id;
    info.home_slot = home;
    info.location_type = ObjectType::drive;
    info.location = guid("d0");
    facts.media.push_back(std::move(info));
    return *this;
  }

  // Only these drives and slots, in this order, numbered as the service does.
  Room& seen_as(std::string name, std::vector<std::int64_t> drives, std::vector<std::int64_t> slots, bool ports = true) {
    facts.view = wire::ViewInfo{.name = std::move(name), .library = {}, .library_name = facts.library.name, .drives = std::move(drives), .slots = std::move(slots), .ports = ports, .trouble = {}};
    return *this;
  }

  // A port with this in it; no id: nobody knows what.
  Room& port(MediumId id) {
    auto& port = facts.ports.emplace_back();
    port.id = PortId{guid("b0")};
    port.number = static_cast<std::int64_t>(facts.ports.size()) - 1;
    port.content = PortContent::full;
    port.medium = id;
    return *this;
  }

  Shelf shelf() const { return arrange(facts); }
};

}  // namespace rsm::changer::tests
