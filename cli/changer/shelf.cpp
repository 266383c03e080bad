#include "cli/changer/shelf.hpp"

#include <algorithm>
#include <map>

namespace rsm::changer {
namespace {

constexpr std::size_t volume_name_max = 127;

std::string without_blanks_at_end(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

Medium medium_of(wire::MediumInfo const& info) {
  Medium out;
  out.id = info.id;
  out.name = info.name;
  out.barcode = without_blanks_at_end(info.barcode);
  for (auto const& side : info.sides) out.sides.push_back(side.id);
  out.created = info.created;
  out.cleaner = info.media_type_code == cleaner_media_type;
  return out;
}

using Media = std::map<Guid, Medium>;

void mark_seconds(Media& media) {
  std::map<std::string, Medium*> first;
  for (auto& [id, medium] : media) {
    if (medium.barcode.empty()) continue;
    auto& oldest = first[medium.barcode];
    if (oldest == nullptr) {
      oldest = &medium;
      continue;
    }
    Medium* const younger = medium.created < oldest->created ? oldest : &medium;
    if (younger == oldest) oldest = &medium;
    younger->second = true;
  }
}

bool full(wire::DriveInfo const& drive, std::set<Guid> const& service_requests) {
  if (drive.state == DriveState::loaded) return true;
  bool const on_its_way = drive.state == DriveState::mounted || drive.state == DriveState::unloaded;
  return on_its_way && !drive.medium.is_zero() && !drive.request.is_zero() && !service_requests.contains(drive.request.guid);
}

class Arrangement {
 public:
  explicit Arrangement(Facts facts) : facts_(std::move(facts)) {
    auto const by_number = [](auto const& a, auto const& b) { return a.number < b.number; };
    std::ranges::sort(facts_.drives, by_number);
    std::ranges::sort(facts_.slots, by_number);
    std::ranges::sort(facts_.ports, by_number);
    if (facts_.view) see_only(*facts_.view);
    for (auto const& info : facts_.media) media_.emplace(info.id.guid, medium_of(info));
    mark_seconds(media_);
  }

  Shelf make() {
    shelf_.library = facts_.library.name;
    shelf_.name = facts_.view ? facts_.view->name : facts_.library.name;
    shelf_.trouble = trouble();
    for (auto const& drive : facts_.drives) add(drive);
    for (auto const& slot : facts_.slots) add(slot);
    for (auto const& port : facts_.ports) add(port);
    give_homes();
    return std::move(shelf_);
  }

 private:
  // Those of these numbers, in this order; what is not there has its number and nothing else.
  template <class Info>
  std::vector<Info> chosen(std::vector<Info> const& all, std::vector<std::int64_t> const& numbers, std::set<std::int64_t>& absent) const {
    std::map<std::int64_t, Info const*> by_number;
    for (auto const& info : all) by_number[info.number] = &info;
    std::vector<Info> out;
    for (auto const number : numbers) {
      auto const found = by_number.find(number);
      out.push_back(found == by_number.end() ? Info{} : *found->second);
      out.back().number = number;
      if (found == by_number.end()) absent.insert(number);
    }
    return out;
  }

  void see_only(wire::ViewInfo const& view) {
    facts_.drives = chosen(facts_.drives, view.drives, absent_drives_);
    facts_.slots = chosen(facts_.slots, view.slots, absent_slots_);
    if (!view.ports) facts_.ports.clear();
    std::set<std::int64_t> const numbers(view.slots.begin(), view.slots.end());
    std::set<Guid> here, at_port;
    for (auto const& slot : facts_.slots) here.insert(slot.medium.guid);
    for (auto const& port : facts_.ports) at_port.insert(port.medium.guid);
    std::erase_if(facts_.media, [&](wire::MediumInfo const& medium) {
      if (here.contains(medium.id.guid) || (medium.home_slot && numbers.contains(*medium.home_slot))) return false;
      bool const of_another = medium.home_slot && facts_.slots_of_others.contains(*medium.home_slot);
      return of_another || !at_port.contains(medium.id.guid);  // what comes in is for whoever takes it
    });
  }

  std::optional<std::string> trouble() const {
    auto const& library = facts_.library;
    if (!library.enabled) return "it is disabled";
    if (library.operational_state == OperationalState::ready) return std::nullopt;
    return library.reason.empty() ? "it is not ready" : library.reason;
  }

  std::optional<Medium> known(MediumId id) const {
    auto const found = media_.find(id.guid);
    return found == media_.end() ? std::nullopt : std::optional{found->second};
  }

  void add(wire::DriveInfo const& info) {
    Drive drive;
    drive.id = info.id;
    drive.name = info.name;
    drive.in_library = !absent_drives_.contains(info.number);
    drive.full = full(info, facts_.service_requests);
    if (drive.full) {
      drive.medium = known(info.medium);
      drive.foreign = facts_.view && !drive.medium;
      in_use_.insert(info.medium.guid);
    }
    shelf_.drives.push_back(std::move(drive));
  }

  void add(wire::SlotInfo const& info) {
    Slot slot;
    slot.id = info.id;
    slot.number = static_cast<int>(shelf_.slots.size()) + 1;
    slot.in_library = !absent_slots_.contains(info.number);
    slot.present = slot.in_library && info.state != SlotState::not_present;
    slot_of_number_[info.number] = slot.number;
    bool const elsewhere = in_use_.contains(info.medium.guid);  // the lists are of two moments: the drive is what counts
    if (!info.medium.is_zero() && !elsewhere) slot.medium = known(info.medium);
    slot.full = slot.medium.has_value() || (info.state == SlotState::full && !elsewhere);
    shelf_.slots.push_back(std::move(slot));
  }

  void add(wire::PortInfo const& info) {
    Slot port;
    port.port = info.id;
    port.number = static_cast<int>(shelf_.slots.size() + shelf_.ports.size()) + 1;
    port.full = info.content == PortContent::full;
    port.medium = known(info.medium);
    port.foreign = port.full && facts_.view && !info.medium.is_zero() && !port.medium;
    shelf_.ports.push_back(std::move(port));
  }

  static bool free(Slot const& slot) { return slot.present && !slot.full && !slot.drive; }

  Slot* kept_home(wire::MediumInfo const& medium) {
    if (!medium.home_slot || !slot_of_number_.contains(*medium.home_slot)) return nullptr;
    Slot& slot = shelf_.slots[static_cast<std::size_t>(slot_of_number_.at(*medium.home_slot)) - 1];
    return free(slot) ? &slot : nullptr;
  }

  void settle(wire::MediumInfo const& medium, Slot& home) {
    for (std::size_t i = 0; i < shelf_.drives.size(); ++i) {
      auto& drive = shelf_.drives[i];
      if (!drive.full || !drive.medium || drive.medium->id != medium.id) continue;
      drive.home = home.number;
      home.drive = static_cast<int>(i);
      return;
    }
    home.full = true;
    home.medium = known(medium.id);
  }

  // Kept homes first, so that nobody gets the home of another.
  void give_homes() {
    std::vector<wire::MediumInfo const*> homeless;
    for (auto const& medium : facts_.media) {
      bool const in_drive = in_use_.contains(medium.id.guid);
      bool const moves = medium.location_type != ObjectType::slot && medium.location_type != ObjectType::port && !medium.location.is_zero();
      if (!in_drive && !moves) continue;
      if (auto* const home = kept_home(medium))
        settle(medium, *home);
      else
        homeless.push_back(&medium);
    }
    for (auto const* medium : homeless) {
      auto const slot = std::ranges::find_if(shelf_.slots, free);
      if (slot != shelf_.slots.end()) settle(*medium, *slot);
    }
  }

  Facts facts_;
  Media media_;
  std::set<std::int64_t> absent_drives_, absent_slots_;  // numbers that the view names and the library does not have
  std::set<Guid> in_use_;
  std::map<std::int64_t, int> slot_of_number_;
  Shelf shelf_;
};

}  // namespace

Slot const* Shelf::slot(std::int64_t number) const {
  return number < 1 || number > static_cast<std::int64_t>(slots.size()) ? nullptr : &slots[static_cast<std::size_t>(number) - 1];
}

Drive const* Shelf::drive(std::int64_t number) const {
  return number < 0 || number >= static_cast<std::int64_t>(drives.size()) ? nullptr : &drives[static_cast<std::size_t>(number)];
}

Slot const* Shelf::port(std::int64_t number) const {
  auto const index = number - static_cast<std::int64_t>(slots.size()) - 1;
  return index < 0 || index >= static_cast<std::int64_t>(ports.size()) ? nullptr : &ports[static_cast<std::size_t>(index)];
}

Shelf arrange(Facts facts) { return Arrangement(std::move(facts)).make(); }

bool is_volume_name(std::string const& barcode) {
  auto const allowed = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == ':' || c == '.' || c == '-' || c == '_';
  };
  return !barcode.empty() && barcode.size() <= volume_name_max && std::ranges::all_of(barcode, allowed);
}

std::string code_or_id(Medium const& medium) { return is_volume_name(medium.barcode) && !medium.second ? medium.barcode : medium.id.text(); }

}  // namespace rsm::changer
