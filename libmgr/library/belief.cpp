#include "libmgr/library/belief.hpp"

#include <algorithm>
#include <set>

#include "libmgr/base/planted.hpp"

namespace rsm {

DriveId Belief::drive_at(std::uint32_t number) const {
  auto it = entry().drives.find(number);
  return it == entry().drives.end() ? DriveId{} : it->second;
}

MediumRecord const* Belief::medium(MediumId id) const {
  auto found = book_.medium(id);
  if (found) return *found;
  book_.log(LogLevel::error, "medium " + id.text() + ": " + found.error().text());
  return nullptr;
}

std::optional<Element> Belief::place_of(MediumId id) const {
  auto const* m = medium(id);
  auto const* in = m == nullptr ? nullptr : std::get_if<InElement>(&m->place);
  if (in == nullptr || in->library != library_) return std::nullopt;
  return in->element;
}

MediumId Belief::medium_at(Element element) const {
  auto const& library = entry();
  switch (element.kind) {
    case ElementKind::slot: {
      auto it = library.slots.find(element.number);
      return it == library.slots.end() ? MediumId{} : it->second.medium;
    }
    case ElementKind::drive: {
      auto it = library.drives.find(element.number);
      return it == library.drives.end() ? MediumId{} : drive(it->second).hot.medium;
    }
    case ElementKind::port: {
      auto it = library.ports.find(element.number);
      return it == library.ports.end() ? MediumId{} : it->second.medium;
    }
    case ElementKind::arm:
      for (auto const& [id, m] : world().media)
        if (m.place == Place{InElement{library_, element}}) return id;
      return {};
  }
  return {};
}

DriveEntry const* Belief::drive_of(MediumId id) const {
  auto const* found = world().drive_of(id);
  return found != nullptr && found->record.library == library_ ? found : nullptr;
}

std::uint32_t Belief::side_number_up(DriveId id) const {
  auto const& hot = drive(id).hot;
  auto const* m = medium(hot.medium);
  auto const* side = m == nullptr ? nullptr : m->side(hot.side);
  return side == nullptr ? 0 : side->number;
}

std::optional<Element> Belief::home_for(MediumRecord const& m, std::function<bool(std::uint32_t slot)> const& allowed) const {
  auto const& slots = entry().slots;
  // One whose inventory is still to come is believed empty until the hardware says otherwise; the arm finds out before anything is lost.
  auto const free = [&](SlotRecord const& slot) {
    return may_be_free(slot) && allowed(slot.number);
  };
  if (m.home_slot && m.library == library_)
    if (auto it = slots.find(*m.home_slot); it != slots.end() && free(it->second)) return Element{ElementKind::slot, *m.home_slot};
  std::set<std::uint32_t> homes;  // of cartridges that come back: from drives, and from the port unless they leave the library
  for (auto const& [number, id] : entry().drives)
    if (auto const* in = medium(drive(id).hot.medium); in != nullptr && in->home_slot && in->id != m.id) homes.insert(*in->home_slot);
  for (auto const& [number, slot] : slots)
    if (free(slot) && !homes.contains(number)) return Element{ElementKind::slot, number};
  return std::nullopt;
}

void Belief::set_place(MediumId id, Place place, std::string const& reason, RequestId request) {
  auto const* m = medium(id);
  if (m == nullptr) return;
  auto const* now = std::get_if<InElement>(&place);
  auto const* before = std::get_if<InElement>(&m->place);
  if (before != nullptr && (now == nullptr || before->library != now->library) && before->library != library_) leave(id);
  MediumRecord changed = *m;
  changed.place = place;
  if (auto const* in = std::get_if<InElement>(&place)) {
    if (changed.library != in->library) changed.home_slot.reset();
    changed.library = in->library;
    if (in->element.kind == ElementKind::slot) {
      changed.home_slot = in->element.number;
      if (m->offline()) changed.clear_trouble();  // it was looked for, and found
    }
  }
  bool const same_place = changed.place == m->place;
  book_.put(changed, reason, request);
  if (now != nullptr && !same_place && now->element.kind == ElementKind::drive && id == entry().record.cleaner) cleaner_used(drive_at(now->element.number));
}

DriveState Belief::state_with(MediumId medium) const { return medium == entry().record.cleaner ? DriveState::being_cleaned : DriveState::mounted; }

// A use counts with the record of its coming into a drive: in the same commit, so once.
void Belief::cleaner_used(DriveId in) {
  for (auto const& [sequence, open] : book_.requests_of(library_, Operation::clean_drive)) {
    auto const* request = book_.request(open);
    if (request == nullptr || request->drive != in || request->option == operation_option::cleaner_was_in) continue;
    RequestRecord used = *request;
    used.option = operation_option::cleaner_was_in;
    book_.update(std::move(used));
    break;
  }
  LibraryRecord record = entry().record;
  if (record.cleaner_uses == 0 || record.cleaner_uses == cleaner_uses_uncounted) return;
  record.cleaner_uses -= planted(PlantedBug::cleaning_counted_twice) && record.cleaner_uses > 1 ? 2 : 1;
  book_.put(record, "its cleaning cartridge is in " + drive_name(in) + "; uses left: " + std::to_string(record.cleaner_uses));
}

void Belief::leave(MediumId id) {
  auto const* m = medium(id);
  auto const* in = m == nullptr ? nullptr : std::get_if<InElement>(&m->place);
  auto const* library = in == nullptr ? nullptr : world().library(in->library);
  if (library == nullptr) return;
  std::string const reason = name_of(*m) + " is somewhere else";
  if (auto slot = library->slots.find(in->element.number); in->element.kind == ElementKind::slot && slot != library->slots.end() && slot->second.medium == id) {
    SlotRecord record = slot->second;
    record.medium = {};
    record.state = SlotState::unknown;
    book_.put(record, reason);
  }
  if (auto port = library->ports.find(in->element.number); in->element.kind == ElementKind::port && port != library->ports.end() && port->second.medium == id) {
    PortRecord record = port->second;
    record.medium = {};
    record.content = PortContent::unknown;
    book_.put(record, reason);
  }
  if (auto drive = library->drives.find(in->element.number); in->element.kind == ElementKind::drive && drive != library->drives.end() && this->drive(drive->second).hot.medium == id)
    set_drive_medium(drive->second, {}, reason);
}

void Belief::set_drive(DriveId id, machine::SetDrive const& change, RequestId request) {
  DriveHot hot = drive(id).hot;
  if (hot.state != change.state) hot.since = book_.now();
  hot.state = change.state;
  hot.reason = change.reason;
  if (change.side) hot.side = *change.side;
  if (change.request) hot.request = *change.request;
  if (change.volume) hot.volume = *change.volume;
  if (change.no_session) hot.session = {};
  book_.put(hot, request);
}

void Belief::set_drive_medium(DriveId id, MediumId medium, std::string const& reason) {
  DriveHot hot = drive(id).hot;
  if (hot.medium == medium) return;
  hot.since = book_.now();
  hot.state = medium ? state_with(medium) : DriveState::dismounted;
  hot.reason = reason;
  hot.medium = medium;
  hot.side = {};
  hot.session = {};
  hot.request = {};
  hot.volume.clear();
  book_.put(hot);
}

void Belief::set_port_position(std::uint32_t number, PortPosition position, std::string const& reason) {
  auto it = entry().ports.find(number);
  if (it == entry().ports.end()) return;
  PortRecord port = it->second;
  port.position = position;
  book_.put(port, reason);
}

namespace {

// Changes the condition of a record; false: it is that already.
template <class Record>
bool change_condition(Record& record, OperationalState state, std::string const& reason, TimePoint now) {
  if (record.condition.state == state && record.condition.reason == reason) return false;
  if (record.condition.state != state) record.condition.since = now;
  record.condition.state = state;
  record.condition.reason = reason;
  return true;
}

LogLevel level_of(OperationalState state) { return state == OperationalState::needs_service ? LogLevel::error : LogLevel::info; }

}  // namespace

void Belief::set_library_condition(OperationalState state, std::string const& reason) {
  LibraryRecord record = entry().record;
  bool const fails = state == OperationalState::needs_service && record.condition.state != state;
  if (!change_condition(record, state, reason, book_.now())) return;
  book_.log(level_of(state), record.name + ": " + word(state) + ": " + reason);
  book_.put(record, reason);
  if (fails) book_.tell(MessageKind::error, library_, {}, "library " + record.name + " needs service: " + reason);
}

void Belief::set_drive_condition(DriveId id, OperationalState state, std::string const& reason) {
  DriveRecord record = drive(id).record;
  bool const fails = state == OperationalState::needs_service && record.condition.state != state;
  if (!change_condition(record, state, reason, book_.now())) return;
  book_.log(level_of(state), drive_name(id) + ": " + word(state) + ": " + reason);
  book_.put(record, reason);
  if (fails) book_.tell(MessageKind::error, library_, {}, drive_name(id) + " needs service: " + reason);
}

void Belief::set_door(bool open) {
  auto it = entry().doors.find(0);
  if (it == entry().doors.end()) return;
  DoorRecord door = it->second;
  door.state = open ? DoorState::open : DoorState::closed;
  book_.put(door, open ? "found open" : "found closed");
}

void Belief::set_drive_identity(DriveId id, DeviceIdentity const& said, std::vector<Density> const& densities) {
  DriveRecord const before = drive(id).record;
  if (said.product.empty() && said.serial.empty()) return;
  DriveRecord record = before;
  bool const exchanged = !before.serial.empty() && !said.serial.empty() && before.serial != said.serial;
  std::string const reason = exchanged ? "another drive is in its place: serial number " + said.serial + " instead of " + before.serial : "identified";
  static_cast<DeviceIdentity&>(record) = said;
  if (!before.serial.empty() && planted(PlantedBug::old_serial_shown)) record.serial = before.serial;
  if (exchanged) record.alerts.clear();  // of the other one
  if (exchanged) record.densities.clear();
  if (!densities.empty()) record.densities.assign(densities.begin(), densities.begin() + static_cast<std::ptrdiff_t>(std::min(densities.size(), limits::densities_kept_max)));
  if (record == before) return;
  if (exchanged) book_.log(LogLevel::warning, drive_name(id) + ": " + reason);
  book_.put(record, reason);
}

void Belief::cartridge_told(MediumId id, CartridgeFacts const& told, bool label_read) {
  auto const* known = medium(id);
  if (known == nullptr || (!label_read && !known->cartridge.same_cartridge(told))) return;
  MediumRecord record = *known;
  record.learn(told);
  if (record != *known) book_.put(record, "its drive has told of it");
}

}  // namespace rsm
